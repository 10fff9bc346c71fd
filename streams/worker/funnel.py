"""The funnel: turns packs into exact cells in whole flushes; a failure ends the process and the tail is replayed."""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from schemas.errors import Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS
from sinks.metrics import WorkerMetrics
from streams.worker import parent_index
from streams.worker.changelog_ends import WATCH_S, ChangelogEnds
from streams.worker.flush import FlushWriter, PartitionFlush, Tables
from streams.worker.freeze import FreezeGuard
from streams.worker.gc_tuning import GcTuner
from streams.worker.lane import Lane
from streams.worker.partition_state import MAX_CACHED_APPLICATIONS, PartitionState
from streams.worker.records import RecordApplier
from streams.worker.turns import in_turns

log = logging.getLogger(__name__)

LAG_THRESHOLD = (
    2_000  # events since the last flush that mean the worker lags: then flush a quarter as often
)
MAX_PENDING_EVENTS = 60_000  # events at which reading stops until they are written: bounds memory when the broker is slow
CHECK_S = 0.5  # how soon a process that was frozen notices when there is nothing to write


class Source(Protocol):
    """The stream of records."""

    async def acknowledge(self, record: Any) -> Any:
        """Let the next commit include the record."""

    def pause(self, partition: int) -> None:
        """Read no more of a partition; records that were read before may still arrive."""

    def resume(self, partition: int) -> None:
        """Read a paused partition again."""


