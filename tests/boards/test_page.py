"""The HTTP API of the board page: panel rows, invalid requests and change events."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx
import pytest
import uvicorn

from schemas.errors import Unavailable
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from streams.boards.access import BoardAccess
from streams.boards.live import Watcher
from streams.boards.page import create_app
from streams.boards.specs.catalogue import BY_ID
from tests.ingest.gateways import tenancy
from tests.schemas.alerting.test_reconcile import FIRST as BEGIN
from tests.schemas.alerting.test_reconcile import bad, breaches_after

DAY = date(2026, 4, 1)
WINDOW = {"tenant": "board", "from": "2026-04-01", "to": "2026-04-30"}


def write_applications(client: Any, count: int, version: int, tenant: str = "board") -> None:
    """Write cells with this many applications, as the archiver does."""
    rows = [
        KpiCell(0, tenant, dimension, member, DAY, basis, "applications", 0, count, version)
        for dimension, member in (("total", "all"), ("channel", "doda"))
        for basis in ("decision", "cohort")
    ]
    Writer(client).write(rows, f"board-{version}")


def board_tenancy() -> Tenancy:
    """A tenancy with one tenant, `board`."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"id": "board"}),))


def http_client(connect: Callable[[], Any]) -> httpx.AsyncClient:
    """An HTTP client of the page."""
    app = create_app(BoardAccess(board_tenancy), connect)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://board")


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application on a free port; yield its URL."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        serving.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        serving.join()


