"""The HTTP application of the board page: static files, board specs, panel rows and change events."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from clickhouse_connect.driver.exceptions import ClickHouseError
from prometheus_client import generate_latest
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from schemas.errors import Malformed, Unauthentic, Unavailable
from schemas.instants import local_today
from schemas.tenants.config import Tenancy, Tenant
from sinks.clickhouse.as_of import read_as_of
from sinks.metrics import BoardMetrics
from streams.boards import api_document
from streams.boards.access import BoardAccess
from streams.boards.breach_page import BreachPages, Surroundings
from streams.boards.identity import SignInRefused
from streams.boards.live import KEEPALIVE_S, Watcher
from streams.boards.page_spec import build_page_spec
from streams.boards.panel_csv import PanelExport, panel_csv
from streams.boards.query import (
    PanelRequest,
    fetch_member_name,
    fetch_members,
    fetch_rows,
    locate_breach,
    parse_language,
    parse_request,
)
from streams.boards.spec import Board, Panel
from streams.boards.specs import pipeline
from streams.boards.specs.catalogue import BY_ID
from streams.boards.static_files import VersionedFiles, index_html
from streams.configuration.files import Misconfigured
from streams.configuration.targets import require_tenant
from streams.web.origin_guard import OriginGuard
from streams.web.secure_headers import SecureHeaders

# No external resources and no eval; the charts need inline styles.
CONTENT_SECURITY_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
UNAVAILABLE = "clickhouse: the numbers cannot be read at the moment; the log of the board says why (数値を取得できません)"
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


log = logging.getLogger(__name__)


class Page:
    """The route handlers."""

    def __init__(
        self, access: BoardAccess, connect: Callable[[], Any], metrics: BoardMetrics
    ) -> None:
        """`access` is asked on every request; `connect` returns a connection, or raises if ClickHouse is unavailable."""
        self._access = access
        self._metrics = metrics
        self.client = cache(connect)
        self._watcher = Watcher(self.client)
        metrics.readers.set_function(self._watcher.readers)

    def _tenancy(self, request: Request) -> Tenancy:
        """Return what the request may see; raise Unauthentic if it must log in first."""
        tenancy = self._access.visible(request)
        if tenancy is None:
            raise Unauthentic("login", "log in first (ログインしてください)")
        return tenancy

    def _tenant(self, request: Request) -> Tenant:
        return require_tenant(self._tenancy(request), request.query_params.get("tenant", ""))

    def _panel_request(self, request: Request) -> PanelRequest:
        tenant = self._tenant(request)
        return parse_request(request.query_params, tenant, _today(tenant))

    async def index(self, request: Request) -> Response:
        """The index page, revalidated on every visit; the page to log in at for those who must."""
        if self._access.visible(request) is None:
            return RedirectResponse(f"login?{urlencode({'next': request.url.query})}", 303)
        breach = request.query_params.get("breach", "")
        if breach and "board" not in request.query_params:  # the link of an alert
            return RedirectResponse(f"breaches/{quote(breach, safe='')}", 303)
        return HTMLResponse(index_html(), headers=SECURITY_HEADERS | {"Cache-Control": "no-cache"})

    async def healthz(self, _: Request) -> Response:
        """Liveness probe."""
        return JSONResponse({"ready": True})

    async def metrics(self, _: Request) -> Response:
        """Metrics in Prometheus text format."""
        text = generate_latest(self._metrics.registry)
        return Response(text, media_type="text/plain; version=0.0.4")

    async def boards(self, request: Request) -> Response:
        """Boards, KPI definitions and tenants."""
        return JSONResponse(build_page_spec(self._tenancy(request)))

    async def members(self, request: Request) -> Response:
        """The selectable members of a dimension."""
        panel_request = self._panel_request(request)
        return JSONResponse(
            await run_in_threadpool(lambda: fetch_members(self.client(), panel_request))
        )

    async def data(self, request: Request) -> Response:
        """The rows of one panel, and the instant up to which everything counted is in them; null without numbers."""
        self._tenancy(request)
        place = _find_panel(request)
        if place is None:
            return JSONResponse({"error": "no such panel"}, 404)
        as_of, rows = await self._read(place[1], self._panel_request(request))
        instant = None if as_of is None else as_of.isoformat(timespec="milliseconds")
        return JSONResponse({"rows": rows, "as_of": instant})

    async def csv(self, request: Request) -> Response:
        """The same rows as a CSV file to keep, for readers of the language `lang`."""
        self._tenancy(request)
        place = _find_panel(request)
        if place is None:
            return JSONResponse({"error": "no such panel"}, 404)
        panel_request = self._panel_request(request)
        as_of, rows = await self._read(place[1], panel_request)
        member = await run_in_threadpool(lambda: fetch_member_name(self.client(), panel_request))
        export = PanelExport(
            board=place[0],
            panel=place[1],
            request=panel_request,
            rows=rows,
            language=parse_language(request.query_params, panel_request.tenant),
            member_name=member,
            as_of=as_of,
        )
        disposition = f'attachment; filename="{export.file_name}"'
        return Response(
            panel_csv(export),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )

    async def _read(
        self, panel: Panel, panel_request: PanelRequest
    ) -> tuple[datetime | None, list[list[Any]]]:
        """Return the rows, and the instant up to which at least everything counted is in them."""
        as_of = await run_in_threadpool(lambda: read_as_of(self.client()))
        rows = await run_in_threadpool(lambda: fetch_rows(self.client(), panel, panel_request))
        self._metrics.queries.labels("answered").inc()
        return as_of, rows

    async def breach(self, request: Request) -> Response:
        """The board, tenant and window that an alert link opens."""
        breach, tenancy = request.path_params["breach"], self._tenancy(request)
        location = await run_in_threadpool(
            lambda: locate_breach(self.client(), tenancy, breach, _today)
        )
        window = {"from": location.first.isoformat(), "to": location.last.isoformat()}
        return JSONResponse({"tenant": location.tenant, "board": pipeline.BOARD.id, **window})

    async def events(self, request: Request) -> Response:
        """Server-sent events: one per change of the tenant's numbers, until the client disconnects."""
        return EventSourceResponse(self._watcher.follow(self._tenant(request).id), ping=KEEPALIVE_S)


