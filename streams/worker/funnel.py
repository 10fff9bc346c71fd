"""The funnel: packs in, exact cells out, in whole flushes; a failure ends the process and the tail is replayed."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from schemas import codec
from schemas.errors import Malformed
from schemas.history import happening
from schemas.quarantine import SetAside
from schemas.rules import Rulebook
from schemas.topics import APPLICATIONS, CANDIDATE_EVENTS, KPI_CELLS, QUARANTINE
from sinks.metrics import WorkerMetrics
from streams.worker.changelog import Changelog
from streams.worker.shard import Shard
from streams.worker.store import LocalTable

log = logging.getLogger(__name__)

LAGGING = 2_000  # events since the last flush that mean a backlog: then flush a quarter as often
PERSIST_S = 20.0  # how often RocksDB's memory goes to disk; bounds what a restart reads again
FULL = 60_000  # events held before reading stops until they are written: bounds memory behind a slow broker
TICK_S = 0.5
FROZEN_S = (
    8.0  # below the session time-out: a process that slept longer may have lost its partitions
)


class Funnel:
    """State and flush of one worker process; all methods run on its one event loop."""

    def __init__(
        self,
        rulebook: Rulebook,
        tables: tuple[LocalTable, LocalTable],
        changelog: Changelog,
        metrics: WorkerMetrics,
        now: Callable[[], datetime],
    ) -> None:
        """`tables` are applications and cells; `acknowledge` is set by the agent before its first record."""
        self._rulebook = rulebook
        self._applications, self._cells = tables
        self._changelog = changelog
        self._metrics = metrics
        self._now = now
        self._shards: dict[int, Shard] = {}
        self._expected: dict[int, int] = {}
        self._unacked: list[Any] = []
        self.acknowledge: Callable[[Any], Awaitable[Any]] | None = None
        self._flushing = asyncio.Lock()
        self._persisted = time.monotonic()
        self._awake = time.monotonic()
        self.events_waiting = 0

    def assigned(self) -> None:
        """Restore the cells of every owned partition into memory, before the first record of it arrives."""
        self._shards, self._expected, self._unacked, self.events_waiting = {}, {}, [], 0
        for number, partition in self._cells.store.partitions.items():
            shard = Shard(self._applications.store.partitions[number].get)
            for key, value in partition.items():
                shard.cells.restore(key, value)
            self._shards[number] = shard
        self._awake = time.monotonic()
        self._metrics.partitions.set(len(self._shards))
        log.info("partitions restored", extra={"partitions": sorted(self._shards)})

    async def revoked(self) -> None:
        """Write what is held, then own nothing."""
        await self.flush()
        self._shards = {}

    async def take(self, event: Any) -> None:
        """Apply one record; it is acknowledged by the flush that has made it durable."""
        message = event.message
        shard = self._shards.get(message.partition)
        if shard is None:
            return  # no longer ours: not acknowledged, its owner reads it
        self._check_gap(message.partition, message.offset)
        try:
            events = codec.decode(message.value)
        except Malformed as problem:
            await self._set_aside(message, problem)
        else:
            self._apply(shard, message.offset, events)
        shard.offset = message.offset
        self._unacked.append(event)
        if self.events_waiting >= FULL:
            await self.flush()

    def _apply(self, shard: Shard, offset: int, events: list[codec.Accepted]) -> None:
        duplicates = 0
        for index, accepted in enumerate(events):
            fact = happening(accepted, offset, index)
            if fact is not None:
                rules = self._rulebook.of(accepted.tenant)
                duplicates += not shard.take(accepted.tenant, accepted.subject, fact, rules)
        self.events_waiting += len(events)
        self._metrics.events.inc(len(events))
        self._metrics.duplicates.inc(duplicates)

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
            events, self._unacked, self.events_waiting = self._unacked, [], 0
            changes = {n: (*shard.changes(), shard) for n, shard in self._shards.items()}
            self._refuse_after_sleep()
            await asyncio.gather(
                *(
                    self._write(self._applications, APPLICATIONS.name, n, c[0])
                    for n, c in changes.items()
                ),
                *(self._write(self._cells, KPI_CELLS.name, n, c[1]) for n, c in changes.items()),
            )
            for _, _, shard in changes.values():
                shard.forget()
            for event in events:
                await self._acknowledge(event)
            self._persist()
            self._metrics.flush_seconds.observe(time.monotonic() - started)

    async def _write(
        self, table: LocalTable, topic: str, number: int, rows: list[tuple[bytes, bytes]]
    ) -> None:
        if rows:
            offset = await self._changelog.write(topic, number, rows)
            table.store.partitions[number].write(rows, offset)
            self._metrics.rows.labels(topic).inc(len(rows))

    async def _acknowledge(self, event: Any) -> None:
        if self.acknowledge is None:
            msg = "the agent has not started"
            raise RuntimeError(msg)
        await self.acknowledge(event)

    def _persist(self) -> None:
        if time.monotonic() - self._persisted > PERSIST_S:
            for table in (self._applications, self._cells):
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
