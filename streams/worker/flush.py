"""Writes a flush: what other partitions must receive, then the changelogs, then the local stores."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE
from sinks.metrics import WorkerMetrics
from streams.kafka.whole_flushes import FLUSH_END
from streams.worker import heap
from streams.worker.cell_table import Rows
from streams.worker.changelog import Header
from streams.worker.partition_state import PartitionChanges
from streams.worker.records import Unflushed
from streams.worker.store import LocalTable
from streams.worker.turns import in_turns

PERSIST_S = 20.0  # how often RocksDB flushes its memtables; bounds what a restart reads again


class Tables(NamedTuple):
    """The tables that a worker keeps of each owned partition."""

    applications: LocalTable
    cells: LocalTable
    people: LocalTable


class Changelog(Protocol):
    """Kafka as a flush sees it; any failure raises."""

    async def write(
        self, topic: str, partition: int, rows: Rows, end: Sequence[Header] = ()
    ) -> int:
        """Append rows, the last with headers `end`; return the offset of the last one once all are acknowledged."""

    async def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Send one record and wait for its acknowledgement."""


class PartitionFlush(NamedTuple):
    """What is flushed of one partition."""

    changes: PartitionChanges
    unflushed: Unflushed


class FlushWriter:
    """Writes flushes, one at a time; a failure must end the process."""

    def __init__(self, tables: Tables, changelog: Changelog, metrics: WorkerMetrics) -> None:
        """Write to the changelogs and stores of these tables."""
        self._tables, self._changelog, self._metrics = tables, changelog, metrics
        self._last_persisted = time.monotonic()

    async def write(self, flush: Mapping[int, PartitionFlush]) -> None:
        """Return when Kafka has acknowledged all of it and the local stores contain it.

        Copies come first, then the events that were copied, so that a crash almost never repeats a copy: whoever finds an
        event in the restored state need not copy it again.
        """
        tables, changes = self._tables, {number: part.changes for number, part in flush.items()}
        await asyncio.gather(
            self._write_copies({number: part.unflushed.copies for number, part in flush.items()}),
            self._quarantine([part.unflushed for part in flush.values()]),
        )
        await asyncio.gather(*(self._write(tables.people, n, c.people) for n, c in changes.items()))
        await asyncio.gather(
            *(
                self._write(tables.applications, n, c.applications, c.links)
                for n, c in changes.items()
            ),
            *(self._write(tables.cells, n, c.cells) for n, c in changes.items()),
        )
        await self._persist()

    async def _write_copies(self, copies: Mapping[int, Rows]) -> None:
        if any(copies.values()):
            partitions = range(self._tables.applications.partitions)
            await asyncio.gather(*(self._write_copies_to(number, copies) for number in partitions))

    async def _write_copies_to(self, number: int, copies: Mapping[int, Rows]) -> None:
        rows = [row for source, copied in copies.items() if source != number for row in copied]
        if rows:
            await self._changelog.write(CANDIDATE_EVENTS.name, number, rows)
            self._metrics.copies.inc(len(rows))

    async def _quarantine(self, unflushed: Iterable[Unflushed]) -> None:
        for entry in (entry for part in unflushed for entry in part.poison):
            value = entry.model_dump_json().encode()
            await self._changelog.send(QUARANTINE.name, b"worker", value)
            self._metrics.poison.inc()

    async def _write(
        self, table: LocalTable, number: int, rows: Rows, local_keys: Iterable[bytes] = ()
    ) -> None:
        if rows:
            end = (FLUSH_END,) if table is self._tables.cells else ()
            offset = await self._changelog.write(table.topic, number, rows, end)
            await in_turns(table.store.partitions[number].append(rows, offset, local_keys))
            self._metrics.rows.labels(table.name).inc(len(rows))

    async def _persist(self) -> None:
        """Let RocksDB write its memtables to disk from time to time, in a thread, and release their memory."""
        if time.monotonic() - self._last_persisted > PERSIST_S:
            for table in self._tables:
                for partition in table.store.partitions.values():
                    await asyncio.to_thread(partition.persist)
            await asyncio.to_thread(heap.release)
            self._last_persisted = time.monotonic()
