"""Brings a database up to date: numbered table migrations, which are frozen, then views, then the KPI catalogue."""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from typing import Any

from schemas.errors import Malformed
from sinks.clickhouse import catalogue, ledger, view_definitions, view_security

# Numbers of migrations that created views before each view had a file of its own; databases record them as history.
FORMER_VIEW_NUMBERS = frozenset(
    {4, 5, 6, 10, 11, 14, 16, 18, *range(21, 34), 35, 36, 38, 39, 40, 42, 43, 44, 46, 47, 48}
)
NUMBER = re.compile(r"(\d{4})_")


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One idempotent statement about tables, frozen by its sha256 checksum."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The file's sha256 as hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return all migrations in order.

    Raise Malformed unless their numbers, with those of former views, are 1, 2, 3 … without a gap.
    """
    folder = files("sinks.clickhouse") / "migrations"
    ordered = sorted(
        (
            Migration(name=path.name, sql=path.read_text())
            for path in folder.iterdir()
            if path.name.endswith(".sql")
        ),
        key=lambda migration: migration.name,
    )
    numbers = (number for number in count(1) if number not in FORMER_VIEW_NUMBERS)
    for number, migration in zip(numbers, ordered, strict=False):
        if not migration.name.startswith(f"{number:04d}_"):
            raise Malformed("migration", f"expected number {number:04d}, found {migration.name}")
    return ordered


def migrate(client: Any) -> list[str]:
    """Apply pending migrations and changed views, drop former views, publish the KPI catalogue; return what was done.

    Raise Malformed, before anything is done, when an applied migration has changed or its file is missing.
    """
    ledger.create(client)
    recorded = ledger.load(client)
    ordered = migrations()
    _check_applied(ordered, recorded)
    done = []
    for migration in ordered:
        if migration.name not in recorded:
            client.command(migration.sql)
            ledger.record(client, migration.name, migration.checksum)
            done.append(f"applied {migration.name}")
    tables = {migration.sql: migration.checksum for migration in ordered}
    views = view_definitions.ordered_views(view_definitions.view_files(), tables)
    done += view_definitions.apply(client, views, recorded)
    view_security.set_definer(client)
    return [*done, f"published {catalogue.NAME}"] if catalogue.publish(client) else done


def _check_applied(ordered: list[Migration], recorded: dict[str, str]) -> None:
    """Accept former views and migrations of a newer release as history; refuse a changed or missing file."""
    checksums = {migration.name: migration.checksum for migration in ordered}
    latest = max(_number(migration.name) or 0 for migration in ordered)
    for name, checksum in sorted(recorded.items()):
        number = _number(name)
        if number is None or number in FORMER_VIEW_NUMBERS or number > latest:
            continue
        if name not in checksums:
            raise Malformed("migration", f"{name} was applied and its file is missing; restore it")
        if checksum != checksums[name]:
            raise Malformed(
                "migration", f"{name} was applied and has changed; write a new one instead"
            )


def _number(name: str) -> int | None:
    """Return the number of a migration, or None for the name of anything else."""
    match = NUMBER.match(name)
    return None if match is None else int(match[1])
