"""Mutants of the worker, each without one of the invariants that keep cells exact through crashes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.funnel import application_row
from schemas.funnel.fold import SignedContribution, difference, fold
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from streams.worker import recovery
from streams.worker.cell_table import CellTable, Rows
from streams.worker.flush import FlushWriter
from streams.worker.funnel import FunnelProcessor
from streams.worker.recovery import NewestRows
from streams.worker.store import LocalTable, Partition
from streams.worker.turns import Steps

LATER_S = 0.5

restore_cell = CellTable.restore
drain_cells = CellTable.drain
flush = FunnelProcessor.flush
process = FunnelProcessor.process
write_copies = FlushWriter._write_copies
catch_up = recovery._catch_up


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A worker without `invariant`: an attribute of one of its parts has another value."""

    invariant: str
    part: object
    attribute: str
    value: Callable[..., Any]
    first: int = 0  # a schedule shortly before one that catches it
    schedules: int = 200  # within which some schedule catches it

    def plant(self, patch: pytest.MonkeyPatch) -> None:
        """Let workers run so."""
        patch.setattr(self.part, self.attribute, self.value)


def restore_without_fence(self: CellTable, key: bytes, value: bytes) -> None:
    """Restore a cell as if it included nothing yet."""
    restore_cell(self, key, value)
    for days in self._members.values():
        for cell in days.values():
            cell.offset = -1


def drain_with_old_fence(self: CellTable, offset: int) -> Steps[Rows]:
    """Fence cells one offset too low."""
    return drain_cells(self, offset - 1)


async def acknowledge_then_flush(self: FunnelProcessor) -> None:
    """Acknowledge before anything is written."""
    for lane in self._lanes.values():
        await self._acknowledge(lane.unflushed.records)
    await flush(self)


async def process_and_acknowledge(self: FunnelProcessor, record: Any) -> None:
    """Acknowledge what was read, as a stream of Faust does by itself."""
    await process(self, record)
    await self._acknowledge([record])


def _later(work: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def start(*arguments: Any) -> None:
        async def run() -> None:
            await asyncio.sleep(LATER_S)
            await work(*arguments)

        task = asyncio.ensure_future(run())
        task.add_done_callback(lambda _: None)

    return start


async def write_store_first(
    self: FlushWriter,
    table: LocalTable,
    number: int,
    rows: Rows,
    local_keys: Iterable[bytes] = (),
) -> None:
    """Write the local store before the changelog has acknowledged."""
    if rows:
        partition = table.store.partitions[number]
        partition.write(rows, partition.offset + len(rows), local_keys)
        await self._changelog.write(table.topic, number, rows)


def take_last_row(self: NewestRows, key: bytes, value: bytes) -> None:
    """Take the last row of a key, whoever wrote it."""
    self.rows[key] = value


async def trust_old_store(reader: Any, tp: Any, end: int, table: LocalTable) -> None:
    """Take over a partition with the rows that are here since an earlier ownership."""
    if table.store.partitions[tp.partition].offset < 0:
        await catch_up(reader, tp, end, table)


async def leave_stale_rows(_tp: Any, _newest: NewestRows, offset: int, _table: LocalTable) -> int:
    """Leave the stale row of a key the last one in the changelog."""
    return offset


def append_anywhere(
    self: Partition, rows: Rows, offset: int, local_keys: Iterable[bytes] = ()
) -> Steps[None]:
    """Do not notice that somebody else has written to the changelog."""
    self.write(rows, offset, local_keys)
    yield 0


def read_past_a_gap(self: FunnelProcessor, partition: int, offset: int) -> None:
    """Do not notice missing records."""


async def look_nowhere(self: FunnelProcessor) -> None:
    """Notice another writer only when something is written."""


def apply_duplicate(
    row: application_row.ApplicationRow, event: FunnelEvent, rules: Rules
) -> list[SignedContribution] | None:
    """Take an event that is stored from another offset for a replay."""
    index = application_row.event_index(row, event.header.id)
    if index < 0:
        return row.add(event, rules)
    log = row.stored.log
    return difference(fold(log[:index], rules), fold(log[: index + 1], rules))


def _of(invariant: str, part: object, attribute: str, value: Callable[..., Any]) -> Mutant:
    return Mutant(invariant=invariant, part=part, attribute=attribute, value=value)


MUTANTS = (
    _of("fence: a cell remembers it", CellTable, "restore", restore_without_fence),
    _of("fence: it is the last offset of the flush", CellTable, "drain", drain_with_old_fence),
    _of("flush: written, then acknowledged", FunnelProcessor, "flush", acknowledge_then_flush),
    _of(
        "flush: copies are part of it",
        FlushWriter,
        "_write_copies",
        _later(write_copies),
    ),
    _of("flush: changelog, then store", FlushWriter, "_write", write_store_first),
    _of("commit: only what is acknowledged", FunnelProcessor, "process", process_and_acknowledge),
    _of("stale writers lose", NewestRows, "add", take_last_row),
    _of("stale rows are replaced", recovery, "_write_again", leave_stale_rows),
    _of("an old store is brought up to date", recovery, "_catch_up", trust_old_store),
    Mutant(
        invariant="an idle owner looks for other writers",
        part=FunnelProcessor,
        attribute="_look_for_other_writers",
        value=look_nowhere,
        first=60,
    ),
    _of("a gap ends the worker", FunnelProcessor, "_check_gap", read_past_a_gap),
    _of("a duplicate has another offset", application_row, "apply_event", apply_duplicate),
)
# Rarely does it matter alone: the rows of another writer are right as far as they go, and the next restart reads them.
RARE_MUTANT = Mutant(
    invariant="another writer ends the worker",
    part=Partition,
    attribute="append",
    value=append_anywhere,
    schedules=1_000,
)
