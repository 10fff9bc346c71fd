"""The page that an alert's link opens: evidence, chart, what to do, and actions through a real gateway."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from schemas.alerting.actions import BreachAction
from schemas.alerting.alert_texts import assumptions
from schemas.alerting.breach import Breach
from schemas.cells import INTERVIEWER
from schemas.kafka.topics import BREACH_ACTIONS, KPI_BREACHES
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, action_rows, breach_rows
from streams.boards.access import BoardAccess
from streams.boards.breach_page import Surroundings
from streams.boards.page import create_app
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app as create_gateway
from streams.local.monitoring import DEPLOY
from tests.boards.test_page import served
from tests.e2e.browser import PHONE, BoardPage, chromium, needs_chromium
from tests.e2e.test_board import violations
from tests.fakes import ListPublisher, SetBreaches
from tests.ingest import gateways
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after

ALERTMANAGER = "http://127.0.0.1:9093"
(OPENED,) = breaches_after(bad(0), FIRST)
AT = datetime(2026, 11, 27, 3, tzinfo=UTC)


def archive(client: Any, breach: Breach, offset: int = 1) -> None:
    """Write a breach as the archiver does."""
    rows = breach_rows(
        RecordPosition(KPI_BREACHES.name, 0, offset), breach.model_dump_json().encode()
    )
    Writer(client).write(rows, f"page-{breach.id}-{offset}")


@pytest.fixture
def publisher() -> ListPublisher:
    """What the gateway publishes."""
    return ListPublisher()


@pytest.fixture
def gateway(publisher: ListPublisher) -> Iterator[str]:
    """A gateway that knows the breach."""
    breaches = SetBreaches({("acme", OPENED.id)})
    app = create_gateway(Settings(), gateways.configuration(), publisher, breaches=breaches)
    with served(app) as url:
        yield url


@pytest.fixture
async def page(client: Any, gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    """The board over a real ClickHouse."""
    archive(client, OPENED)
    surroundings = Surroundings(gateway=gateway, alertmanagers=(ALERTMANAGER,), runbooks=DEPLOY)
    access = BoardAccess(gateways.tenancy)
    app = create_app(access, lambda: client, surroundings=surroundings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as page:
        yield page


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ja", ("書類通過率", "いつ終わるか", "目標を満たしている見込み", "手順書", "対応済み")),
        ("en", ("When it ends", "likelier on target", "Runbook", "Silence this alert only")),
    ],
)
async def test_the_link_of_an_alert_opens_all_that_is_known(
    page: httpx.AsyncClient, language: str, texts: tuple[str, ...]
) -> None:
    """Evidence, suggestion, ending, actions, runbook and silence are on one page, in both languages."""
    link = await page.get("/", params={"breach": OPENED.id})
    answer = await page.get(f"/{link.headers['location']}", params={"lang": language})

    assert answer.status_code == 200
    stated = assumptions(OPENED.model_copy(update={"language": language}))
    assert [text for text in (*texts, stated) if text not in answer.text] == []
    assert f"{ALERTMANAGER}/#/silences/new?filter=%7Bbreach%3D%22{OPENED.id}" in answer.text
    for link in re.findall(r'href="(\.\./(?:runbook|\?)[^"#]*)', answer.text):
        opened = await page.get(link.replace("../", "/").replace("&amp;", "&"))
        assert opened.status_code == 200, link


async def test_every_kpi_alert_has_its_section_in_the_served_runbook(
    page: httpx.AsyncClient,
) -> None:
    """The anchors that alerts link to exist in both languages."""
    for language in ("ja", "en"):
        runbook = (await page.get("/runbook", params={"lang": language})).text
        for name in ("hirelayofftarget", "hirelayoverdue", "hirelaychanged"):
            assert f'id="{name}"' in runbook, (language, name)


async def test_a_person_is_never_named(page: httpx.AsyncClient, client: Any) -> None:
    """The page of a breach of an interviewer has neither the id nor a name."""
    personal = OPENED.model_copy(
        update={"id": "1" * 16, "dimension": INTERVIEWER, "member": "u-secret"}
    )
    archive(client, personal, 2)

    answer = await page.get(f"/breaches/{personal.id}")

    assert answer.status_code == 200 and "u-secret" not in answer.text


async def test_an_action_is_recorded_with_the_readers_token(
    page: httpx.AsyncClient, client: Any, publisher: ListPublisher
) -> None:
    """The board passes token and action on to the gateway; later the page lists the action."""
    token = {"Authorization": f"Bearer {gateways.ENVIRON['TOKEN']}"}
    path = f"/breaches/{OPENED.id}/actions"
    refused = await page.post(path, json={"action": "done"})
    accepted = await page.post(path, json={"action": "done"}, headers=token)
    (action,) = publisher.actions
    rows = action_rows(RecordPosition(BREACH_ACTIONS.name, 0, 1), action.model_dump_json().encode())
    Writer(client).write(rows, "page-action")

    assert (refused.status_code, accepted.status_code) == (401, 202)
    assert isinstance(action, BreachAction) and action.action == "done"
    assert "対応済み</li>" in (await page.get(f"/breaches/{OPENED.id}", params={"lang": "ja"})).text


@pytest.mark.parametrize("path", ["/breaches/ffffffffffffffff", "/breaches/%2e%2e"])
async def test_an_unknown_breach_says_so(page: httpx.AsyncClient, path: str) -> None:
    """A wrong link is answered with what is wrong."""
    answer = await page.get(path)

    assert answer.status_code in {400, 404}


async def test_a_breach_of_another_company_needs_its_token(client: Any) -> None:
    """Whoever is not logged in is sent to the log-in page, and comes back to the breach."""
    app = create_app(BoardAccess(gateways.tenancy, required=True), lambda: client)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as page:
        answer = await page.get(f"/breaches/{OPENED.id}")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"../login?next=breach%3D{OPENED.id}"


@needs_chromium
async def test_the_on_call_reads_and_acts_on_a_phone(
    client: Any, gateway: str, publisher: ListPublisher
) -> None:
    """In a browser the link shows the chart, a click with the token records the action, and the runbook opens at its section."""
    archive(client, OPENED)
    surroundings = Surroundings(gateway=gateway, runbooks=DEPLOY)
    app = create_app(BoardAccess(gateways.tenancy), lambda: client, surroundings=surroundings)
    with served(app) as url:
        problems = await asyncio.to_thread(_act_on_a_phone, url)

    assert problems == []
    assert [action.action for action in publisher.actions] == ["ignored"]


def _act_on_a_phone(url: str) -> list[str]:
    """Open, record `ignored` and follow the link to the runbook; return what is wrong with the page."""
    with chromium() as browser:
        board_page = BoardPage(browser, url, size=PHONE)
        page = board_page.page
        page.goto(f"{url}/?breach={OPENED.id}")
        page.locator("[name=token]").fill(gateways.ENVIRON["TOKEN"])
        page.locator("button[value=ignored]").click()
        page.locator("#answer", has_text="記録しました").wait_for()
        problems = violations(board_page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("the page is wider than the screen")
        page.locator("a[href*='runbook']").click()
        page.locator("#hirelayofftarget").wait_for()
        problems += board_page.console_errors
        board_page.close()
    return problems
