"""The board page answers what boards show, refuses what makes no sense, and tells when numbers have changed."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from schemas.boards.every import BY_ID
from schemas.errors import Unavailable
from schemas.rows import KpiCell
from schemas.tenancy import Tenancy
from sinks.clickhouse.writer import Writer
from streams.boards.live import Watcher
from streams.boards.page import create_app
from tests.ingest.doors import tenancy

DAY = date(2026, 4, 1)
WINDOW = {"tenant": "board", "from": "2026-04-01", "to": "2026-04-30"}


def applications(client: Any, count: int, version: int, tenant: str = "board") -> None:
    """So many applied, as the archiver writes it."""
    rows = [
        KpiCell(0, tenant, dimension, member, DAY, basis, "applications", 0, count, version)
        for dimension, member in (("total", "all"), ("channel", "doda"))
        for basis in ("decision", "cohort")
    ]
    Writer(client).write(rows, f"board-{version}")


def company() -> Tenancy:
    """A company whose boards are looked at."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"id": "board"}),))


def reader(connect: Callable[[], Any]) -> httpx.AsyncClient:
    """Somebody who reads the page."""
    app = create_app(company, connect)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://board")


@pytest.fixture
async def page(client: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The page over the real engine."""
    applications(client, 7, 1)
    async with reader(lambda: client) as page:
        yield page


async def test_every_panel_of_every_board_is_answered(page: httpx.AsyncClient) -> None:
    """Its rows, or none where nothing was counted; never an error."""
    for board in BY_ID.values():
        for panel in board.panels:
            answer = await page.get(f"/api/data/{board.id}/{panel.id}", params=WINDOW)
            assert answer.status_code == 200, (board.id, panel.id, answer.text)
            assert isinstance(answer.json()["rows"], list)


async def test_the_page_has_everything_with_it(page: httpx.AsyncClient) -> None:
    """Scripts and charts come from here, and nothing else may be loaded."""
    index = await page.get("/")

    assert "default-src 'self'" in index.headers["content-security-policy"]
    assert "http://" not in index.text and "https://" not in index.text
    for name in ("vega.min.js", "vega-lite.min.js", "board.js", "board.css", "LICENSES.txt"):
        assert (await page.get(f"/static/{name}")).status_code == 200


async def test_members_are_those_who_had_applications(page: httpx.AsyncClient) -> None:
    """To choose from."""
    answer = await page.get("/api/members", params={**WINDOW, "dimension": "channel"})

    assert answer.json() == [["doda", "doda"]]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"from": "yesterday"}, "is not a day"),
        ({"from": "2026-05-02"}, "is after"),
        ({"dimension": "interviewer"}, "is none of"),
        ({"tenant": "bord"}, "board"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    page: httpx.AsyncClient, changed: dict[str, str], says: str
) -> None:
    """With what to write instead."""
    answer = await page.get("/api/members", params=WINDOW | changed)

    assert answer.status_code == 400
    assert says in answer.json()["error"]


async def test_no_such_panel_is_said_so(page: httpx.AsyncClient) -> None:
    """Of a board that exists, and of one that does not."""
    for place in ("summary/none", "none/none"):
        assert (await page.get(f"/api/data/{place}", params=WINDOW)).status_code == 404


async def test_while_clickhouse_is_away_the_page_says_so() -> None:
    """503, and the next question tries again."""

    def away() -> Any:
        raise Unavailable("clickhouse", "not there")

    async with reader(away) as page:
        assert (await page.get("/api/members", params=WINDOW)).status_code == 503
        shown = (await page.get("/metrics")).text

    assert 'hirelay_board_queries_total{outcome="unavailable"} 1.0' in shown
    assert "hirelay_board_readers 0.0" in shown


async def test_a_changed_cell_is_told(client: Any) -> None:
    """The state when a reader comes, then another stamp after another application."""
    applications(client, 1, 11, "told")
    lines = Watcher(lambda: client).follow("told")
    before = json.loads((await anext(lines)).removeprefix("data: "))
    applications(client, 2, 12, "told")
    after = json.loads((await anext(lines)).removeprefix("data: "))
    await lines.aclose()  # type: ignore[attr-defined]

    assert before["stamp"] != after["stamp"]
