"""Apply the numbered migrations in order; one that was applied may never change."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from schemas.errors import Malformed
from sinks.clickhouse import catalogue, view_security

_LEDGER = """
create table if not exists schema_migrations
(
    name String,
    checksum String,
    applied DateTime default now()
)
engine = ReplacingMergeTree
order by name
"""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One idempotent statement and the checksum (sha256) that freezes it."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Hex sha256 of the file."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All of them, numbered 1, 2, 3 … without a gap; raise Malformed otherwise."""
    folder = files("sinks.clickhouse") / "migrations"
    found = sorted(
        (
            Migration(name=each.name, sql=each.read_text())
            for each in folder.iterdir()
            if each.name.endswith(".sql")
        ),
        key=lambda migration: migration.name,
    )
    for number, migration in enumerate(found, start=1):
        if not migration.name.startswith(f"{number:04d}_"):
            raise Malformed("migration", f"expected number {number:04d}, found {migration.name}")
    return found


def migrate(client: Any) -> list[str]:
    """Apply what is missing, seal the views, publish the catalogue of KPIs, and return the names of what was new.

    Raise Malformed when an applied file has changed since.
    """
    client.command(_LEDGER)
    held = dict(client.query("select name, checksum from schema_migrations final").result_rows)
    applied = []
    for migration in migrations():
        checksum = held.get(migration.name)
        if checksum is None:
            client.command(migration.sql)
            client.insert(
                "schema_migrations",
                [[migration.name, migration.checksum]],
                column_names=["name", "checksum"],
                settings={"async_insert": 0},
            )
            applied.append(migration.name)
        elif checksum != migration.checksum:
            raise Malformed(
                "migration",
                f"{migration.name} was applied and has changed; write a new one instead",
            )
    view_security.seal(client)
    return [*applied, catalogue.NAME] if catalogue.publish(client) else applied
