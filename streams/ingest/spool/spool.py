"""The spool of a running gateway: a bounded queue on disk that many requests append to at once."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from schemas.errors import Unavailable
from streams.ingest.metrics import SpoolMetrics
from streams.ingest.spool.store import (
    DAMAGED,
    LaneTotals,
    SpoolRecord,
    SpoolStore,
    StoredRecord,
    is_damaged,
    is_full,
)

log = logging.getLogger(__name__)

WAITING_BYTES = 64_000_000  # handed over and not yet on disk; beyond this, senders get 503
READ_RECORDS, READ_BYTES = 1_000, 4_000_000  # of one read
FAILURE_S = 10.0  # how long a failed write counts against readiness; the next one tries again

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SpoolBatch:
    """The first records of a lane, of the file with that number: a damaged file is replaced by the next."""

    lane: str
    records: Sequence[StoredRecord]
    file: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    record: SpoolRecord
    done: asyncio.Future[None]


class Spool:
    """Appends are committed in groups: all that arrive during one fsync share the next.

    `most_bytes` bounds the payload of all records that are stored or waiting to be. All access to the disk is on one
    thread, so that a slow disk delays its senders and not the event loop.
    """

    def __init__(
        self,
        store: SpoolStore,
        most_bytes: int,
        deadline_s: float,
        metrics: SpoolMetrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take over what the store holds; `deadline_s` limits how long an append waits for the disk."""
        self._store = store
        self._most_bytes = most_bytes
        self._deadline_s = deadline_s
        self._metrics = metrics
        self._clock = clock
        self._lanes: dict[str, LaneTotals] = defaultdict(LaneTotals, store.totals())
        self._lanes.pop(DAMAGED, None)
        self._changed: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._writing: list[_Waiting] = []
        self._file = 0
        self._wake = asyncio.Event()
        self._failed_at: float | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._writer: asyncio.Task[None] | None = None
        metrics.damaged.inc(store.damaged_files())
        metrics.limit.set(most_bytes)
        metrics.oldest.set_function(self.oldest_age)
        self._metrics.size.set(self.size())

    async def start(self) -> None:
        """Start to write; must be called in the running event loop."""
        if self.size():
            log.info("spool found", extra={"bytes": self.size(), "oldest_s": self.oldest_age()})
        self._writer = asyncio.create_task(self._write(), name="spool writer")

    async def stop(self) -> None:
        """Write what waits, then close the file."""
        if waiting := [entry.done for entry in (*self._writing, *self._waiting)]:
            await asyncio.wait(waiting, timeout=self._deadline_s)
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        self._thread.shutdown(wait=False)

    def size(self) -> int:
        """Return the bytes that are stored or waiting to be."""
        return sum(lane.size for lane in self._lanes.values())

    def count(self, lane: str) -> int:
        """Return the records of a lane that are stored or waiting to be."""
        return self._lanes[lane].records if lane in self._lanes else 0

    def oldest_age(self) -> float:
        """Return the age of the oldest record in seconds, 0 if there is none."""
        oldest = [lane.oldest for lane in self._lanes.values() if lane.oldest is not None]
        return max(0.0, self._clock() - min(oldest)) if oldest else 0.0

    def has_room(self) -> bool:
        """Return whether an append is likely to succeed."""
        failed_lately = (
            self._failed_at is not None and time.monotonic() - self._failed_at < FAILURE_S
        )
        return self.size() < self._most_bytes and not failed_lately

    async def until_any(self, lane: str) -> None:
        """Wait until a lane holds a record."""
        while not self.count(lane):
            self._changed[lane].clear()
            await self._changed[lane].wait()

    async def append(self, lane: str, payload: bytes) -> None:
        """Return only after the record is on disk.

        Raise Unavailable if it may not be: the spool or the disk is full, or the disk fails or is too slow.
        """
        size = len(payload)
        if self.size() + size > self._most_bytes:
            raise Unavailable("spool_full", "the spool has reached its limit")
        if self._waiting_bytes + size > WAITING_BYTES:
            raise Unavailable("spool_slow", "too much is waiting for the disk")
        record = SpoolRecord(lane, self._clock(), payload)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(record, done))
        self._waiting_bytes += size
        self._count(record, 1)
        self._wake.set()
        try:
            async with asyncio.timeout(self._deadline_s):
                await asyncio.shield(done)
        except TimeoutError as error:
            raise Unavailable("spool_slow", "the disk did not answer in time") from error

    async def read(self, lane: str) -> SpoolBatch:
        """Return the first records of a lane; raise Unavailable if the disk fails."""
        file = self._file
        records = await self._on_disk(lambda: self._store.read(lane, READ_RECORDS, READ_BYTES))
        return SpoolBatch(lane, records, file)

    def release(self, batch: SpoolBatch, damaged: Sequence[int]) -> None:
        """No longer count the records of a batch, the first of their lane: Kafka has them, or they cannot be read."""
        if batch.file != self._file:
            return
        totals = self._lanes[batch.lane]
        totals.records -= len(batch.records)
        totals.size -= sum(record.size for record in batch.records)
        totals.oldest = totals.oldest if totals.records else None
        self._metrics.damaged.inc(len(damaged))
        self._metrics.drained.inc(len(batch.records) - len(damaged))
        self._metrics.size.set(self.size())

    async def erase(self, batch: SpoolBatch, damaged: Sequence[int]) -> None:
        """Remove released records from the disk; raise Unavailable, with nothing removed, if it fails or is full.

        Those numbered in `damaged` stay in the file for a person to look at.
        """
        lane, records = batch.lane, batch.records
        if not records or batch.file != self._file:
            return

        def remove() -> float | None:
            self._store.remove(lane, records, damaged)
            return self._store.oldest(lane)

        oldest = await self._on_disk(remove)
        if self._lanes[lane].records:
            self._lanes[lane].oldest = oldest or self._lanes[lane].oldest
        await self._reclaim()

    async def _reclaim(self) -> None:
        """Once the spool is empty, give its disk space back and leave no byte of a delivery; a failure is logged."""
        if not self.size():
            with contextlib.suppress(Unavailable):
                await self._on_disk(self._store.compact)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._writing, self._waiting, self._waiting_bytes = self._waiting, [], 0
            if self._writing:
                await self._commit(self._writing)
            self._writing = []

    async def _commit(self, group: list[_Waiting]) -> None:
        failure: Unavailable | None = None
        records = [entry.record for entry in group]
        try:
            await self._on_disk(lambda: self._store.append(records))
        except Unavailable as error:
            failure = error
        except Exception as error:
            # This loop owns the writes of all requests: it fails the group, so that its senders retry, and continues.
            log.exception("spool failed")
            failure = Unavailable("spool_failed", type(error).__name__)
        for entry in group:
            if failure is None:
                entry.done.set_result(None)
            else:
                self._count(entry.record, -1)
                entry.done.set_exception(failure)
                entry.done.exception()  # read, because its sender may have given up waiting
        if failure is None:
            self._metrics.stored.inc(len(group))

    async def _on_disk(self, work: Callable[[], Result]) -> Result:
        """Run one piece of work on the disk's thread; raise Unavailable if the disk fails or is full."""
        loop = asyncio.get_running_loop()
        try:
            # Shielded, so that a stop does not take back what waits for the thread: it would be sent again.
            result = await asyncio.shield(loop.run_in_executor(self._thread, work))
        except sqlite3.Error as error:
            self._failed_at = time.monotonic()
            log.exception("spool failed", extra={"code": getattr(error, "sqlite_errorname", "")})
            if is_damaged(error):
                await loop.run_in_executor(self._thread, self._store.replace)
                self._take_over()
            reason = "spool_disk_full" if is_full(error) else "spool_failed"
            raise Unavailable(reason, str(error)) from error
        self._failed_at = None
        return result

    def _take_over(self) -> None:
        """Count anew after the file was replaced by an empty one; what waits is still to be written."""
        self._file += 1
        self._metrics.damaged.inc()
        self._lanes.clear()
        for entry in (*self._writing, *self._waiting):
            self._count(entry.record, 1)
        self._metrics.size.set(self.size())

    def _count(self, record: SpoolRecord, sign: int) -> None:
        totals = self._lanes[record.lane]
        totals.records += sign
        totals.size += sign * len(record.payload)
        if totals.oldest is None:
            totals.oldest = record.stored_at
        if not totals.records:
            totals.oldest = None
        self._changed[record.lane].set()
        self._metrics.size.set(self.size())
