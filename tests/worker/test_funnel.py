"""The worker's partition metric matches the partitions it owns."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest

from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE
from schemas.tenants.mapping_snapshot import MappingSnapshot
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.worker.app import create_worker
from streams.worker.changelog import ChangelogProducer
from streams.worker.epoch_rules import EpochRules
from streams.worker.flush import FlushWriter, Tables
from streams.worker.freeze import FreezeGuard
from streams.worker.funnel import FunnelProcessor
from streams.worker.records import RecordApplier


def create_funnel(folder: Path, metrics: WorkerMetrics) -> FunnelProcessor:
    """Create the funnel of a worker with two assigned partitions that has not read anything."""
    settings = Settings(worker_dir=folder)
    rules = EpochRules(MappingSnapshot(), MappingSnapshot, lambda mapping: mapping)
    faust_tables = create_worker(settings, rules, 0).app.tables
    tables = Tables(
        faust_tables[APPLICATIONS.name], faust_tables[KPI_CELLS.name], faust_tables[PEOPLE.name]
    )
    for table in tables:
        table.store.open(table.directory, {0, 1})
    records = RecordApplier(rules, metrics, lambda: datetime.now(UTC))
    writer = FlushWriter(tables, ChangelogProducer(settings.kafka_access), metrics)
    return FunnelProcessor(records, tables, writer, metrics, FreezeGuard(lambda: 0.0))


async def test_a_worker_without_partitions_reports_none(tmp_path: Path) -> None:
    """The metric is 0 as soon as partitions are revoked: the worker may never get others."""
    metrics = WorkerMetrics()
    worker = create_funnel(tmp_path, metrics)
    worker.on_assigned()
    before = generate_latest(metrics.registry).decode()
    await worker.on_revoked()

    assert "\nhirelay_worker_partitions 2.0\n" in before
    assert "\nhirelay_worker_partitions 0.0\n" in generate_latest(metrics.registry).decode()


def delivered(partition: int, offset: int) -> SimpleNamespace:
    """Return an empty record as the stream delivers it."""
    value = b'{"v":1,"events":[]}'
    return SimpleNamespace(message=SimpleNamespace(partition=partition, offset=offset, value=value))


async def test_the_first_record_must_be_the_one_that_was_sought(tmp_path: Path) -> None:
    """A record skipped right after an assignment would be lost like any other."""
    worker = create_funnel(tmp_path, WorkerMetrics())
    worker.on_assigned()
    worker.on_sought({0: 5, 1: 5})
    await worker.process(delivered(0, 5))

    with pytest.raises(RuntimeError, match="candidate-events/1: expected offset 5, got 7"):
        await worker.process(delivered(1, 7))


async def test_a_later_seek_may_go_farther(tmp_path: Path) -> None:
    """What was flushed before a rebalance may be committed only after it."""
    worker = create_funnel(tmp_path, WorkerMetrics())
    worker.on_assigned()
    worker.on_sought({0: 5})
    worker.on_sought({0: 7})
    await worker.process(delivered(0, 7))
    await worker.process(delivered(0, 8))

    assert worker.owned_partitions() == [0, 1]