def create_app(
    access: BoardAccess,
    connect: Callable[[], Any],
    hosts: Collection[str] = (),
    surroundings: Surroundings | None = None,
) -> Starlette:
    """Create the application; `Page` and `BreachPages` document the arguments, `OriginGuard` the hosts."""
    metrics = BoardMetrics()
    page = Page(access, connect, metrics)
    breaches = BreachPages(access, page.client, surroundings or Surroundings())
    return Starlette(
        routes=[*_routes(access, page), *breaches.routes(), *_static_routes()],
        middleware=[
            Middleware(SecureHeaders, policy=CONTENT_SECURITY_POLICY),
            Middleware(OriginGuard, hosts=hosts),
            # Level 4 takes half the time of level 9 on the page's files, which grow by 4 %.
            Middleware(GZipMiddleware, minimum_size=2000, compresslevel=4),
        ],
        exception_handlers=_exception_handlers(metrics) | {SignInRefused: access.answer_refused},
    )


def _routes(access: BoardAccess, page: Page) -> list[Route]:
    return [
        Route("/", page.index),
        *access.routes(),
        Route("/healthz", page.healthz),
        Route("/metrics", page.metrics),
        Route("/api/boards", page.boards),
        Route("/api/members", page.members),
        Route("/api/breaches/{breach}", page.breach),
        Route("/api/data/{board}/{panel}", page.data),
        Route("/api/csv/{board}/{panel}", page.csv),
        Route("/api/events", page.events),
        Route("/openapi.json", api_document.show),
    ]


def _static_routes() -> list[Mount]:
    static_files = VersionedFiles()
    return [Mount("/static/{version}", static_files), Mount("/static", static_files)]


def _exception_handlers(metrics: BoardMetrics) -> dict[Any, Any]:
    return {
        Unauthentic: _error_handler(401, metrics),
        Malformed: _error_handler(400, metrics),
        Misconfigured: _error_handler(400, metrics),
        Unavailable: _failure_handler(metrics),
        ClickHouseError: _failure_handler(metrics),
    }


def _find_panel(request: Request) -> tuple[Board, Panel] | None:
    """Return the panel that the path names, with its board."""
    board = BY_ID.get(request.path_params["board"])
    panels = () if board is None else board.panels
    name = request.path_params["panel"]
    return next(((board, panel) for panel in panels if board and panel.id == name), None)


def _today(tenant: Tenant) -> date:
    return local_today(datetime.now(UTC), tenant.timezone)


def _error_handler(status: int, metrics: BoardMetrics) -> Any:
    """Answer what the reader can correct, with what to do."""

    async def handler(_: Request, error: Exception) -> Response:
        metrics.queries.labels("refused").inc()
        return JSONResponse({"error": str(error)[:500]}, status, SECURITY_HEADERS)

    return handler


def _failure_handler(metrics: BoardMetrics) -> Any:
    """Answer what the operator must look at; the engine's words, which show tables and addresses, go to the log."""

    async def handler(_: Request, error: Exception) -> Response:
        metrics.queries.labels("unavailable").inc()
        log.warning("query failed", extra={"reason": str(error)[:500]})
        return JSONResponse({"error": UNAVAILABLE}, 503, SECURITY_HEADERS)

    return handler
