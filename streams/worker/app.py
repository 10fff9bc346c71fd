"""The worker's Faust application: one source, one agent, its tasks and its endpoints."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import faust
from faust.web import Request, Response, View
from prometheus_client import generate_latest

from schemas.kafka.topics import CANDIDATE_EVENTS
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.kafka import clients
from streams.kafka.epochs import consumer_group
from streams.kafka.lag import measure_forever
from streams.worker import lag, turns
from streams.worker.changelog import ChangelogProducer
from streams.worker.consumer import FaustSource, SeekingTransport
from streams.worker.directory import identity_in, stores_of
from streams.worker.flush import FlushWriter, Tables
from streams.worker.freeze import FreezeGuard
from streams.worker.funnel import FunnelProcessor
from streams.worker.liveness import Liveness
from streams.worker.records import RecordApplier, RuleSource
from streams.worker.recovery import BulkTableManager
from streams.worker.tables import add_tables
from streams.worker.watchdog import CommittedOffsets, Observation, Watchdog

log = logging.getLogger(__name__)


class WorkerParts(NamedTuple):
    """A worker process: the Faust application, and the watchdog to start with it."""

    app: faust.App
    watchdog: Watchdog


def create_worker(settings: Settings, rules: RuleSource, epoch: int) -> WorkerParts:
    """Create the parts of one worker process; nothing is opened before they start."""
    directory = stores_of(settings.worker_dir, epoch)
    app = _create_faust(settings, directory, epoch)
    source = app.topic(
        CANDIDATE_EVENTS.name, value_type=bytes, value_serializer="raw", key_type=bytes
    )
    tables = add_tables(app, settings, directory, epoch)
    changelog = ChangelogProducer(settings.kafka_access)
    metrics = WorkerMetrics()
    lag.export_disk_usage(metrics, settings.worker_dir)
    records = RecordApplier(rules, metrics, lambda: datetime.now(UTC))
    writer = FlushWriter(tables, changelog, metrics)
    funnel = FunnelProcessor(records, tables, writer, metrics, FreezeGuard())

    liveness = Liveness(time.monotonic())
    SeekingTransport.install(app, partial(_on_sought, funnel))

    @app.agent(source)  # type: ignore[untyped-decorator]
    async def candidate_events(stream: faust.Stream[bytes]) -> None:
        manual_ack_stream = cast("faust.Stream[bytes]", stream).noack()
        funnel.source = FaustSource(app, manual_ack_stream)
        async for event in manual_ack_stream.events():
            await funnel.process(event)

    _add_tasks(app, settings, funnel, changelog, metrics)
    _follow_rebalances(app, funnel)
    _add_endpoints(app, metrics, liveness)
    committed = CommittedOffsets(settings.kafka_access, epoch).read
    return WorkerParts(app, Watchdog(liveness, partial(_observe, app, funnel, tables), committed))


async def _on_sought(funnel: FunnelProcessor, positions: Mapping[int, int]) -> None:
    funnel.on_sought(positions)
    await _exit_on_failure(funnel.check_restored())


def _observe(app: faust.App, funnel: FunnelProcessor, tables: Tables) -> Observation:
    settled = funnel.is_restored and not app.rebalancing
    partitions = funnel.owned_partitions() if settled else None
    restored_rows = sum(table.restored_rows for table in tables)
    return Observation(partitions, restored_rows, funnel.turns())


def _create_faust(settings: Settings, directory: Path, epoch: int) -> faust.App:
    identity = identity_in(directory)
    return faust.App(
        consumer_group(epoch),
        **clients.faust_options(settings.kafka_access),
        store="memory://",
        datadir=str(directory),
        agent_supervisor="mode.supervisors.CrashingSupervisor",
        TableManager=BulkTableManager,
        table_standby_replicas=0,  # a new owner reads the changelog as fast, from its old store if it has one
        recovery_consistency_check=False,  # it compares with an older end than BulkRecovery reads to
        stream_wait_empty=False,
        stream_buffer_maxsize=256,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=settings.partitions,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=identity,
        canonical_url=f"http://{identity}",  # the broker hands a restarted member its assignment back, address included
        consumer_max_fetch_size=4 * 1024 * 1024,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=1.0,  # a member learns of a rebalance by its heartbeat
        broker_rebalance_timeout=15.0,  # how long a member that does not rejoin holds up the others
        broker_request_timeout=120.0,
        broker_commit_interval=1.0,
        **_web_options(settings),
    )


def _web_options(settings: Settings) -> dict[str, Any]:
    return {
        "web_bind": settings.worker_web_host,
        "web_host": "127.0.0.1",
        "web_port": settings.worker_web_port or _free_port(),
        "web_tables_enabled": False,
        "web_router_enabled": False,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _add_tasks(
    app: faust.App,
    settings: Settings,
    funnel: FunnelProcessor,
    changelog: ChangelogProducer,
    metrics: WorkerMetrics,
) -> None:
    @app.task  # type: ignore[untyped-decorator]
    async def write_back() -> None:
        await changelog.start()
        await _exit_on_failure(funnel.run(settings.flush_s, settings.flush_events))

    for forever in (funnel.work, funnel.detect_freeze, funnel.watch_changelogs):
        app.task(_exiting_on_failure(forever))

    @app.task  # type: ignore[untyped-decorator]
    async def measure_turns() -> None:
        await turns.measure(metrics.turn_seconds)

    @app.task  # type: ignore[untyped-decorator]
    async def measure_lag() -> None:
        await measure_forever(partial(lag.read_offsets, app, funnel), metrics.show_lag)


def _exiting_on_failure(
    forever: Callable[[], Coroutine[Any, Any, None]],
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        await _exit_on_failure(forever())

    return run


def _follow_rebalances(app: faust.App, funnel: FunnelProcessor) -> None:
    async def restore() -> None:
        funnel.on_assigned()

    async def on_assigned(*_: object, **__: object) -> None:
        await _exit_on_failure(restore())  # Faust would go on without what was not restored

    async def on_revoked(*_: object, **__: object) -> None:
        await _exit_on_failure(funnel.on_revoked())

    app.on_rebalance_complete.connect(on_assigned, weak=False)
    app.on_partitions_revoked.connect(on_revoked, weak=False)


async def _exit_on_failure(work: Coroutine[Any, Any, None]) -> None:
    """End the process when `work` fails; the next one replays whatever was not written."""
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("worker failed; unwritten events will be replayed")
        logging.shutdown()
        os._exit(1)


def _add_endpoints(app: faust.App, metrics: WorkerMetrics, liveness: Liveness) -> None:
    @app.page("/healthz")  # type: ignore[untyped-decorator]
    async def healthz(view: View, request: Request) -> Response:
        ready = not app.rebalancing and liveness.is_ready(time.monotonic())
        return view.json({"ready": ready}, status=200 if ready else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def show_metrics(view: View, request: Request) -> Response:
        return view.bytes(generate_latest(metrics.registry), content_type="text/plain")
