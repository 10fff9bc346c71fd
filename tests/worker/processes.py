"""Worker processes in one test process: the real funnel and stores over a Kafka that is a list, and may crash anywhere."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from schemas.cells import Cells
from schemas.funnel.candidate_events import ParentKey
from schemas.funnel.rules import TenantRules
from schemas.kafka.topics import APPLICATIONS, CANDIDATE_EVENTS, KPI_CELLS, PEOPLE
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.kafka.whole_flushes import WholeFlushes
from streams.tools.verify.comparison import ChangelogCells
from streams.tools.verify.oracle import Oracle
from streams.worker import parent_index
from streams.worker.app import create_worker
from streams.worker.cell_table import Rows
from streams.worker.changelog import Header
from streams.worker.epoch_rules import EpochRules
from streams.worker.flush import FlushWriter, Tables
from streams.worker.freeze import FreezeGuard
from streams.worker.funnel import FunnelProcessor
from streams.worker.partition_state import PartitionState
from streams.worker.records import RecordApplier, Unflushed
from streams.worker.recovery import NewestRows
from streams.worker.turns import run

IDLE_ROUNDS = 5  # rounds of the event loop without a turn after which nothing is left to do
TENANT = "t"
MAPPING = MappingSnapshot(tenants={TENANT: TenantMapping()})
RULES = EpochRules(MAPPING, lambda: MAPPING, lambda mapping: mapping)


class Message(NamedTuple):
    """A record's message as Kafka delivers it."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Record(NamedTuple):
    """A record as the stream delivers it."""

    message: Message


class CellRecord(NamedTuple):
    """A record of `kpi-cells` as its readers get it."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: tuple[Header, ...]


class Kafka:
    """Topics as lists of rows, and the committed offsets of the one group. It is the source of the records as well.

    A write fails once `writes_left` is 0, with half of its rows written.
    """

    def __init__(self, partitions: int) -> None:
        """Start without records."""
        self.writes_left = 1_000_000
        self.partitions = partitions
        self.topics: dict[tuple[str, int], Rows] = {}
        self.committed = dict.fromkeys(range(partitions), 0)
        self.paused: set[int] = set()
        self.headers: dict[tuple[str, int, int], tuple[Header, ...]] = {}

    def rows(self, topic: str, partition: int) -> Rows:
        """Return all records of a partition."""
        return self.topics.setdefault((topic, partition), [])

    async def write(
        self, topic: str, partition: int, rows: Rows, end: Sequence[Header] = ()
    ) -> int:
        """Append rows, the last one with headers `end`; return its offset."""
        await asyncio.sleep(0)
        if not self.writes_left:
            self.rows(topic, partition).extend(rows[: len(rows) // 2])
            raise ConnectionError
        self.writes_left -= 1
        self.rows(topic, partition).extend(rows)
        last = len(self.rows(topic, partition)) - 1
        self.headers[topic, partition, last] = tuple(end)
        return last

    async def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Append one record."""
        await self.write(topic, 0, [(key, value)])

    async def acknowledge(self, record: Record) -> None:
        """Commit what precedes the next record."""
        self.committed[record.message.partition] = record.message.offset + 1

    def pause(self, partition: int) -> None:
        """Note that no more is read."""
        self.paused.add(partition)

    def resume(self, partition: int) -> None:
        """Note that it is read again."""
        self.paused.discard(partition)

    def records(self, partition: int, start: int | None = None) -> list[Record]:
        """Return the records of the source from an offset, by default the committed one."""
        topic = CANDIDATE_EVENTS.name
        start = self.committed[partition] if start is None else start
        return [
            Record(Message(topic, partition, offset, value))
            for offset, (_, value) in enumerate(self.rows(topic, partition))
            if offset >= start
        ]

    def has_uncommitted(self) -> bool:
        """Return whether any record waits to be counted."""
        return any(self.records(number) for number in range(self.partitions))

    def cells(self) -> Cells:
        """Return the cells as the changelog has them."""
        cells = ChangelogCells()
        for number in range(self.partitions):
            for key, value in self.rows(KPI_CELLS.name, number):
                cells.add(number, key, value)
        return cells.cells()

    def whole_cells(self, partition: int) -> Cells:
        """Return the cells of one partition that readers may show."""
        cells, flushes, topic = ChangelogCells(), WholeFlushes(), KPI_CELLS.name
        for offset, (key, value) in enumerate(self.rows(topic, partition)):
            headers = self.headers.get((topic, partition, offset), ())
            for row in flushes.release(CellRecord(topic, partition, key, value, headers)):
                cells.add(partition, row.key, row.value)
        return cells.cells()

    def cells_of_prefixes(self, partition: int) -> list[Cells]:
        """Return the cells of one partition after none, one, two ... of its records."""
        links: set[bytes] = set()

        def applications(tenant: str, parent: ParentKey) -> list[str]:
            prefix = parent_index.key(tenant, parent, "")
            return [key[len(prefix) :].decode() for key in links if key.startswith(prefix)]

        state = PartitionState(lambda _: None, applications)
        cells, counted = ChangelogCells(), [Cells()]
        applier = RecordApplier(RULES, WorkerMetrics(), lambda: datetime.now(UTC))
        for record in self.records(partition, 0):
            run(applier.apply(state, record, Unflushed()))
            changes = run(state.drain())
            links.update(changes.links)
            for key, value in changes.cells:
                cells.add(partition, key, value)
            counted.append(cells.cells())
        return counted

    def expected_cells(self) -> Cells:
        """Return the fold of all accepted events."""
        oracle = Oracle()
        for number in range(self.partitions):
            for offset, (_, value) in enumerate(self.rows(CANDIDATE_EVENTS.name, number)):
                oracle.add(offset, value)
        return oracle.cells(TenantRules(MAPPING))


