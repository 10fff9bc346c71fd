"""The board page: files, what boards there are, rows of panels, and a line that says when they change."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from clickhouse_connect.driver.exceptions import ClickHouseError
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from schemas.errors import Malformed, Unavailable
from schemas.tenants.config import Tenancy, Tenant
from sinks.metrics import BoardMetrics
from streams.boards.live import Watcher
from streams.boards.page_spec import described
from streams.boards.query import PanelRequest, answer, asked, members, place
from streams.boards.specs import pipeline
from streams.boards.specs.catalogue import BY_ID
from streams.boards.static_files import INDEX, shelf
from streams.configuration.files import Misconfigured
from streams.configuration.targets import tenant_of

# The page loads nothing from elsewhere and evaluates no text; styles are set by the charts.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Page:
    """What the routes answer."""

    def __init__(
        self, tenancy: Callable[[], Tenancy], connect: Callable[[], Any], metrics: BoardMetrics
    ) -> None:
        """`tenancy` is read for every question; `connect` gives a connection, or raises while there is none."""
        self._tenancy = tenancy
        self._metrics = metrics
        self._client = cache(connect)
        self._watcher = Watcher(self._client)
        metrics.readers.set_function(self._watcher.readers)

    def _tenant(self, request: Request) -> Tenant:
        return tenant_of(self._tenancy(), request.query_params.get("tenant", ""))

    def _asked(self, request: Request) -> PanelRequest:
        tenant = self._tenant(request)
        return asked(request.query_params, tenant, _today(tenant))

    async def index(self, request: Request) -> Response:
        """The page itself, asked for anew each time."""
        return shelf().kept[INDEX].answer(request, **HEADERS, **{"Cache-Control": "no-cache"})

    async def file(self, request: Request) -> Response:
        """Scripts and styles."""
        held = shelf()
        kept = held.kept.get(request.path_params["name"])
        if kept is None:
            return JSONResponse({"error": "no such file"}, 404)
        cached = held.cached(request.path_params.get("version", ""))
        return kept.answer(request, **{"Cache-Control": cached})

    async def healthz(self, _: Request) -> Response:
        """Whether the process answers."""
        return JSONResponse({"ready": True})

    async def metrics(self, _: Request) -> Response:
        """For Prometheus."""
        text = generate_latest(self._metrics.registry)
        return Response(text, media_type="text/plain; version=0.0.4")

    async def boards(self, _: Request) -> Response:
        """Boards, definitions and companies."""
        return JSONResponse(described(self._tenancy()))

    async def members(self, request: Request) -> Response:
        """Whose numbers one can ask for."""
        about = self._asked(request)
        return JSONResponse(await run_in_threadpool(lambda: members(self._client(), about)))

    async def data(self, request: Request) -> Response:
        """The rows of one panel."""
        board = BY_ID.get(request.path_params["board"])
        panels = () if board is None else board.panels
        panel = next((each for each in panels if each.id == request.path_params["panel"]), None)
        if panel is None:
            return JSONResponse({"error": "no such panel"}, 404)
        about = self._asked(request)
        rows = await run_in_threadpool(lambda: answer(self._client(), panel, about))
        self._metrics.queries.labels("answered").inc()
        return JSONResponse({"rows": rows})

    async def breach(self, request: Request) -> Response:
        """What the page shows to who follows the link of an alert."""
        breach, tenancy = request.path_params["breach"], self._tenancy()
        found = await run_in_threadpool(lambda: place(self._client(), tenancy, breach, _today))
        window = {"from": found.first.isoformat(), "to": found.last.isoformat()}
        return JSONResponse({"tenant": found.tenant, "board": pipeline.BOARD.id, **window})

    async def events(self, request: Request) -> Response:
        """A line for every change of a company's numbers, for as long as the reader stays."""
        return StreamingResponse(
            self._watcher.follow(self._tenant(request).id),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def create_app(tenancy: Callable[[], Tenancy], connect: Callable[[], Any]) -> Starlette:
    """The application; see `Page` for what it is given."""
    metrics = BoardMetrics()
    page = Page(tenancy, connect, metrics)
    return Starlette(
        routes=[
            Route("/", page.index),
            Route("/healthz", page.healthz),
            Route("/metrics", page.metrics),
            Route("/api/boards", page.boards),
            Route("/api/members", page.members),
            Route("/api/breaches/{breach}", page.breach),
            Route("/api/data/{board}/{panel}", page.data),
            Route("/api/events", page.events),
            Route("/static/{name}", page.file),
            Route("/static/{version}/{name}", page.file),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=2000)],
        exception_handlers={
            Malformed: _refused(400, metrics),
            Misconfigured: _refused(400, metrics),
            Unavailable: _refused(503, metrics),
            ClickHouseError: _refused(503, metrics),
        },
    )


def _today(tenant: Tenant) -> date:
    return datetime.now(ZoneInfo(tenant.timezone)).date()


def _refused(status: int, metrics: BoardMetrics) -> Any:
    async def handler(_: Request, problem: Exception) -> Response:
        metrics.queries.labels("unavailable" if status == 503 else "refused").inc()
        return JSONResponse({"error": str(problem)[:500]}, status)

    return handler
