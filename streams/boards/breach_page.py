"""The routes of breaches and the runbook: what an alert's link opens."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from clickhouse_connect.driver.exceptions import ClickHouseError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from schemas.alerting.actions import ACTIONS_PATH
from schemas.alerting.breach import Breach
from schemas.alerting.kinds import kind_of
from schemas.errors import Malformed, Unauthentic
from schemas.tenants.config import Tenancy, Tenant
from schemas.text.languages import DEFAULT_LANGUAGE
from sinks.alertmanager import silence_link
from streams.boards.access import BoardAccess
from streams.boards.breach_view import BreachRecord, PageLinks, render_breach
from streams.boards.runbook import FILES, render_runbook
from streams.reading.breach_weeks import query_weeks

TIMEOUT_S = 30.0
MAX_ACTION_BYTES = 2_000
BREACH_ID = re.compile(r"[0-9a-f]{16}")
AWAY = "The gateway does not answer; try again later (受信サーバーが応答しません)"
RECORD = """
select body
from v_breaches
where id = {breach:String}
"""
ACTIONS_TAKEN = """
select action, at
from v_actions
where tenant = {tenant:String} and breach = {breach:String}
order by at, id
"""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the pages lead to: the gateway, each Alertmanager, the folder of the runbook, and a runbook elsewhere, if any."""

    gateway: str = ""
    alertmanagers: tuple[str, ...] = ()
    runbooks: Path = Path("deploy")
    runbook_url: str = ""


class BreachPages:
    """The route handlers."""

    def __init__(
        self, access: BoardAccess, client: Callable[[], Any], surroundings: Surroundings
    ) -> None:
        """`access` is asked on every request; `client` returns a connection, or raises if ClickHouse is unavailable."""
        self._access = access
        self._client = client
        self._surroundings = surroundings

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/breaches/{breach}", self.show),
            Route("/breaches/{breach}/actions", self.act, methods=["POST"]),
            Route("/runbook", self.runbook),
        ]

    async def show(self, request: Request) -> Response:
        """The page of one breach; the page to log in at for those who must."""
        breach_id = request.path_params["breach"]
        tenancy = self._access.visible(request)
        if tenancy is None:
            query = urlencode({"next": urlencode({"breach": breach_id})})
            return RedirectResponse(f"../login?{query}", 303)
        record = await run_in_threadpool(lambda: read_record(self._client(), tenancy, breach_id))
        language = _language(request, record.breach.language)
        page = render_breach(record, self._links(record.breach, language), language)
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    def _links(self, breach: Breach, language: str) -> PageLinks:
        anchor = kind_of(breach).alert_name.lower()
        runbook = self._surroundings.runbook_url or f"../runbook?lang={language}"
        board = {"breach": breach.id, "tenant": breach.tenant, "board": "pipeline"}
        return PageLinks(
            runbook=f"{runbook}#{anchor}",
            board=f"../?{urlencode(board)}",
            silences=[
                silence_link(address, breach.id) for address in self._surroundings.alertmanagers
            ],
        )

    async def act(self, request: Request) -> Response:
        """Pass an action on to the gateway with the token of the request, and answer as the gateway does."""
        if not request.headers.get("authorization"):
            raise Unauthentic("token", "send `Authorization: Bearer <token>` (トークンが必要です)")
        breach = request.path_params["breach"]
        if BREACH_ID.fullmatch(breach) is None:
            raise Malformed("breach", "no such breach")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_ACTION_BYTES:
                raise Malformed("action", "the request is too large")
        path = ACTIONS_PATH.format(breach=breach)
        headers = {
            "Authorization": request.headers.get("authorization", ""),
            "Content-Type": "application/json",
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as sender:
                answer = await sender.post(
                    self._surroundings.gateway + path, content=body, headers=headers
                )
            return JSONResponse(answer.json(), answer.status_code)
        except (httpx.HTTPError, ValueError):
            return JSONResponse({"error": "gateway", "message": AWAY}, 503)

    async def runbook(self, request: Request) -> Response:
        """The runbook; it holds no number, so that it opens without logging in."""
        language = _language(request, DEFAULT_LANGUAGE)
        page = await run_in_threadpool(
            lambda: render_runbook(self._surroundings.runbooks, language)
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


def _language(request: Request, default: str) -> str:
    language = request.query_params.get("lang", "")
    return language if language in FILES else default


def read_record(client: Any, tenancy: Tenancy, breach_id: str) -> BreachRecord:
    """Return a breach of a visible company; raise Malformed if there is none. Without its weeks the rest is shown."""
    for (body,) in client.query(RECORD, parameters={"breach": breach_id}).result_rows:
        breach = Breach.model_validate_json(body)
        tenant = tenancy.tenant(breach.tenant)
        if tenant is not None:
            return _record(client, breach, tenant)
    raise Malformed("breach", "no such breach")


def _record(client: Any, breach: Breach, tenant: Tenant) -> BreachRecord:
    parameters = {"tenant": tenant.id, "breach": breach.id}
    actions = client.query(ACTIONS_TAKEN, parameters=parameters).result_rows
    try:
        weeks = query_weeks(client, breach)
    except ClickHouseError:
        weeks = None
    return BreachRecord(breach=breach, tenant=tenant, weeks=weeks, actions=actions)
