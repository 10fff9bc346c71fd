"""Applies the numbered migrations in order; an applied migration may never change."""

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
    """One idempotent statement, frozen by its sha256 checksum."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The file's sha256 as hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return all migrations, numbered 1, 2, 3 … without a gap; raise Malformed otherwise."""
    folder = files("sinks.clickhouse") / "migrations"
    ordered = sorted(
        (
            Migration(name=path.name, sql=path.read_text())
            for path in folder.iterdir()
            if path.name.endswith(".sql")
        ),
        key=lambda migration: migration.name,
    )
    for number, migration in enumerate(ordered, start=1):
        if not migration.name.startswith(f"{number:04d}_"):
            raise Malformed("migration", f"expected number {number:04d}, found {migration.name}")
    return ordered


def migrate(client: Any) -> list[str]:
    """Apply pending migrations, set view security, publish the KPI catalogue, and return what was new by name.

    Raise Malformed when an applied file has changed.
    """
    client.command(_LEDGER)
    applied_checksums = dict(
        client.query("select name, checksum from schema_migrations final").result_rows
    )
    applied = []
    for migration in migrations():
        checksum = applied_checksums.get(migration.name)
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
    view_security.set_definer(client)
    return [*applied, catalogue.NAME] if catalogue.publish(client) else applied
