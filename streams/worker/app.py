"""The worker's Faust topology: one source, one agent, and three tables whose changelogs we write ourselves."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import faust
from faust.web import Request, Response, View
from prometheus_client import generate_latest

from schemas import cells
from schemas.funnel import application_row
from schemas.kafka.topics import APPLICATIONS, CANDIDATE_EVENTS, KPI_CELLS, PEOPLE, Topic
from sinks.metrics import WorkerMetrics
from streams.configuration.settings import Settings
from streams.kafka import clients
from streams.kafka.epochs import consumer_group
from streams.kafka.lag import measure_forever
from streams.worker import lag, parent_index, partition_state
from streams.worker.changelog import ChangelogProducer
from streams.worker.funnel import FunnelProcessor, RuleSource, Tables
from streams.worker.recovery import BulkTableManager
from streams.worker.store import LocalTable, Rows

log = logging.getLogger(__name__)


def create_app(settings: Settings, rules: RuleSource, epoch: int) -> faust.App:
    """Create the Faust application of one worker process; nothing is opened before it starts."""
    directory = settings.worker_dir / f"epoch-{epoch}"
    app = _create_faust(settings, directory, epoch)
    source = app.topic(
        CANDIDATE_EVENTS.name, value_type=bytes, value_serializer="raw", key_type=bytes
    )
    tables = _add_tables(app, settings, directory, epoch)
    changelog = ChangelogProducer(settings.kafka_access)
    metrics = WorkerMetrics()
    lag.export_disk_usage(metrics, settings.worker_dir)
    funnel = FunnelProcessor(rules, tables, changelog, metrics, lambda: datetime.now(UTC))

    @app.agent(source)  # type: ignore[untyped-decorator]
    async def candidate_events(stream: faust.Stream[bytes]) -> None:
        manual_ack_stream = cast("faust.Stream[bytes]", stream).noack()
        funnel.acknowledge = manual_ack_stream.ack
        async for event in manual_ack_stream.events():
            await funnel.process(event)

    _add_tasks(app, settings, funnel, changelog, metrics)
    _follow_rebalances(app, funnel)
    _add_endpoints(app, metrics)
    return app


def _create_faust(settings: Settings, directory: Path, epoch: int) -> faust.App:
    directory.mkdir(parents=True, exist_ok=True)
    identity = _identity(directory)
    return faust.App(
        consumer_group(epoch),
        **clients.faust_options(settings.kafka_access),
        store="memory://",
        datadir=str(directory),
        agent_supervisor="mode.supervisors.CrashingSupervisor",
        TableManager=BulkTableManager,
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
        broker_heartbeat_interval=2.0,
        broker_request_timeout=120.0,
        broker_commit_interval=1.0,
        web_bind=settings.worker_web_host,
        web_host="127.0.0.1",
        web_port=settings.worker_web_port or _free_port(),
        web_tables_enabled=False,
        web_router_enabled=False,
    )


def _identity(directory: Path) -> str:
    """Return a static member id, with which a restarted worker gets its partitions back at once."""
    path = directory / "identity"
    if not path.exists():
        path.write_text(uuid.uuid4().hex)
    return path.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _add_tables(app: faust.App, settings: Settings, directory: Path, epoch: int) -> Tables:
    add_table = partial(_add_table, app, settings, directory)
    return Tables(
        applications=add_table(
            APPLICATIONS.in_epoch(epoch), application_row.decode_version, parent_index.index_keys
        ),
        cells=add_table(KPI_CELLS.in_epoch(epoch), lambda value: cells.decode_cell(value).o),
        people=add_table(PEOPLE.in_epoch(epoch), partition_state.context_version),
    )


def _add_table(  # noqa: PLR0913, PLR0917 - all properties of a table in one place
    app: faust.App,
    settings: Settings,
    directory: Path,
    topic: Topic,
    version: Callable[[bytes], int],
    index_keys: Callable[[Rows], Iterable[bytes]] = lambda _rows: (),
) -> LocalTable:
    table = LocalTable(
        app,
        name=topic.name,
        key_type=bytes,
        value_type=bytes,
        partitions=settings.partitions,
        changelog_topic=_create_changelog_topic(app, settings, topic),
    )
    table.topic = topic.name
    table.version = version
    table.index_keys = index_keys
    table.directory = directory / topic.name
    table.access = settings.kafka_access
    app.tables.add(table)
    return table


def _create_changelog_topic(app: faust.App, settings: Settings, topic: Topic) -> Any:
    return app.topic(
        topic.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=settings.partitions,
        compacting=True,
        internal=True,
        acks=False,
        allow_empty=True,
    )


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

    @app.task  # type: ignore[untyped-decorator]
    async def detect_freeze() -> None:
        await _exit_on_failure(funnel.detect_freeze())

    @app.task  # type: ignore[untyped-decorator]
    async def measure_lag() -> None:
        await measure_forever(partial(lag.read_offsets, app, funnel), metrics.show_lag)


def _follow_rebalances(app: faust.App, funnel: FunnelProcessor) -> None:
    async def on_assigned(*_: object, **__: object) -> None:
        funnel.on_assigned()

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


def _add_endpoints(app: faust.App, metrics: WorkerMetrics) -> None:
    @app.page("/healthz")  # type: ignore[untyped-decorator]
    async def healthz(view: View, request: Request) -> Response:
        ready = app.tables.recovery.completed.is_set() and not app.rebalancing
        return view.json({"ready": ready}, status=200 if ready else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def show_metrics(view: View, request: Request) -> Response:
        return view.bytes(generate_latest(metrics.registry), content_type="text/plain")
