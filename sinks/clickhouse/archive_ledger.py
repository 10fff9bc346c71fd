"""The tables `archive_generations` and `archive_positions`: up to where Kafka is in this database."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sinks.clickhouse.rows import (
    AuditRow,
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    CellFlush,
    ConnectionCount,
    EpochRow,
    KpiCell,
    MemberRow,
    RelayRow,
)
from sinks.clickhouse.writer import TABLES

# Quarantined entries stay: Kafka has those of the last 30 days only.
REBUILT_TABLES = tuple(
    TABLES[model]
    for model in (
        *(KpiCell, CellFlush, CandidateEvent, EpochRow),
        *(BreachRow, BreachActionRow, ConnectionCount, RelayRow, AuditRow, MemberRow),
    )
)
_SELECT = "select generation, rebuilds, topic, partition, next_offset from v_archive"
# Parts whose files are damaged are set aside when a table is loaded, and their rows are missing from then on
# (https://clickhouse.com/docs/operations/system-tables/detached_parts).
_DAMAGED = """
select table, name
from system.detached_parts
where database = currentDatabase()
    and reason in ('broken', 'broken-on-start')
order by table, name
"""
_SYNCHRONOUS = {"async_insert": 0}
_ANY_SIZE = {"max_table_size_to_drop": 0}


@dataclass(frozen=True)
class ArchiveState:
    """What a database says about its filling: its generation, and the next offset by (topic, partition)."""

    generation: str
    rebuilds: int  # requested rebuilds that it includes
    positions: Mapping[tuple[str, int], int] = field(default_factory=dict)


class ArchiveLedger:
    """Reads and writes both tables; every method raises the driver's errors."""

    def __init__(self, client: Any) -> None:
        """`client` is a clickhouse-connect client, used by one thread at a time."""
        self._client = client

    def read(self) -> ArchiveState | None:
        """Return the current state, or None if this database was never filled."""
        rows = self._client.query(_SELECT).result_rows
        if not rows:
            return None
        (generation, rebuilds, *_), *_ = rows
        positions = {(topic, partition): at for _, _, topic, partition, at in rows if topic}
        return ArchiveState(generation, rebuilds, positions)

    def begin(self, rebuilds: int) -> None:
        """Begin a generation without positions, so that everything is read again; its id is of no other database."""
        self._client.insert(
            "archive_generations",
            [[uuid.uuid4().hex, rebuilds]],
            column_names=["id", "rebuilds"],
            settings=_SYNCHRONOUS,
        )

    def record(self, generation: str, positions: Mapping[tuple[str, int], int]) -> None:
        """Record that every row before these offsets is stored; of a partition the highest stands."""
        self._client.insert(
            "archive_positions",
            [[generation, *partition, at] for partition, at in positions.items()],
            column_names=["generation", "topic", "partition", "next_offset"],
            settings=_SYNCHRONOUS,
        )

    def damaged(self) -> list[tuple[str, str]]:
        """Return (table, part) of the parts that ClickHouse set aside because their files are damaged."""
        return [(table, part) for table, part in self._client.query(_DAMAGED).result_rows]

    def drop_damaged(self) -> None:
        """Drop the damaged parts; call it last, because they say that the database must be filled anew."""
        for table, part in self.damaged():
            self._client.command(
                f"alter table {table} drop detached part '{part}' settings allow_drop_detached = 1"
            )

    def clear(self) -> None:
        """Remove every row that can be read from Kafka again; the next generation must begin after it."""
        for table in REBUILT_TABLES:
            self._client.command(f"truncate table {table}", settings=_ANY_SIZE)