@pytest.fixture
async def page(client: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The page backed by a real ClickHouse."""
    write_applications(client, 7, 1)
    async with http_client(lambda: client) as page:
        yield page


async def test_every_panel_of_every_board_is_answered(page: httpx.AsyncClient) -> None:
    """Every panel returns a list of rows, possibly empty, and never an error."""
    for board in BY_ID.values():
        for panel in board.panels:
            response = await page.get(f"/api/data/{board.id}/{panel.id}", params=WINDOW)
            assert response.status_code == 200, (board.id, panel.id, response.text)
            assert isinstance(response.json()["rows"], list)


async def test_the_page_serves_all_its_files(page: httpx.AsyncClient) -> None:
    """All scripts and charts are served locally, and the CSP allows nothing else."""
    index = await page.get("/")

    assert "default-src 'self'" in index.headers["content-security-policy"]
    assert "http://" not in index.text and "https://" not in index.text
    for name in ("vega.min.js", "vega-lite.min.js", "board.js", "board.css", "LICENSES.txt"):
        assert (await page.get(f"/static/{name}")).status_code == 200


async def test_a_file_is_immutable_only_under_its_version(page: httpx.AsyncClient) -> None:
    """A file under the current version is immutable; without a version or with an old one it is revalidated."""
    index = (await page.get("/")).text
    [address] = re.findall(r'src="(static/[0-9a-f]{12}/board\.js)"', index)
    ours = await page.get(f"/{address}")
    old = await page.get("/static/000000000000/board.js")

    assert "immutable" in ours.headers["cache-control"]
    assert ours.headers["content-encoding"] == "gzip"
    assert old.headers["cache-control"] == "no-cache" and old.text == ours.text
    assert (await page.get("/static/nothing.js")).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(page: httpx.AsyncClient) -> None:
    """A browser that revalidates an unchanged file gets 304 without a body."""
    etag = (await page.get("/static/board.js")).headers["etag"]
    again = await page.get("/static/board.js", headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


async def test_members_are_those_who_had_applications(page: httpx.AsyncClient) -> None:
    """The members endpoint lists members with applications."""
    response = await page.get("/api/members", params={**WINDOW, "dimension": "channel"})

    assert response.json() == [["doda", "doda"]]


async def test_an_interviewer_with_too_few_decisions_is_not_listed(
    page: httpx.AsyncClient, client: Any
) -> None:
    """Interviewers with fewer than five decisions are not listed, and a single one hides the next smallest with them."""
    rows = [
        KpiCell(0, "board", "interviewer", person, DAY, "decision", measure, 0, count, 1)
        for person, passed in (("u-many", 4), ("u-next", 3), ("u-few", 2))
        for measure, count in (("passed.interview_1", passed), ("failed.interview_1", 2))
    ]
    Writer(client).write(rows, "board-interviewers")
    response = await page.get("/api/members", params={**WINDOW, "dimension": "interviewer"})

    assert response.json() == [["u-many", "u-many"]]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"from": "yesterday"}, "is not a day"),
        ({"from": "2026-05-02"}, "is after"),
        ({"from": "", "to": "0001-01-05"}, "from 1970"),
        ({"to": "9999-12-31"}, "to 2148"),
        ({"dimension": "location"}, "is not one of"),
        ({"tenant": "bord"}, "board"),
    ],
)
async def test_an_invalid_request_is_rejected(
    page: httpx.AsyncClient, params: dict[str, str], message: str
) -> None:
    """An invalid query returns 400 with an explanation."""
    response = await page.get("/api/members", params=WINDOW | params)

    assert response.status_code == 400
    assert message in response.json()["error"]


async def test_an_unknown_panel_is_not_found(page: httpx.AsyncClient) -> None:
    """An unknown panel or board returns 404."""
    for place in ("summary/none", "none/none"):
        assert (await page.get(f"/api/data/{place}", params=WINDOW)).status_code == 404


async def test_the_page_is_unavailable_while_clickhouse_is() -> None:
    """The page returns 503 while ClickHouse is unavailable, and the next request retries."""

    def unavailable() -> Any:
        raise Unavailable("clickhouse", "not there")

    async with http_client(unavailable) as page:
        assert (await page.get("/api/members", params=WINDOW)).status_code == 503
        metrics = (await page.get("/metrics")).text

    assert 'hirelay_board_queries_total{outcome="unavailable"} 1.0' in metrics
    assert "hirelay_board_readers 0.0" in metrics


async def test_a_changed_cell_is_announced(client: Any) -> None:
    """A subscriber gets the current stamp, and another one after a change."""
    write_applications(client, 1, 11, "told")
    lines = Watcher(lambda: client).follow("told")
    before = json.loads((await anext(lines)).data)
    write_applications(client, 2, 12, "told")
    after = json.loads((await anext(lines)).data)
    await lines.aclose()  # type: ignore[attr-defined]

    assert before["stamp"] != after["stamp"]


async def test_a_reader_of_changes_counts_until_the_connection_ends(client: Any) -> None:
    """A reader gets the current stamp as an uncached, uncompressed event, and is counted until it disconnects."""
    write_applications(client, 7, 1)
    with served(create_app(BoardAccess(board_tenancy), lambda: client)) as url:
        async with httpx.AsyncClient(base_url=url) as http, asyncio.timeout(60):
            stream = http.stream("GET", "/api/events", params={"tenant": "board"}, timeout=60)
            async with stream as response:
                lines = response.aiter_lines()
                event = await anext(lines)
                during = (await http.get("/metrics")).text
            while "hirelay_board_readers 0.0" not in (await http.get("/metrics")).text:
                continue

    assert json.loads(event.removeprefix("data: "))["stamp"]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert "content-encoding" not in response.headers
    assert "hirelay_board_readers 1.0" in during


@pytest.fixture
def breach(client: Any) -> str:
    """An open breach of the tenant that began in March, and one of an unconfigured tenant."""
    (template,) = breaches_after(bad(0), BEGIN)
    changes = {"since": date(2026, 3, 20), "window_days": 14}
    for number, tenant in enumerate(("board", "stranger")):
        breach = template.model_copy(update={"tenant": tenant, "id": f"{number}" * 16, **changes})
        rows = breach_rows(RecordPosition("kpi-breaches", 0, 1), breach.model_dump_json().encode())
        Writer(client).write(rows, f"page-{tenant}")
    return "0" * 16


async def test_an_alert_link_opens_its_row(page: httpx.AsyncClient, breach: str) -> None:
    """An alert link resolves to the pipeline board of the tenant, from one window before the breach, and the panel shows it."""
    location = (await page.get(f"/api/breaches/{breach}")).json()
    response = await page.get("/api/data/pipeline/breaches", params=location)

    assert (location["tenant"], location["board"], location["from"]) == (
        "board",
        "pipeline",
        "2026-03-06",
    )
    assert [row[0] for row in response.json()["rows"]] == [breach]


@pytest.mark.parametrize("name", ["1" * 16, "f" * 16, "x' or 1=1 --"])
async def test_a_link_to_an_unknown_breach_is_rejected(
    page: httpx.AsyncClient, breach: str, name: str
) -> None:
    """An unconfigured tenant's breach, an unknown id and an invalid id return 400."""
    response = await page.get(f"/api/breaches/{name}")

    assert response.status_code == 400
    assert "no such breach" in response.json()["error"]


async def test_a_company_without_events_has_an_empty_stamp(client: Any) -> None:
    """A tenant without events gets an empty stamp at once, so its first event is a change, independently of other tenants."""
    lines = Watcher(lambda: client).follow("newcomer")
    before = json.loads((await anext(lines)).data)
    write_applications(client, 1, 21, "newcomer")
    after = json.loads((await anext(lines)).data)
    await lines.aclose()  # type: ignore[attr-defined]

    assert (before["stamp"], before["heard"]) == ("", 0)
    assert after["stamp"]
