"""The funnel: packs in, exact cells out, in whole flushes; a failure ends the process and the tail is replayed."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from schemas.errors import Malformed
from schemas.events import packs
from schemas.funnel.history import context, happening
from schemas.funnel.rules import Rules
from schemas.kafka.quarantine import SetAside
from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE
from sinks.metrics import WorkerMetrics
from streams.worker import parent_index
from streams.worker.cell_table import Rows
from streams.worker.changelog import ChangelogProducer
from streams.worker.gc_tuning import Garbage
from streams.worker.partition_state import PartitionChanges, PartitionState
from streams.worker.store import LocalTable

log = logging.getLogger(__name__)

LAGGING = 2_000  # events since the last flush that mean a backlog: then flush a quarter as often
PERSIST_S = 20.0  # how often RocksDB's memory goes to disk; bounds what a restart reads again
FULL = 60_000  # events held before reading stops until they are written: bounds memory behind a slow broker
TICK_S = 0.5
FROZEN_S = (
    8.0  # below the session time-out: a process that slept longer may have lost its partitions
)


class Tables(NamedTuple):
    """What a worker keeps of every partition it owns."""

    applications: LocalTable
    cells: LocalTable
    people: LocalTable


class RuleSource(Protocol):
    """The rules by which this worker counts."""

    def of(self, tenant: str, source: str) -> Rules:
        """The rules of the tenant, in which the connection of that CloudEvents source is settled."""


class FunnelProcessor:
    """State and flush of one worker process; all methods run on its one event loop."""

    def __init__(
        self,
        book: RuleSource,
        tables: Tables,
        changelog: ChangelogProducer,
        metrics: WorkerMetrics,
        now: Callable[[], datetime],
    ) -> None:
        """`acknowledge` is set by the agent before its first record."""
        self._book = book
        self._tables = tables
        self._partitions = tables.applications.partitions
        self._changelog = changelog
        self._metrics = metrics
        self._now = now
        self._shards: dict[int, PartitionState] = {}
        self._expected: dict[int, int] = {}
        self._unacked: list[Any] = []
        self.counted: dict[int, int] = {}  # by partition, the next offset after the last flush
        self._copies: list[tuple[int, bytes, bytes]] = []
        self.acknowledge: Callable[[Any], Awaitable[Any]] | None = None
        self._flushing = asyncio.Lock()
        self._persisted = time.monotonic()
        self._awake = time.monotonic()
        self._garbage = Garbage(self._awake)
        self.events_waiting = 0

    def assigned(self) -> None:
        """Restore the cells of every owned partition into memory, before the first record of it arrives."""
        self._shards, self._expected, self._unacked, self.events_waiting = {}, {}, [], 0
        self._copies, self.counted = [], {}
        for number, partition in self._tables.cells.store.partitions.items():
            applications = self._tables.applications.store.partitions[number]
            shard = PartitionState(
                applications.get, partial(parent_index.applications, applications)
            )
            for key, value in partition.items():
                shard.cells.restore(key, value)
            for _, value in self._tables.people.store.partitions[number].items():
                shard.remember(value)
            self._shards[number] = shard
        self._awake = time.monotonic()
        self._metrics.partitions.set(len(self._shards))
        log.info("partitions restored", extra={"partitions": sorted(self._shards)})

    def owned(self) -> list[int]:
        """The partitions that are counted here."""
        return sorted(self._shards)

    async def revoked(self) -> None:
        """Write what is held, then own nothing."""
        await self.flush()
        self._shards = {}
        self._metrics.partitions.set(0)

    async def take(self, event: Any) -> None:
        """Apply one record; it is acknowledged by the flush that has made it durable."""
        message = event.message
        shard = self._shards.get(message.partition)
        if shard is None:
            return  # no longer ours: not acknowledged, its owner reads it
        self._check_gap(message.partition, message.offset)
        try:
            pack = packs.read(message.value)
        except Malformed as problem:
            await self._set_aside(message, problem)
        else:
            self._apply(shard, message, pack)
        shard.offset = message.offset
        self._unacked.append(event)
        if self.events_waiting >= FULL:
            await self.flush()

    def _apply(self, shard: PartitionState, message: Any, pack: packs.Pack) -> None:
        offset, duplicates = message.offset, 0
        for index, accepted in enumerate(pack.events):
            tenant = accepted.tenant
            fact = happening(accepted, offset, index)
            if fact is not None:
                rules = self._book.of(tenant, accepted.source)
                duplicates += not shard.take(tenant, accepted.subject, fact, rules)
                continue
            about = context(accepted, offset, index)
            if about is None:
                continue
            if not shard.learn(tenant, about, self._book.of(tenant, accepted.source)):
                duplicates += 1
            elif not pack.forwarded:
                self._forward(message.partition, accepted)
        self.events_waiting += len(pack.events)
        self._metrics.events.inc(len(pack.events))
        self._metrics.duplicates.inc(duplicates)

    def _forward(self, home: int, event: packs.PackedEvent) -> None:
        """Copy an event about a candidate or a pipeline to every other partition: its applications may be anywhere.

        The copies are written by the flush that acknowledges the original; a crash repeats them, and their id makes
        the repetition harmless.
        """
        key, value = f"{event.tenant}/{event.subject}".encode(), packs.forwarded(event)
        self._copies.append((home, key, value))

    def _check_gap(self, partition: int, offset: int) -> None:
        """Offsets of a partition have no holes; a hole means lost records, and only a restart reads them again."""
        expected = self._expected.get(partition, offset)
        if offset > expected:
            msg = f"{CANDIDATE_EVENTS.name}/{partition}: expected offset {expected}, got {offset}"
            raise RuntimeError(msg)
        self._expected[partition] = max(expected, offset + 1)

    async def _set_aside(self, message: Any, problem: Malformed) -> None:
        """Point at the record from quarantine; its bytes stay where they are. Repeats keep one id."""
        place = f"{message.topic}/{message.partition}/{message.offset}"
        entry = SetAside(
            id=hashlib.sha256(place.encode()).hexdigest()[:32],
            tenant=None,
            connection=None,
            vendor=None,
            reason="poison_pack",
            detail=str(problem),
            at=self._now(),
            rawref=place,
        )
        await self._changelog.send(QUARANTINE.name, b"worker", entry.model_dump_json().encode())
        self._metrics.poison.inc()
        log.warning("record set aside", extra={"place": place, "reason": problem.reason})

    async def flush(self) -> None:
        """Changelogs, then the local stores, then the acknowledgements; one flush at a time."""
        async with self._flushing:
            if not self._unacked:
                return
            started = time.monotonic()
            waiting = self.events_waiting
            events, self._unacked, self.events_waiting = self._unacked, [], 0
            copies, self._copies = self._copies, []
            changes = [(n, shard, shard.changes()) for n, shard in self._shards.items()]
            self._refuse_after_sleep()
            await asyncio.gather(
                self._copy(copies), *(self._write_all(n, each) for n, _, each in changes)
            )
            for _, shard, _ in changes:
                shard.forget()
            for event in events:
                await self._acknowledge(event)
                self.counted[event.message.partition] = event.message.offset + 1
            self._persist()
            self._garbage.flushed(waiting, time.monotonic())
            self._metrics.flush_seconds.observe(time.monotonic() - started)

    async def _write_all(self, number: int, changes: PartitionChanges) -> None:
        tables = self._tables
        await asyncio.gather(
            self._write(tables.applications, number, changes.applications, changes.links),
            self._write(tables.cells, number, changes.cells),
            self._write(tables.people, number, changes.people),
        )

    async def _write(
        self, table: LocalTable, number: int, rows: Rows, local: Iterable[bytes] = ()
    ) -> None:
        if rows:
            offset = await self._changelog.write(table.topic, number, rows)
            table.store.partitions[number].write(rows, offset, local)
            self._metrics.rows.labels(table.name).inc(len(rows))

    async def _copy(self, copies: list[tuple[int, bytes, bytes]]) -> None:
        for number in range(self._partitions) if copies else ():
            rows = [(key, value) for home, key, value in copies if home != number]
            if rows:
                await self._changelog.write(CANDIDATE_EVENTS.name, number, rows)
                self._metrics.copies.inc(len(rows))

    async def _acknowledge(self, event: Any) -> None:
        if self.acknowledge is None:
            msg = "the agent has not started"
            raise RuntimeError(msg)
        await self.acknowledge(event)

    def _persist(self) -> None:
        if time.monotonic() - self._persisted > PERSIST_S:
            for table in self._tables:
                for partition in table.store.partitions.values():
                    partition.persist()
            self._persisted = time.monotonic()

    def _refuse_after_sleep(self) -> None:
        """A process that was frozen may not write: its partitions can have another owner by now."""
        slept = time.monotonic() - self._awake
        if slept > FROZEN_S:
            msg = f"frozen for {slept:.1f} s; another worker may own the partitions"
            raise RuntimeError(msg)

    async def run(self, flush_s: float, flush_events: int) -> None:
        """Flush for ever: every `flush_s` when live, a quarter as often with a backlog, at once when full."""
        while True:
            begun = time.monotonic()
            patience = flush_s
            while self.events_waiting < flush_events and time.monotonic() - begun < patience:
                await asyncio.sleep(min(flush_s, 0.05))
                patience = flush_s * (4 if self.events_waiting > LAGGING else 1)
            await self.flush()

    async def keep_awake(self) -> None:
        """Notice a freeze of the whole process; while nothing is owned, a long recovery is no freeze."""
        while True:
            if self._shards:
                self._refuse_after_sleep()
            self._awake = time.monotonic()
            await asyncio.sleep(TICK_S)
