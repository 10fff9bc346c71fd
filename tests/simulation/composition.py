"""How a simulated process puts the worker's parts together, as `streams.worker.app` does for a real one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from schemas.cells import decode_cell
from schemas.funnel.application_row import decode_version
from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE, Topic
from sinks.metrics import WorkerMetrics
from streams.worker import parent_index
from streams.worker.changelog import ChangelogProducer
from streams.worker.flush import FlushWriter, Tables
from streams.worker.freeze import TICK_S, FreezeGuard
from streams.worker.funnel import FunnelProcessor
from streams.worker.partition_state import context_version
from streams.worker.records import RecordApplier, RuleSource
from streams.worker.store import LocalStore
from tests.simulation.kafka import Access

METRICS = WorkerMetrics()
NOW = datetime(2026, 4, 1, tzinfo=UTC)

Acknowledge = Callable[[Any], Awaitable[None]]


def create_tables(access: Access, directory: Path, partitions: int) -> Tables:
    """Create the tables of one process; their stores are below `directory`."""

    def table(topic: Topic, version: Any, index_keys: Any = lambda _rows: ()) -> Any:
        return SimpleNamespace(
            name=topic.name,
            topic=topic.name,
            partitions=partitions,
            version=version,
            index_keys=index_keys,
            directory=directory / topic.name,
            access=access,
            restored_rows=0,
            store=LocalStore("rocksdb://", None, None, table_name=topic.name),
        )

    return Tables(
        applications=table(APPLICATIONS, decode_version, parent_index.index_keys),
        cells=table(KPI_CELLS, lambda value: decode_cell(value).o),
        people=table(PEOPLE, context_version),
    )


class LoopGuard(FreezeGuard):
    """Ticks in the simulated event loop, which stands still with its process; a thread would not."""

    def start(self) -> None:
        """Leave ticking to `tick_forever`."""

    async def tick_forever(self) -> None:
        """Tick until the process ends."""
        while True:
            self.tick()
            await asyncio.sleep(TICK_S)


class SimulatedSource:
    """What the funnel knows of the stream; reading is never paused, because a simulated backlog is short."""

    def __init__(self, acknowledge: Acknowledge) -> None:
        """`acknowledge` lets the next commit include a record."""
        self.acknowledge = acknowledge

    def pause(self, _partition: int) -> None:
        """Read on."""

    def resume(self, _partition: int) -> None:
        """Read on."""


class Parts(NamedTuple):
    """The parts of one process, and what runs beside reading and flushing for as long as it lives."""

    funnel: FunnelProcessor
    tasks: tuple[Callable[[], Awaitable[None]], ...]


def create_parts(
    rules: RuleSource,
    tables: Tables,
    changelog: ChangelogProducer,
    acknowledge: Acknowledge,
    clock: Callable[[], float],
) -> Parts:
    """Create the parts of one process, whose seconds `clock` tells."""
    guard = LoopGuard(clock)
    funnel = FunnelProcessor(
        RecordApplier(rules, METRICS, lambda: NOW),
        tables,
        FlushWriter(tables, changelog, METRICS),
        METRICS,
        guard,
    )
    funnel.source = SimulatedSource(acknowledge)
    tasks = (funnel.work, funnel.detect_freeze, funnel.watch_changelogs, guard.tick_forever)
    return Parts(funnel, tasks)
