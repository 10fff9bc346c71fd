"""The rows of one insert of the archiver."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from schemas.errors import Malformed
from schemas.kafka.epochs import REPLAY_KEY
from schemas.kafka.topics import (
    AUDIT_LOG,
    BREACH_ACTIONS,
    CANDIDATE_EVENTS,
    CONNECTION_HEALTH,
    EPOCHS,
    KPI_BREACHES,
    MEMBERS,
    QUARANTINE,
    RELAY_LEDGER,
    epoch_of,
)
from sinks.clickhouse.rows import CandidateEvent, CellFlush, EpochRow, KpiCell, MemberRow
from streams.archive.relay_rows import relay_rows
from streams.archive.rows import (
    RecordPosition,
    action_rows,
    audit_rows,
    breach_rows,
    cell_flush,
    cell_rows,
    epoch_rows,
    event_rows,
    health_rows,
    job_name_rows,
    member_rows,
    quarantine_rows,
)

Rows = list[NamedTuple]

# How a record of each topic becomes rows; cells, which have one topic per epoch, are handled separately.
ROW_BUILDERS: dict[str, Callable[[RecordPosition, bytes], Sequence[NamedTuple]]] = {
    CANDIDATE_EVENTS.name: event_rows,
    QUARANTINE.name: quarantine_rows,
    EPOCHS.name: epoch_rows,
    CONNECTION_HEALTH.name: health_rows,
    KPI_BREACHES.name: breach_rows,
    BREACH_ACTIONS.name: action_rows,
    RELAY_LEDGER.name: relay_rows,
    AUDIT_LOG.name: audit_rows,
    MEMBERS.name: member_rows,
}


class RowBatch:
    """Rows waiting for one insert. Only the rows of a cell's highest version count, so the batch drops the others.

    The version decides, not the place in the topic: a worker that was frozen may have appended an older row after it.
    """

    def __init__(self, retired: Collection[int] = ()) -> None:
        """Start empty; rows of `retired` epochs are skipped."""
        self._retired = retired
        self._cells: dict[tuple[str, int, bytes], list[KpiCell]] = {}
        self._flushes: dict[tuple[str, int], CellFlush] = {}
        self._other_rows: dict[str, Rows] = {name: [] for name in ROW_BUILDERS}
        self.positions: dict[Any, int] = {}
        self.unreadable: list[tuple[RecordPosition, str]] = []

    def add(self, tp: Any, record: Any) -> None:
        """Add one record; an unreadable one is recorded and skipped, because the worker quarantines it."""
        source = RecordPosition(record.topic, record.partition, record.offset)
        self.positions[tp] = record.offset + 1
        try:
            reader = ROW_BUILDERS.get(record.topic)
            if record.topic == EPOCHS.name and record.key == REPLAY_KEY:
                return  # who replays is no row
            if reader is not None:
                self._other_rows[record.topic].extend(reader(source, record.value))
            elif epoch_of(record.topic) not in self._retired:
                self._add_cell(source, record.key, record.value)
                self._flushes[source.topic, source.partition] = cell_flush(source, record.timestamp)
        except (Malformed, TypeError) as problem:
            self.unreadable.append((source, str(problem)))

    def _add_cell(self, source: RecordPosition, key: bytes, value: bytes) -> None:
        rows = cell_rows(source, key, value)
        place = source.topic, source.partition, key
        earlier = self._cells.get(place)
        if not earlier or (rows and rows[0].version >= earlier[0].version):
            self._cells[place] = rows

    def rows(self) -> list[Rows]:
        """Return one list of rows per table, in the order in which they must be inserted."""
        cells: Rows = [row for rows in self._cells.values() for row in rows]
        flushes: Rows = list(self._flushes.values())
        names: Rows = list(job_name_rows(self._events()))
        return [rows for rows in (cells, flushes, names, *self._other_rows.values()) if rows]

    def removes_names(self) -> bool:
        """Return whether a name of the batch was removed."""
        rows = cast("list[MemberRow]", self._other_rows[MEMBERS.name])
        return any(not row.name for row in rows)

    def retired_epochs(self) -> list[int]:
        """Return the epochs that this batch marks as retired."""
        rows = cast("list[EpochRow]", self._other_rows[EPOCHS.name])
        return [row.number for row in rows if row.state == "retired"]

    def oldest_received(self) -> datetime | None:
        """Return when the oldest delivery in the batch was received; None without any."""
        return min((row.recordedtime for row in self._events()), default=None)

    def _events(self) -> list[CandidateEvent]:
        return cast("list[CandidateEvent]", self._other_rows[CANDIDATE_EVENTS.name])

    def __len__(self) -> int:
        """Return the approximate number of rows."""
        return len(self._cells) * 3 + sum(len(rows) for rows in self._other_rows.values())

    def token(self) -> str:
        """Return a token that identifies the batch by its end offsets."""
        return ";".join(
            sorted(f"{tp.topic}/{tp.partition}/{at}" for tp, at in self.positions.items())
        )
