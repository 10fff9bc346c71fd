"""How a simulated process puts the worker's parts together, as `streams.worker.app` does for a real one."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from schemas.cells import decode_cell
from schemas.funnel.application_row import decode_version
from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE, Topic
from sinks.metrics import WorkerMetrics
from streams.worker import parent_index
from streams.worker.changelog import ChangelogProducer
from streams.worker.funnel import FunnelProcessor, RuleSource, Tables
from streams.worker.partition_state import context_version
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


def create_funnel(
    rules: RuleSource, tables: Tables, changelog: ChangelogProducer, acknowledge: Acknowledge
) -> FunnelProcessor:
    """Create the funnel of one process."""
    funnel = FunnelProcessor(rules, tables, changelog, METRICS, lambda: NOW)
    funnel.acknowledge = acknowledge
    return funnel


def tasks_of(funnel: FunnelProcessor) -> list[Callable[[], Awaitable[None]]]:
    """Return what runs beside reading and flushing, for as long as the process lives."""
    return [funnel.detect_freeze]
