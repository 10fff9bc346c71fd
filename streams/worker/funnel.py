"""The funnel: turns packs into exact cells in whole flushes; a failure ends the process and the tail is replayed."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from schemas.errors import Malformed
from schemas.events import packs
from schemas.funnel.conversion import to_context_event, to_funnel_event
from schemas.funnel.rules import Rules
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE
from sinks.metrics import WorkerMetrics
from streams.worker import parent_index
from streams.worker.cell_table import Rows
from streams.worker.changelog import ChangelogProducer
from streams.worker.gc_tuning import GcTuner
from streams.worker.partition_state import PartitionChanges, PartitionState
from streams.worker.store import LocalTable

log = logging.getLogger(__name__)

LAG_THRESHOLD = (
    2_000  # events since the last flush that mean the worker lags: then flush a quarter as often
)
PERSIST_S = 20.0  # how often RocksDB flushes its memtables; bounds what a restart reads again
MAX_PENDING_EVENTS = 60_000  # events at which reading stops until they are written: bounds memory when the broker is slow
TICK_S = 0.5
MAX_FREEZE_S = (
    8.0  # below the session timeout: a process frozen longer may have lost its partitions
)


class Tables(NamedTuple):
    """The tables that a worker keeps of each owned partition."""

    applications: LocalTable
    cells: LocalTable
    people: LocalTable


class RuleSource(Protocol):
    """Provides the rules by which this worker counts."""

    def rules_for(self, tenant: str, source: str) -> Rules:
        """Return the tenant's rules, with the connection of that CloudEvents source recorded."""


