"""Run one archiver process until it is stopped."""

import asyncio
import logging
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sinks.clickhouse.archive_ledger import ArchiveLedger
from sinks.clickhouse.client import connect, is_embedded
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.embedded_http import Login, create_app
from streams.archive.kpi_gauges import KpiCollector
from streams.archive.pump import pump, retry_forever
from streams.archive.query_pool import QueryPool, reading_url
from streams.archive.relay_findings import publish_forever
from streams.archive.retention import keep_retention
from streams.archive.rule_coverage import keep_coverage
from streams.archive.targets import target_rows
from streams.archive.tenants import publish_tenants
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.web.origin_guard import OriginGuard, hosts_of
from streams.web.secure_headers import SecureHeaders

log = logging.getLogger(__name__)

KPI_QUERY_TIMEOUT_S = 5.0  # query timeout for the KPIs of one tenant
# The embedded engine's allocator keeps what queries have freed, several times what it uses; it reads this when it is loaded.
ENGINE_MEMORY = ("JE_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:2")
EMBEDDED_CONNECTIONS = 4  # concurrent queries of the embedded engine


def serve(settings: Settings) -> None:
    """Archive until SIGTERM (exit 0) or a failure (exit 1, to be restarted)."""
    if is_embedded(settings.clickhouse):
        os.environ.setdefault(*ENGINE_MEMORY)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    metrics = ArchiverMetrics()

    async def open_clickhouse() -> Any:
        client = await asyncio.to_thread(connect, settings.clickhouse_access)
        changes = await asyncio.to_thread(migrate, client)
        rows = target_rows(settings)
        if rows is not None:
            await asyncio.to_thread(Writer(client).replace_targets, rows)
        await asyncio.to_thread(publish_tenants, client, settings)
        log.info("clickhouse ready", extra={"changes": changes})
        return client

    client = await retry_forever("clickhouse", open_clickhouse, metrics)
    metrics.registry.register(_kpi_collector(settings))
    server = _create_server(settings, metrics)
    pump_task = asyncio.create_task(pump(settings, Writer(client), ArchiveLedger(client), metrics))
    server_task = asyncio.create_task(server.serve())
    periodic_tasks = [
        asyncio.create_task(keep(settings, lambda: datetime.now(UTC)))
        for keep in (publish_forever, keep_coverage, keep_retention)
    ]
    await asyncio.wait({pump_task, server_task}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (*periodic_tasks, pump_task):
        task.cancel()
    outcome = (await asyncio.gather(pump_task, server_task, return_exceptions=True))[0]
    await asyncio.to_thread(client.close)
    if isinstance(outcome, Exception):
        raise outcome


def _kpi_collector(settings: Settings) -> KpiCollector:
    return KpiCollector(
        lambda: load_tenancy(settings.config),
        lambda: connect(settings.clickhouse_access, KPI_QUERY_TIMEOUT_S),
    )


def _create_server(settings: Settings, metrics: ArchiverMetrics) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            _create_app(settings, metrics),
            host=settings.archiver_host,
            port=settings.archiver_port,
            log_config=None,
            access_log=False,
        )
    )


def _create_app(settings: Settings, metrics: ArchiverMetrics) -> Starlette:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"ready": True})

    async def show_metrics(_: Request) -> Response:
        # The collector queries ClickHouse, which must not block the event loop that archives.
        text = await run_in_threadpool(generate_latest, metrics.registry)
        return Response(text, media_type="text/plain; version=0.0.4")

    routes: list[Any] = [Route("/healthz", healthz), Route("/metrics", show_metrics)]
    if is_embedded(settings.clickhouse):
        routes.append(Mount("/", _create_reading_app(settings)))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecureHeaders),
            Middleware(OriginGuard, hosts=hosts_of(settings.public_host_list)),
        ],
    )


def _create_reading_app(settings: Settings) -> Starlette:
    import chdb

    path = urlsplit(settings.clickhouse).path
    connections = [chdb.connect(reading_url(path)) for _ in range(EMBEDDED_CONNECTIONS)]
    login = Login(user=settings.clickhouse_user, password=settings.clickhouse_password)
    if not login.password:
        log.warning("embedded clickhouse is closed to readers: set HIRELAY_CLICKHOUSE_PASSWORD")
    return create_app(QueryPool(connections, chdb.connect(path)), login)
