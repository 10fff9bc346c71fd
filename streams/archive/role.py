"""Run one archiver process until it is told to stop."""

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sinks.clickhouse.client import connect, is_embedded
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.embedded_http import reads
from streams.archive.kpi_gauges import KpiCollector
from streams.archive.pump import for_ever, pump
from streams.archive.targets import planned
from streams.archive.tenants import publish_tenants
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)

COLLECT_S = 5.0  # the longest that ClickHouse may take for the KPIs of one company
READERS = 4  # queries of the embedded engine at once


def serve(settings: Settings) -> None:
    """Archive until SIGTERM (exit 0) or a failure (exit 1, to be restarted)."""
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    metrics = ArchiverMetrics()

    async def open_clickhouse() -> Any:
        client = await asyncio.to_thread(connect, settings.clickhouse, settings.clickhouse_password)
        applied = await asyncio.to_thread(migrate, client)
        rows = planned(settings)
        if rows is not None:
            await asyncio.to_thread(Writer(client).plan, rows)
        await asyncio.to_thread(publish_tenants, client, settings)
        log.info("clickhouse ready", extra={"migrations_applied": applied})
        return client

    client = await for_ever("clickhouse", open_clickhouse, metrics)
    metrics.registry.register(_kpis(settings))
    server = uvicorn.Server(
        uvicorn.Config(
            _pages(settings, metrics),
            host=settings.archiver_host,
            port=settings.archiver_port,
            log_config=None,
            access_log=False,
        )
    )
    pumping = asyncio.create_task(pump(settings, Writer(client), metrics))
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({pumping, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    pumping.cancel()
    outcome = (await asyncio.gather(pumping, serving, return_exceptions=True))[0]
    await asyncio.to_thread(client.close)
    if isinstance(outcome, Exception):
        raise outcome


def _kpis(settings: Settings) -> KpiCollector:
    return KpiCollector(
        lambda: load_tenancy(settings.config),
        lambda: connect(settings.clickhouse, settings.clickhouse_password, COLLECT_S),
    )


def _pages(settings: Settings, metrics: ArchiverMetrics) -> Starlette:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"ready": True})

    async def show_metrics(_: Request) -> Response:
        # ClickHouse is asked in it, so it may not hold up the loop that archives.
        text = await run_in_threadpool(generate_latest, metrics.registry)
        return Response(text, media_type="text/plain; version=0.0.4")

    routes: list[Any] = [Route("/healthz", healthz), Route("/metrics", show_metrics)]
    if is_embedded(settings.clickhouse):
        import chdb

        path = urlsplit(settings.clickhouse).path
        routes.append(Mount("/", reads([chdb.connect(path) for _ in range(READERS)])))
    return Starlette(routes=routes)
