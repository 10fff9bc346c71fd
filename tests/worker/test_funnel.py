"""What a worker shows of its partitions is what it has of them."""

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import generate_latest

from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE
from schemas.tenants.mapping_snapshot import MappingSnapshot
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.worker.app import create_app
from streams.worker.changelog import ChangelogProducer
from streams.worker.epoch_rules import EpochRules
from streams.worker.funnel import FunnelProcessor, Tables


def funnel(folder: Path, metrics: WorkerMetrics) -> FunnelProcessor:
    """Of a worker to which two partitions were assigned, and that has not read anything."""
    settings = Settings(worker_dir=folder)
    book = EpochRules(MappingSnapshot(), MappingSnapshot, lambda wanted: wanted)
    held = create_app(settings, book, 0).tables
    tables = Tables(held[APPLICATIONS.name], held[KPI_CELLS.name], held[PEOPLE.name])
    for table in tables:
        table.store.open(table.directory, {0, 1})
    return FunnelProcessor(
        book, tables, ChangelogProducer(settings.kafka), metrics, lambda: datetime.now(UTC)
    )


async def test_a_worker_that_lost_its_partitions_shows_none(tmp_path: Path) -> None:
    """From the moment they are taken: it may never be given others, and then nobody counts."""
    metrics = WorkerMetrics()
    worker = funnel(tmp_path, metrics)
    worker.assigned()
    before = generate_latest(metrics.registry).decode()
    await worker.revoked()

    assert "\nhirelay_worker_partitions 2.0\n" in before
    assert "\nhirelay_worker_partitions 0.0\n" in generate_latest(metrics.registry).decode()