class Process:
    """One worker process that owns every partition, with an empty directory: it restores from the changelogs."""

    def __init__(self, kafka: Kafka, directory: Path) -> None:
        """Start, restored."""
        self.kafka, self._sent = kafka, dict(kafka.committed)
        settings = Settings(worker_dir=directory, partitions=kafka.partitions)
        tables = create_worker(settings, RULES, 0).app.tables
        self.tables = Tables(*(tables[topic.name] for topic in (APPLICATIONS, KPI_CELLS, PEOPLE)))
        self._restore()
        self.metrics = WorkerMetrics()
        self.funnel = FunnelProcessor(
            RecordApplier(RULES, self.metrics, lambda: datetime.now(UTC)),
            self.tables,
            FlushWriter(self.tables, kafka, self.metrics),
            self.metrics,
            FreezeGuard(lambda: 0.0),  # a busy machine is no freeze
        )
        self.funnel.source = kafka
        self.funnel.on_assigned()
        self.funnel.on_sought(kafka.committed)

    def _restore(self) -> None:
        for table in self.tables:
            table.store.open(table.directory, set(range(self.kafka.partitions)))
            for number, partition in table.store.partitions.items():
                newest = NewestRows(table.version)
                logged = self.kafka.rows(table.topic, number)
                for key, value in logged:
                    newest.add(key, value)
                rows = newest.rows.items()
                partition.write(rows, len(logged) - 1, table.index_keys(rows))

    async def read(self, partitions: Iterable[int] | None = None) -> None:
        """Deliver the records that were not delivered to this process yet."""
        for number in range(self.kafka.partitions) if partitions is None else partitions:
            for record in self.kafka.records(number):
                await self._deliver(record)

    async def _deliver(self, record: Record) -> None:
        _, partition, offset, _ = record.message
        if offset >= self._sent[partition]:
            self._sent[partition] = offset + 1
            await self.funnel.process(record)

    async def work(self, turns: int) -> bool:
        """Let the funnel take that many turns of work; return whether there were so many."""
        goal, idle = self.turns + turns, 0
        task = asyncio.create_task(self.funnel.work())
        while self.turns < goal and idle < IDLE_ROUNDS:
            before = self.turns
            await asyncio.sleep(0)
            idle = 0 if self.turns > before else idle + 1
            if task.done():
                task.result()
        task.cancel()
        return self.turns >= goal

    @property
    def turns(self) -> int:
        """The turns of work taken so far."""
        return sum(self.funnel.turns().values())

    async def finish(self, *, flush_each: bool = False) -> None:
        """Read, work and flush, if asked after each record, until everything is committed, copies included."""
        while self.kafka.has_uncommitted():
            for number in range(self.kafka.partitions):
                for record in self.kafka.records(number):
                    await self._deliver(record)
                    if flush_each:
                        await self._work_and_flush()
            await self._work_and_flush()

    async def _work_and_flush(self) -> None:
        while await self.work(1):
            pass
        await self.funnel.flush()

    def crash(self) -> None:
        """End without writing anything more."""
        for table in self.tables:
            table.store.open(table.directory, set())
