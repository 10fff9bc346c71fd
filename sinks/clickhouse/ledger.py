"""The table `schema_migrations`: which migrations, views and catalogue a database has, by name and checksum."""

from typing import Any

_CREATE = """
create table if not exists schema_migrations
(
    name String,
    checksum String,
    applied DateTime default now()
)
engine = ReplacingMergeTree
order by name
"""
_SELECT = """
select name, checksum
from schema_migrations final
"""


def create(client: Any) -> None:
    """Create the table if it does not exist."""
    client.command(_CREATE)


def load(client: Any) -> dict[str, str]:
    """Return the recorded checksums by name."""
    return dict(client.query(_SELECT).result_rows)


def record(client: Any, name: str, checksum: str) -> None:
    """Record a name with its checksum; the latest record of a name wins."""
    client.insert(
        "schema_migrations",
        [[name, checksum]],
        column_names=["name", "checksum"],
        settings={"async_insert": 0},
    )
