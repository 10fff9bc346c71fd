"""The board page answers what boards show, refuses what makes no sense, and tells when numbers have changed."""

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from schemas.errors import Unavailable
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from streams.boards.live import Watcher
from streams.boards.page import create_app
from streams.boards.specs.catalogue import BY_ID
from tests.ingest.gateways import tenancy
from tests.schemas.alerting.test_reconcile import FIRST as BEGIN
from tests.schemas.alerting.test_reconcile import bad, told

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


async def test_a_file_is_kept_for_ever_under_its_version_alone(page: httpx.AsyncClient) -> None:
    """The page names the version, so a browser asks once for each; without it, or by an old one, it asks again."""
    index = (await page.get("/")).text
    [address] = re.findall(r'src="(static/[0-9a-f]{12}/board\.js)"', index)
    ours = await page.get(f"/{address}")
    old = await page.get("/static/000000000000/board.js")

    assert "immutable" in ours.headers["cache-control"]
    assert ours.headers["content-encoding"] == "gzip"
    assert old.headers["cache-control"] == "no-cache" and old.text == ours.text
    assert (await page.get("/static/nothing.js")).status_code == 404


async def test_members_are_those_who_had_applications(page: httpx.AsyncClient) -> None:
    """To choose from."""
    answer = await page.get("/api/members", params={**WINDOW, "dimension": "channel"})

    assert answer.json() == [["doda", "doda"]]


async def test_an_interviewer_of_too_few_decisions_is_not_offered(
    page: httpx.AsyncClient, client: Any
) -> None:
    """Nobody is judged by fewer than five."""
    rows = [
        KpiCell(0, "board", "interviewer", person, DAY, "decision", measure, 0, count, 1)
        for person, passed in (("u-many", 3), ("u-few", 2))
        for measure, count in (("passed.interview_1", passed), ("failed.interview_1", 2))
    ]
    Writer(client).write(rows, "board-interviewers")
    answer = await page.get("/api/members", params={**WINDOW, "dimension": "interviewer"})

    assert answer.json() == [["u-many", "u-many"]]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"from": "yesterday"}, "is not a day"),
        ({"from": "2026-05-02"}, "is after"),
        ({"from": "", "to": "0001-01-05"}, "from 1970"),
        ({"to": "9999-12-31"}, "to 2148"),
        ({"dimension": "location"}, "is none of"),
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


@pytest.fixture
def breach(client: Any) -> str:
    """A breach of the company that began in March and goes on, and one of somebody who is not configured here."""
    (one,) = told(bad(0), BEGIN)
    changed = {"since": date(2026, 3, 20), "window_days": 14}
    for number, tenant in enumerate(("board", "stranger")):
        held = one.model_copy(update={"tenant": tenant, "id": f"{number}" * 16, **changed})
        rows = breach_rows(RecordPosition("kpi-breaches", 0, 1), held.model_dump_json().encode())
        Writer(client).write(rows, f"page-{tenant}")
    return "0" * 16


async def test_the_link_of_an_alert_leads_to_its_row(page: httpx.AsyncClient, breach: str) -> None:
    """The health board of its company, in days from one window before it began, where the panel shows its row."""
    where = (await page.get(f"/api/breaches/{breach}")).json()
    shown = await page.get("/api/data/pipeline/breaches", params=where)

    assert (where["tenant"], where["board"], where["from"]) == ("board", "pipeline", "2026-03-06")
    assert [row[0] for row in shown.json()["rows"]] == [breach]


@pytest.mark.parametrize("name", ["1" * 16, "f" * 16, "x' or 1=1 --"])
async def test_a_link_to_nothing_of_ours_says_so(
    page: httpx.AsyncClient, breach: str, name: str
) -> None:
    """Of a company that is not configured, of no breach, and of what is no id."""
    answer = await page.get(f"/api/breaches/{name}")

    assert answer.status_code == 400
    assert "no such breach" in answer.json()["error"]


async def test_a_company_without_any_event_is_told_so(client: Any) -> None:
    """At once, so that its first event is a change; and not after somebody else's."""
    lines = Watcher(lambda: client).follow("newcomer")
    before = json.loads((await anext(lines)).removeprefix("data: "))
    applications(client, 1, 21, "newcomer")
    after = json.loads((await anext(lines)).removeprefix("data: "))
    await lines.aclose()  # type: ignore[attr-defined]

    assert (before["stamp"], before["heard"]) == ("", 0)
    assert after["stamp"]