class FunnelProcessor:
    """State and flushing of one worker process; all methods run on its event loop."""

    def __init__(
        self,
        rules: RuleSource,
        tables: Tables,
        changelog: ChangelogProducer,
        metrics: WorkerMetrics,
        now: Callable[[], datetime],
    ) -> None:
        """`acknowledge` is set by the agent before its first record."""
        self._rules = rules
        self._tables = tables
        self._partition_count = tables.applications.partitions
        self._changelog = changelog
        self._metrics = metrics
        self._now = now
        self._states: dict[int, PartitionState] = {}
        self._expected: dict[int, int] = {}
        self._sought: dict[int, int] = {}
        self._unacked: list[Any] = []
        self.flushed_offsets: dict[
            int, int
        ] = {}  # by partition: the next offset after the last flush
        self._copies: list[tuple[int, bytes, bytes]] = []
        self.acknowledge: Callable[[Any], Awaitable[Any]] | None = None
        self._flushing = asyncio.Lock()
        self._last_persisted = time.monotonic()
        self._last_awake = time.monotonic()
        self._gc_tuner = GcTuner(self._last_awake)
        self.pending_events = 0
        self.is_restored = False  # whether `owned_partitions` is the whole present assignment

    def on_assigned(self) -> None:
        """Restore the cells of every owned partition into memory, before the first record of it arrives."""
        self._states, self._expected, self._unacked, self.pending_events = {}, {}, [], 0
        self._copies, self.flushed_offsets, self._sought = [], {}, {}
        for number, partition in self._tables.cells.store.partitions.items():
            applications = self._tables.applications.store.partitions[number]
            state = PartitionState(
                applications.get, partial(parent_index.applications, applications)
            )
            for key, value in partition.items():
                state.cells.restore(key, value)
            for _, value in self._tables.people.store.partitions[number].items():
                state.restore_context(value)
            self._states[number] = state
        self._last_awake = time.monotonic()
        self._metrics.partitions.set(len(self._states))
        self.is_restored = True
        log.info("partitions restored", extra={"partitions": sorted(self._states)})

    def on_sought(self, positions: Mapping[int, int]) -> None:
        """Expect these offsets first after an assignment: where the last owner stopped, or the beginning.

        Faust may seek more than once, and farther when a commit of what was flushed before arrives in between.
        """
        self._sought.update(positions)

    def owned_partitions(self) -> list[int]:
        """Return the partitions that are counted here."""
        return sorted(self._states)

    async def on_revoked(self) -> None:
        """Write pending changes, then own no partition."""
        await self.flush()
        self._states, self.is_restored = {}, False
        self._metrics.partitions.set(0)

    async def process(self, event: Any) -> None:
        """Apply one record; the flush that makes it durable acknowledges it."""
        message = event.message
        state = self._states.get(message.partition)
        if state is None:
            return  # no longer ours: not acknowledged, so its owner reads it
        self._check_gap(message.partition, message.offset)
        try:
            pack = packs.decode_pack(message.value)
        except Malformed as problem:
            await self._quarantine(message, problem)
        else:
            self._apply(state, message, pack)
        state.offset = message.offset
        self._unacked.append(event)
        if self.pending_events >= MAX_PENDING_EVENTS:
            await self.flush()

    def _apply(self, state: PartitionState, message: Any, pack: packs.Pack) -> None:
        offset, duplicates = message.offset, 0
        for index, accepted in enumerate(pack.events):
            tenant = accepted.tenant
            fact = to_funnel_event(accepted, offset, index)
            if fact is not None:
                rules = self._rules.rules_for(tenant, accepted.source)
                duplicates += not state.apply(tenant, accepted.subject, fact, rules)
                continue
            context_event = to_context_event(accepted, offset, index)
            if context_event is None:
                continue
            if not state.apply_context(
                tenant, context_event, self._rules.rules_for(tenant, accepted.source)
            ):
                duplicates += 1
            elif not pack.forwarded:
                self._forward(message.partition, accepted)
        state.count()
        self.pending_events += len(pack.events)
        self._metrics.events.inc(len(pack.events))
        self._metrics.duplicates.inc(duplicates)

    def _forward(self, source_partition: int, event: packs.PackedEvent) -> None:
        """Copy an event about a candidate or a pipeline to all other partitions: its applications may be in any.

        The flush that acknowledges the original writes the copies. A crash repeats them, harmlessly: ids are equal.
        """
        key, value = f"{event.tenant}/{event.subject}".encode(), packs.encode_forwarded(event)
        self._copies.append((source_partition, key, value))

    def _check_gap(self, partition: int, offset: int) -> None:
        """Fail on a gap in a partition's offsets: it means lost records, and only a restart reads them again."""
        expected = self._expected.get(partition, self._sought.get(partition, offset))
        if offset > expected:
            msg = f"{CANDIDATE_EVENTS.name}/{partition}: expected offset {expected}, got {offset}"
            raise RuntimeError(msg)
        self._expected[partition] = max(expected, offset + 1)

    async def _quarantine(self, message: Any, problem: Malformed) -> None:
        """Quarantine a pointer to the record; its bytes stay where they are. Repeats keep the same id."""
        position = f"{message.topic}/{message.partition}/{message.offset}"
        entry = QuarantineEntry(
            id=hashlib.sha256(position.encode()).hexdigest()[:32],
            tenant=None,
            connection=None,
            vendor=None,
            reason="poison_pack",
            detail=str(problem),
            at=self._now(),
            rawref=position,
        )
        await self._changelog.send(QUARANTINE.name, b"worker", entry.model_dump_json().encode())
        self._metrics.poison.inc()
        log.warning("record quarantined", extra={"place": position, "reason": problem.reason})

    async def flush(self) -> None:
        """Write changelogs, then the local stores, then acknowledge; one flush at a time."""
        async with self._flushing:
            if not self._unacked:
                return
            started = time.monotonic()
            event_count = self.pending_events
            events, self._unacked, self.pending_events = self._unacked, [], 0
            copies, self._copies = self._copies, []
            changes = [(n, state, state.drain()) for n, state in self._states.items()]
            self._fail_if_frozen()
            await asyncio.gather(
                self._write_copies(copies),
                *(self._write_all(n, drained) for n, _, drained in changes),
            )
            for _, state, _ in changes:
                state.evict()
            for event in events:
                await self._acknowledge(event)
                self.flushed_offsets[event.message.partition] = event.message.offset + 1
            self._persist()
            self._gc_tuner.after_flush(event_count, time.monotonic())
            self._metrics.flush_seconds.observe(time.monotonic() - started)

    async def _write_all(self, number: int, changes: PartitionChanges) -> None:
        tables = self._tables
        await asyncio.gather(
            self._write(tables.applications, number, changes.applications, changes.links),
            self._write(tables.cells, number, changes.cells),
            self._write(tables.people, number, changes.people),
        )

    async def _write(
        self, table: LocalTable, number: int, rows: Rows, local_keys: Iterable[bytes] = ()
    ) -> None:
        if rows:
            offset = await self._changelog.write(table.topic, number, rows)
            table.store.partitions[number].append(rows, offset, local_keys)
            self._metrics.rows.labels(table.name).inc(len(rows))

    async def _write_copies(self, copies: list[tuple[int, bytes, bytes]]) -> None:
        for number in range(self._partition_count) if copies else ():
            rows = [(key, value) for source, key, value in copies if source != number]
            if rows:
                await self._changelog.write(CANDIDATE_EVENTS.name, number, rows)
                self._metrics.copies.inc(len(rows))

    async def _acknowledge(self, event: Any) -> None:
        if self.acknowledge is None:
            msg = "the agent has not started"
            raise RuntimeError(msg)
        await self.acknowledge(event)

    def _persist(self) -> None:
        if time.monotonic() - self._last_persisted > PERSIST_S:
            for table in self._tables:
                for partition in table.store.partitions.values():
                    partition.persist()
            self._last_persisted = time.monotonic()

    def _fail_if_frozen(self) -> None:
        """Fail if the process was frozen: its partitions may have another owner by now."""
        frozen_s = time.monotonic() - self._last_awake
        if frozen_s > MAX_FREEZE_S:
            msg = f"frozen for {frozen_s:.1f} s; another worker may own the partitions"
            raise RuntimeError(msg)

    async def run(self, flush_s: float, flush_events: int) -> None:
        """Flush forever: every `flush_s` when live, a quarter as often when lagging, at once when full."""
        while True:
            started = time.monotonic()
            interval_s = flush_s
            while self.pending_events < flush_events and time.monotonic() - started < interval_s:
                await asyncio.sleep(min(flush_s, 0.05))
                interval_s = flush_s * (4 if self.pending_events > LAG_THRESHOLD else 1)
            await self.flush()

    async def detect_freeze(self) -> None:
        """Detect a freeze of the whole process; while no partition is owned, a long recovery is not a freeze."""
        while True:
            if self._states:
                self._fail_if_frozen()
            self._last_awake = time.monotonic()
            await asyncio.sleep(TICK_S)
