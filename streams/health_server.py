"""An HTTP server with health and metrics of a role, running beside its work."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def run_with_health_server(
    work: Coroutine[Any, Any, None],
    registry: CollectorRegistry,
    ready: Callable[[], bool],
    *,
    address: tuple[str, int],
) -> None:
    """Run `work` and serve `/healthz` and `/metrics` until SIGTERM; raise the exception that ended the work."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ready": ready()}, 200 if ready() else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    app = Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics)])
    host, port = address
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False)
    )
    working = asyncio.create_task(work)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    working.cancel()
    outcome = (await asyncio.gather(working, serving, return_exceptions=True))[0]
    if isinstance(outcome, Exception):
        raise outcome