class FunnelProcessor:
    """The lanes and flushes of one worker process; all methods run on its event loop."""

    def __init__(
        self,
        records: RecordApplier,
        tables: Tables,
        writer: FlushWriter,
        metrics: WorkerMetrics,
        guard: FreezeGuard,
    ) -> None:
        """`source` is set by the agent before its first record."""
        self._records, self._tables, self._writer = records, tables, writer
        self._metrics, self._guard = metrics, guard
        self._lanes: dict[int, Lane] = {}
        self._expected: dict[int, int] = {}
        self._sought: dict[int, int] = {}
        self.flushed_offsets: dict[
            int, int
        ] = {}  # by partition: the next offset after the last flush
        self.source: Source | None = None
        self._flushing = asyncio.Lock()
        self._changelog_ends = ChangelogEnds(tables)
        self._has_work = asyncio.Event()
        self._gc_tuner = GcTuner(time.monotonic())
        self.is_restored = False  # whether `owned_partitions` is the whole present assignment

    def on_assigned(self) -> None:
        """Restore the cells of every owned partition into memory, before the first record of it arrives."""
        self._lanes, self._expected = {}, {}
        self.flushed_offsets, self._sought = {}, {}
        for number, partition in self._tables.cells.store.partitions.items():
            applications = self._tables.applications.store.partitions[number]
            state = PartitionState(
                applications.get, partial(parent_index.applications, applications)
            )
            for key, value in partition.items():
                state.cells.restore(key, value)
            for _, value in self._tables.people.store.partitions[number].items():
                state.restore_context(value)
            self._lanes[number] = Lane(state, self._records.apply)
        self._guard.reset()
        self._metrics.partitions.set(len(self._lanes))
        self.is_restored = True
        log.info("partitions restored", extra={"partitions": sorted(self._lanes)})

    def on_sought(self, positions: Mapping[int, int]) -> None:
        """Expect these offsets first after an assignment: where the last owner stopped, or the beginning.

        Faust may seek more than once, and farther when a commit of what was flushed before arrives in between.
        """
        self._sought.update(positions)
        for number, position in positions.items():
            if number in self._lanes:
                state = self._lanes[number].state
                state.offset = max(state.offset, position - 1)

    async def check_restored(self) -> None:
        """Fail if another worker has written to a changelog since it was restored here; await it after every seek.

        Committed offsets are read after the changelogs, by a slow process much later: they are for the rows here only if
        nobody has written any since. Otherwise records that a later owner counted would be skipped, and what is counted
        without them would replace that owner's cells, because its versions are higher.
        """
        async with self._flushing:
            self._changelog_ends.check(await self._changelog_ends.read())

    async def watch_changelogs(self) -> None:
        """Fail soon after another worker has written to a changelog, also if nothing is ever written here again.

        What a frozen worker had sent may land behind a recovery. Only the next recovery replaces it, which must not wait
        until compaction has removed the newer rows.
        """
        try:
            while True:
                await asyncio.sleep(WATCH_S)
                await self._look_for_other_writers()
        finally:
            await self._changelog_ends.close()

    async def _look_for_other_writers(self) -> None:
        try:
            ends = await self._changelog_ends.read()
        except Unavailable as problem:
            log.warning("changelogs not checked", extra={"reason": str(problem)})
            return
        async with self._flushing:  # no flush has rows in Kafka that are not stored yet
            if self.is_restored:
                self._changelog_ends.check(ends)

    def owned_partitions(self) -> list[int]:
        """Return the partitions that are counted here."""
        return sorted(self._lanes)

    def turns(self) -> dict[int, int]:
        """Return how many turns of work each partition has taken since its assignment."""
        return {number: lane.turns for number, lane in self._lanes.items()}

    @property
    def pending_events(self) -> int:
        """The events that a flush would acknowledge now."""
        lanes = self._lanes.values()
        return sum(lane.unflushed.events for lane in lanes if lane.is_between_records)

    async def on_revoked(self) -> None:
        """Write pending changes, then own no partition; a record that is half applied is left to the next owner."""
        await self.flush()
        self._lanes, self.is_restored = {}, False
        self._metrics.partitions.set(0)

    async def process(self, record: Any) -> None:
        """Apply one record, in turns; a long one, and those behind it, are left to `work`."""
        message = record.message
        lane = self._lanes.get(message.partition)
        if lane is None:
            return  # no longer ours: not acknowledged, so its owner reads it
        self._check_gap(message.partition, message.offset)
        lane.add(record)
        while lane.has_work and not lane.is_long:
            lane.take_turn()
            if lane.is_behind:
                await asyncio.sleep(0)
        if lane.is_behind:
            self._has_work.set()
        if lane.is_full:
            self._connected_source().pause(message.partition)
        if self.pending_events >= MAX_PENDING_EVENTS:
            await self.flush()

    async def work(self) -> None:
        """Finish forever what `process` leaves, the partitions by turns."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            for number, lane in list(self._lanes.items()):
                if lane.has_work:
                    lane.take_turn()
                    self._after_turn(number, lane)
                    await asyncio.sleep(0)

    def _after_turn(self, number: int, lane: Lane) -> None:
        if self._lanes.get(number) is not lane:
            return  # revoked
        if lane.has_work:
            self._has_work.set()
        elif not lane.is_behind:
            self._connected_source().resume(number)

    def _check_gap(self, partition: int, offset: int) -> None:
        """Fail on a gap in a partition's offsets: it means lost records, and only a restart reads them again."""
        expected = self._expected.get(partition, self._sought.get(partition, offset))
        if offset > expected:
            msg = f"{CANDIDATE_EVENTS.name}/{partition}: expected offset {expected}, got {offset}"
            raise RuntimeError(msg)
        self._expected[partition] = max(expected, offset + 1)

    async def flush(self) -> None:
        """Write changelogs, then the local stores, then acknowledge; one flush at a time, of whole records."""
        async with self._flushing:
            started = time.monotonic()
            lanes = dict(self._lanes)
            flush = await self._drain(lanes)
            if not flush:
                return
            self._guard.check()
            await self._writer.write(flush)
            for number, part in flush.items():
                lanes[number].state.evict(MAX_CACHED_APPLICATIONS // len(lanes))
                await self._acknowledge(part.unflushed.records)
            events = sum(part.unflushed.events for part in flush.values())
            self._gc_tuner.after_flush(events, time.monotonic())
            self._metrics.flush_seconds.observe(time.monotonic() - started)

    async def _drain(self, lanes: Mapping[int, Lane]) -> dict[int, PartitionFlush]:
        """Take the changes of every lane that is between two records; the others stop after theirs."""
        flush = {}
        for number, lane in lanes.items():
            unflushed = lane.begin_flush()
            if unflushed is not None:
                flush[number] = PartitionFlush(await in_turns(lane.state.drain()), unflushed)
                lane.end_drain()
                self._has_work.set()
        return flush

    async def _acknowledge(self, records: list[Any]) -> None:
        source = self._connected_source()
        for record in records:
            await source.acknowledge(record)
            self.flushed_offsets[record.message.partition] = record.message.offset + 1

    def _connected_source(self) -> Source:
        if self.source is None:
            msg = "the agent has not started"
            raise RuntimeError(msg)
        return self.source

    async def run(self, flush_s: float, flush_events: int) -> None:
        """Flush forever: every `flush_s` when live, a quarter as often when lagging, at once when full or owed."""
        while True:
            started = time.monotonic()
            interval_s = flush_s
            while not self._is_flush_due(flush_events) and time.monotonic() - started < interval_s:
                await asyncio.sleep(min(flush_s, 0.05))
                interval_s = flush_s * (4 if self.pending_events > LAG_THRESHOLD else 1)
            await self.flush()

    def _is_flush_due(self, flush_events: int) -> bool:
        is_full = self.pending_events >= flush_events
        return is_full or any(lane.must_flush for lane in self._lanes.values())

    async def detect_freeze(self) -> None:
        """Fail soon after a freeze, also with nothing to write; without partitions a freeze harms nobody."""
        self._guard.start()
        while True:
            if self._lanes:
                self._guard.check()
            await asyncio.sleep(CHECK_S)
