"""The worker's partition metric matches the partitions it owns."""

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import generate_latest

from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE
from schemas.tenants.mapping_snapshot import MappingSnapshot
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.worker.app import create_worker
from streams.worker.changelog import ChangelogProducer
from streams.worker.epoch_rules import EpochRules
from streams.worker.funnel import FunnelProcessor, Tables


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
    return FunnelProcessor(
        rules, tables, ChangelogProducer(settings.kafka_access), metrics, lambda: datetime.now(UTC)
    )


async def test_a_worker_without_partitions_reports_none(tmp_path: Path) -> None:
    """The metric is 0 as soon as partitions are revoked: the worker may never get others."""
    metrics = WorkerMetrics()
    worker = create_funnel(tmp_path, metrics)
    worker.on_assigned()
    before = generate_latest(metrics.registry).decode()
    await worker.on_revoked()

    assert "\nhirelay_worker_partitions 2.0\n" in before
    assert "\nhirelay_worker_partitions 0.0\n" in generate_latest(metrics.registry).decode()
