"""The board page in a browser over the real engine: what somebody sees who is fast, lost, far away or at the keyboard."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from playwright.sync_api import Browser, Route

from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import CandidateEvent, KpiCell
from sinks.clickhouse.writer import Writer
from streams.boards.page import create_app
from tests.e2e.browser import Look, chromium, needs_chromium
from tests.ingest.gateways import tenancy

pytestmark = needs_chromium
COMPANY, JOB = "reader", "req-4711"
DAY = date(2026, 4, 1)
WINDOW = {"tenant": COMPANY, "lang": "en", "from": "2026-04-01", "to": "2026-04-30"}
MEMBERS = (("total", "all"), ("channel", "doda"), ("job", JOB))


def applied(client: Any, count: int, version: int) -> None:
    """So many applied to one job by one channel."""
    rows = [
        KpiCell(0, COMPANY, dimension, member, DAY, basis, "applications", 0, count, version)
        for dimension, member in MEMBERS
        for basis in ("decision", "cohort")
    ]
    Writer(client).write(rows, f"{COMPANY}-{version}")


def titled(client: Any) -> None:
    """The job has a title, which an event told."""
    at = datetime(2026, 4, 1, tzinfo=UTC)
    names = (COMPANY, "e-1", "application.created", "a-1", "c", "x")
    event = CandidateEvent(
        *names, at, at, False, "a-1", JOB, "Cook <b>", "doda", *("",) * 2, *(0,) * 3, "{}"
    )
    Writer(client).write([event], f"{COMPANY}-event")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all; every test has a profile of its own."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def site(client: Any) -> Iterator[str]:
    """Where the page of the company is served."""
    applied(client, 7, 1)
    titled(client)
    (acme,) = tenancy().tenants
    known = Tenancy(tenants=(acme.model_copy(update={"id": COMPANY}),))
    app = create_app(lambda: known, lambda: client)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        serving.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        serving.join()


def test_an_address_with_nonsense_shows_the_usual_days(browser: Browser, site: str) -> None:
    """Of no day, of a day before there were any, or of a member that is not said, the page makes what it can."""
    look = Look(browser, site)
    today = str(datetime.now(ZoneInfo("Asia/Tokyo")).date())
    nonsense: tuple[dict[str, str], ...] = (
        {"to": "yesterday"},
        {"from": "2026-02-31", "to": today},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": today, "to": "2026-04-30"},
        {"dimension": "channel"},
    )
    for each in nonsense:
        look.at("summary", tenant=COMPANY, lang="en", **each)
        assert look.value("document.querySelectorAll('.failed').length") == 0, each
        assert look.page.locator("[name=dimension]").input_value() == "total"
        assert (
            look.page.locator("[name=from]").input_value()
            < look.page.locator("[name=to]").input_value()
        )
    look.close()

    assert not look.complaints


def test_the_last_click_counts(browser: Browser, site: str) -> None:
    """Who goes on to another board while members are still looked up stays there."""
    look = Look(browser, site).at("summary", **WINDOW)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    look.page.route("**/api/members*", hold)
    with look.page.expect_request("**/api/members*"):
        look.page.locator("[name=dimension]").select_option("channel")
    look.turn("funnel")
    with look.page.expect_response("**/api/members*"):
        held[0].continue_()
    look.value("fetch('api/boards').then((each) => each.json())")  # asked later, answered later
    board = look.value("new URLSearchParams(location.search).get('board')")
    look.close()

    assert board == "funnel"


def test_a_chart_of_nobody_says_that_there_are_no_numbers(browser: Browser, site: str) -> None:
    """Bars too: an empty box could as well be a page that is broken."""
    look = Look(browser, site).at("summary", **WINDOW | {"from": "2001-01-01", "to": "2001-01-31"})
    said = look.page.locator("#panel-hires_by_channel .chart").inner_text()
    look.close()

    assert said == "There are no numbers in this period"


def test_the_keyboard_stays_where_it_is_when_numbers_change(
    browser: Browser, site: str, client: Any
) -> None:
    """On a tile, and on a link in a table."""
    look = Look(browser, site).at("channels", **WINDOW)
    look.page.locator("#panel-jobs tbody a").focus()
    applied(client, 8, 2)
    look.page.wait_for_selector("#panel-jobs td:text-is('8')")
    assert look.value("document.activeElement.textContent") == "Cook <b>"
    look.turn("summary").page.locator(".tile").first.focus()
    applied(client, 9, 3)
    look.page.wait_for_selector(".figure[data-kpi=applications][data-value='9']")
    assert look.value("document.activeElement.textContent").startswith("Applications")
    look.close()

    assert not look.complaints


def test_a_printed_board_is_dark_on_white(browser: Browser, site: str) -> None:
    """Whatever the screen was: paper has no ground of its own."""
    look = Look(browser, site).at("summary", **WINDOW)
    look.page.locator("#theme").click()
    look.ready("summary").page.emulate_media(media="print")
    inks = look.value(
        "['body', '.tile .figure', '.chart text'].map((each) => document.querySelector(each))"
        ".map((each) => getComputedStyle(each)[each.tagName === 'text' ? 'fill' : 'color'])"
    )
    look.close()

    assert set(inks) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}, inks


def test_a_board_of_one_job_names_it(browser: Browser, site: str) -> None:
    """By its title, as in the choice above and as on paper; whatever stands in it is text."""
    look = Look(browser, site).at("funnel", **WINDOW, dimension="job", member=JOB)
    look.page.wait_for_selector("[name=member] option:text-is('Cook <b>')", state="attached")
    said = look.page.locator("#focus").inner_text()
    look.close()

    assert said == "Cook <b>"


def test_the_age_of_the_last_event_is_not_read_aloud_each_second(
    browser: Browser, site: str
) -> None:
    """Only that the connection is lost is news for who listens to the page."""
    look = Look(browser, site).at("summary", **WINDOW)
    look.page.wait_for_selector("#fresh:has-text('ago')")
    quiet = look.page.locator("#fresh").get_attribute("aria-live")
    look.close()

    assert quiet == "off"


def test_a_board_that_stays_open_goes_on_with_the_days(browser: Browser, site: str) -> None:
    """On a wall over midnight: the last thirty days, chosen on another board, are those of the new day."""
    look = Look(browser, site)
    look.page.clock.install(time=datetime(2026, 11, 20, 23, 59, 30, tzinfo=ZoneInfo("Asia/Tokyo")))
    look.at("summary", tenant=COMPANY, lang="en")
    look.page.locator("[name=period]").select_option("d30")
    look.turn("funnel")
    before = look.page.locator("[name=to]").input_value()
    look.page.clock.fast_forward(60_000)
    look.page.wait_for_selector(".top p:has-text('2026-10-22 – 2026-11-21')")
    after = look.page.locator("[name=to]").input_value()
    period = look.page.locator("[name=period]").input_value()
    look.close()

    assert (before, after, period) == ("2026-11-20", "2026-11-21", "d30")


def test_an_axis_of_many_is_in_plain_figures(browser: Browser, site: str, client: Any) -> None:
    """Ten thousands are written with all their noughts, and not as powers of ten."""
    applied(client, 48_000, 4)
    spent = ("total", "all", DAY, "decision", "cost.media", 0, 300_000_000, 4)
    Writer(client).write([KpiCell(0, COMPANY, *spent)], "reader-spent")
    look = Look(browser, site).at("summary", **WINDOW)
    ticks = look.page.locator(
        "#panel-applications_by_week .role-axis-label text"
    ).all_text_contents()
    look.at("money", **WINDOW | {"lang": "ja"})
    yen = look.page.locator("#panel-costs .role-axis-label text").all_text_contents()
    look.close()

    assert "40,000" in ticks
    assert "20,000万" in yen


def test_a_board_that_was_left_asks_for_nothing_more(browser: Browser, site: str) -> None:
    """Who goes on before the first numbers came does not wait for the panels of the board before."""
    look = Look(browser, site)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    look.page.route("**/api/data/summary/headline*", hold)
    with look.page.expect_request("**/api/data/summary/headline*"):
        look.page.goto(f"{site}/?board=summary&tenant={COMPANY}")
    look.turn("funnel")
    asked: list[str] = []
    look.page.on("request", lambda each: asked.append(each.url))
    with look.page.expect_response("**/api/data/summary/headline*"):
        held[0].continue_()
    look.value("fetch('api/boards').then((each) => each.json())")  # asked later, answered later
    look.close()

    assert [each for each in asked if "/api/data/" in each] == []
    assert not look.complaints


def test_what_changed_before_the_page_could_listen_is_read_too(
    browser: Browser, site: str, client: Any
) -> None:
    """Numbers that came between the first look and the first word of changes are not missed."""
    look = Look(browser, site)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    look.page.route("**/api/events*", hold)
    look.at("summary", **WINDOW)
    applied(client, 50_001, 5)
    held[0].continue_()
    look.page.wait_for_selector(".figure[data-kpi=applications][data-value='50001']")
    look.close()
