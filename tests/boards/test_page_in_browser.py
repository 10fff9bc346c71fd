"""The board page in a browser over a real ClickHouse: navigation races, keyboard use, printing and dates."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser

from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import CandidateEvent, CellFlush, KpiCell, MemberRow
from sinks.clickhouse.writer import Writer
from streams.boards.access import BoardAccess
from streams.boards.page import create_app
from tests.boards.test_page import served
from tests.e2e.browser import PHONE, BoardPage, Gate, chromium, needs_chromium
from tests.ingest.gateways import tenancy

pytestmark = needs_chromium
COMPANY, JOB = "reader", "req-4711"
DAY = date(2026, 4, 1)
AS_OF = datetime(2026, 4, 30, 0, 0, 7, tzinfo=UTC)
WINDOW = {"tenant": COMPANY, "lang": "en", "from": "2026-04-01", "to": "2026-04-30"}
VERSIONS = itertools.count(1)  # every write replaces the one before, in any order of tests
MEMBERS = (("total", "all"), ("channel", "doda"), ("job", JOB))


def write_applications(client: Any, count: int) -> None:
    """Write newer cells than before, with this many applications for one job and channel."""
    version = next(VERSIONS)
    rows = [
        KpiCell(0, COMPANY, dimension, member, DAY, basis, "applications", 0, count, version)
        for dimension, member in MEMBERS
        for basis in ("decision", "cohort")
    ]
    Writer(client).write(rows, f"{COMPANY}-{version}")


def write_job_title(client: Any) -> None:
    """Write an event of the job, and its title into the directory of names."""
    at = datetime(2026, 4, 1, tzinfo=UTC)
    names = (COMPANY, "e-1", "application.created", "a-1", "c", "x")
    event = CandidateEvent(
        *names, at, at, False, "a-1", JOB, "Cook <b>", "doda", *("",) * 2, *(0,) * 3, "{}"
    )
    Writer(client).write([event], f"{COMPANY}-event")
    Writer(client).write([MemberRow(COMPANY, "job", JOB, "reported", "Cook <b>", 1)], "title")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One shared browser; every test uses its own profile."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(client: Any) -> Iterator[str]:
    """The URL of the served page."""
    write_applications(client, 7)
    write_job_title(client)
    Writer(client).write([CellFlush(0, 0, AS_OF, 1)], f"{COMPANY}-flush")
    (acme,) = tenancy().tenants
    configured = Tenancy(tenants=(acme.model_copy(update={"id": COMPANY}),))
    app = create_app(BoardAccess(lambda: configured), lambda: client)
    with served(app) as url:
        yield url


def test_an_invalid_url_shows_the_default_days(browser: Browser, site: str) -> None:
    """Invalid days, out-of-range days and a missing member fall back to defaults."""
    board_page = BoardPage(browser, site)
    today = str(datetime.now(ZoneInfo("Asia/Tokyo")).date())
    nonsense: tuple[dict[str, str], ...] = (
        {"to": "yesterday"},
        {"from": "2026-02-31", "to": today},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": today, "to": "2026-04-30"},
        {"dimension": "channel"},
    )
    for params in nonsense:
        board_page.open("summary", tenant=COMPANY, lang="en", **params)
        assert board_page.evaluate("document.querySelectorAll('.failed').length") == 0, params
        assert board_page.page.locator("[name=dimension]").input_value() == "total"
        assert (
            board_page.page.locator("[name=from]").input_value()
            < board_page.page.locator("[name=to]").input_value()
        )
    board_page.close()

    assert not board_page.console_errors


def test_the_last_click_counts(browser: Browser, site: str) -> None:
    """Navigating to another board while members are loading wins over the late response."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    gate = Gate(board_page.page, "**/api/members*")
    with board_page.page.expect_request("**/api/members*"):
        board_page.page.locator("[name=dimension]").select_option("channel")
    board_page.navigate("funnel")
    with board_page.page.expect_response("**/api/members*"):
        gate.open()
    board_page.evaluate(
        "fetch('api/boards').then((each) => each.json())"
    )  # requested later, answered later
    board = board_page.evaluate("new URLSearchParams(location.search).get('board')")
    board_page.close()

    assert board == "funnel"


def test_a_board_names_the_instant_of_its_numbers(browser: Browser, site: str, client: Any) -> None:
    """Below the title stands up to when everything counted is on the screen, in the zone of the company."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    text = board_page.page.locator("#as-of").inner_text()
    board_page.close()

    assert text == "Numbers as of 2026-04-30 09:00:07"


def test_an_empty_chart_says_that_there_are_no_numbers(browser: Browser, site: str) -> None:
    """An empty bar chart shows a message instead of an empty box."""
    board_page = BoardPage(browser, site).open(
        "summary", **WINDOW | {"from": "2001-01-01", "to": "2001-01-31"}
    )
    text = board_page.page.locator("#panel-hires_by_channel .chart").inner_text()
    board_page.close()

    assert text == "There are no numbers in this period"


def test_a_panel_in_no_kpi_shows_no_definition(browser: Browser, site: str) -> None:
    """Survey scores are in no KPI: their panel stands beside the others, without a button that explains one."""
    board_page = BoardPage(browser, site).open("relay")

    buttons = board_page.page.locator("#panel-survey button.define").count()
    others = board_page.page.locator("#panel-void button.define").count()

    board_page.close()
    assert (buttons, others) == (0, 1)


def test_focus_stays_when_numbers_change(browser: Browser, site: str, client: Any) -> None:
    """Focus stays on a tile and on a table link when numbers change."""
    board_page = BoardPage(browser, site).open("channels", **WINDOW)
    board_page.page.locator("#panel-jobs tbody a").focus()
    write_applications(client, 8)
    board_page.page.wait_for_selector("#panel-jobs td:text-is('8')")
    assert board_page.evaluate("document.activeElement.textContent") == "Cook <b>"
    board_page.navigate("summary").page.locator(".tile").first.focus()
    write_applications(client, 9)
    board_page.page.wait_for_selector(".figure[data-kpi=applications][data-value='9']")
    assert board_page.evaluate("document.activeElement.textContent").startswith("Applications")
    board_page.close()

    assert not board_page.console_errors


def test_a_printed_board_is_dark_on_white(browser: Browser, site: str) -> None:
    """Printing uses dark text on white, even in the dark theme."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    board_page.page.locator("#theme").click()
    board_page.wait_until_filled("summary").page.emulate_media(media="print")
    inks = board_page.evaluate(
        "['body', '.tile .figure', '.chart text'].map((each) => document.querySelector(each))"
        ".map((each) => getComputedStyle(each)[each.tagName === 'text' ? 'fill' : 'color'])"
    )
    board_page.close()

    assert set(inks) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}, inks


def test_a_reader_takes_numbers_chart_and_board_along(browser: Browser, site: str) -> None:
    """By keyboard and in the dark theme: rows as CSV, the chart as PNG on white, and the board in the colours of paper."""
    board_page = BoardPage(browser, site, scheme="dark").open("summary", **WINDOW)
    page = board_page.page
    panel = page.locator("#panel-applications_by_week")
    page.evaluate(
        "window.print = () => { window.printed = [document.title, getComputedStyle(document.body).color]; }"
    )
    panel.locator(".define").focus()
    page.keyboard.press("Tab")
    with page.expect_download() as numbers:
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as chart:
        page.keyboard.press("Enter")
    page.locator("button.print").press("Enter")
    page.wait_for_function("window.printed && document.title.startsWith('Executive')")
    picture = Image.open(chart.value.path()).convert("RGB")
    text = numbers.value.path().read_text(encoding="utf-8-sig")
    dark = page.evaluate("getComputedStyle(document.body).color")
    title, ink = page.evaluate("window.printed")
    board_page.close()

    stem = f"{COMPANY}-summary-applications_by_week-2026-04-01-2026-04-30"
    assert (numbers.value.suggested_filename, chart.value.suggested_filename) == (f"{stem}.csv", f"{stem}.png")  # fmt: skip
    assert text.startswith("Week,Applications,")
    assert picture.width == 1920 and picture.getpixel((5, 5)) == (255, 255, 255)
    colours = {colour for _, colour in picture.getcolors(1 << 20) or ()}
    assert {(22, 32, 47), (37, 99, 235)} <= colours, "dark ink and the blue of the light theme"
    assert (title, ink) == (f"{COMPANY}-summary-2026-04-01-2026-04-30", "rgb(22, 32, 47)")
    assert dark != ink
    assert not board_page.console_errors


def test_a_board_of_one_job_shows_its_title(browser: Browser, site: str) -> None:
    """A board filtered to a job shows the job title, escaped as text."""
    board_page = BoardPage(browser, site).open("funnel", **WINDOW, dimension="job", member=JOB)
    board_page.page.wait_for_selector("[name=member] option:text-is('Cook <b>')", state="attached")
    text = board_page.page.locator("#focus").inner_text()
    board_page.close()

    assert text == "Cook <b>"


def test_the_age_of_the_last_event_is_not_read_aloud_each_second(
    browser: Browser, site: str
) -> None:
    """Screen readers are told about a lost connection, not the age of the last event."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    board_page.page.wait_for_selector("#fresh:has-text('ago')")
    quiet = board_page.page.locator("#fresh").get_attribute("aria-live")
    board_page.close()

    assert quiet == "off"


def test_a_board_left_open_moves_to_the_new_day(browser: Browser, site: str) -> None:
    """A board left open past midnight moves its relative period to the new day."""
    board_page = BoardPage(browser, site)
    noon = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    board_page.page.clock.install(
        time=noon
    )  # far from midnight: the clock runs while the page loads
    board_page.open("summary", tenant=COMPANY, lang="en")
    board_page.page.locator("[name=period]").select_option("d30")
    board_page.navigate("funnel")
    before = board_page.page.locator("[name=to]").input_value()
    board_page.page.clock.fast_forward("12:00:00")
    board_page.page.wait_for_selector(".top p:has-text('2026-10-23 – 2026-11-21')")
    after = board_page.page.locator("[name=to]").input_value()
    period = board_page.page.locator("[name=period]").input_value()
    board_page.close()

    assert (before, after, period) == ("2026-11-20", "2026-11-21", "d30")


def test_an_axis_shows_large_numbers_in_full(browser: Browser, site: str, client: Any) -> None:
    """Axis labels write large numbers in full, not in exponent notation."""
    write_applications(client, 48_000)
    spent = ("total", "all", DAY, "decision", "cost.media", 0, 300_000_000, 4)
    Writer(client).write([KpiCell(0, COMPANY, *spent)], "reader-spent")
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    ticks = board_page.page.locator(
        "#panel-applications_by_week .role-axis-label text"
    ).all_text_contents()
    board_page.open("money", **WINDOW | {"lang": "ja"})
    yen = board_page.page.locator("#panel-costs .role-axis-label text").all_text_contents()
    board_page.close()

    assert "40,000" in ticks
    assert "20,000万" in yen


def test_a_board_that_was_left_sends_no_more_requests(browser: Browser, site: str) -> None:
    """Leaving a board before its first numbers arrive stops requests for its panels."""
    board_page = BoardPage(browser, site)
    gate = Gate(board_page.page, "**/api/data/summary/headline*")
    with board_page.page.expect_request("**/api/data/summary/headline*"):
        board_page.page.goto(f"{site}/?board=summary&tenant={COMPANY}")
    board_page.navigate("funnel")
    urls: list[str] = []
    board_page.page.on("request", lambda request: urls.append(request.url))
    with board_page.page.expect_response("**/api/data/summary/headline*"):
        gate.open()
    board_page.evaluate(
        "fetch('api/boards').then((each) => each.json())"
    )  # requested later, answered later
    board_page.close()

    assert [url for url in urls if "/api/data/summary/" in url] == []
    assert not board_page.console_errors


def test_changes_before_the_subscription_are_not_missed(
    browser: Browser, site: str, client: Any
) -> None:
    """Changes between the first load and the event subscription are not missed."""
    board_page = BoardPage(browser, site)
    gate = Gate(board_page.page, "**/api/events*")
    board_page.open("summary", **WINDOW)
    write_applications(client, 50_001)
    gate.open()
    board_page.page.wait_for_selector(".figure[data-kpi=applications][data-value='50001']")
    board_page.close()


def test_a_period_is_chosen_and_compared(browser: Browser, site: str, client: Any) -> None:
    """Periods follow the fiscal calendar, and numbers are compared with the period before, a year before or any other."""
    board_page = BoardPage(browser, site)
    board_page.page.clock.install(time=datetime(2026, 5, 20, 12, tzinfo=ZoneInfo("Asia/Tokyo")))
    write_applications(client, 60)
    page = board_page.open("summary", tenant=COMPANY, lang="en", period="fiscal_year").page

    def window() -> tuple[str, str]:
        first, last = (page.locator(f"[name={name}]").input_value() for name in ("from", "to"))
        return first, last

    assert window() == ("2026-04-01", "2026-05-20")
    shown = {}
    for period in ("month", "last_month", "quarter", "d90"):
        page.locator("[name=period]").select_option(period)
        page.wait_for_selector("main[data-ready]")
        shown[period] = window()
    assert shown == {
        "month": ("2026-05-01", "2026-05-20"),
        "last_month": ("2026-04-01", "2026-04-30"),
        "quarter": ("2026-04-01", "2026-05-20"),
        "d90": ("2026-02-20", "2026-05-20"),
    }
    tile = page.locator(".tile:has([data-kpi=applications]) .change")
    assert "no earlier period" in tile.inner_text()
    page.locator("[name=period]").select_option("month")
    page.locator("[name=compare]").select_option("since")
    page.locator("[name=since]").fill("2026-04-01")
    page.locator("[name=since]").dispatch_event("change")
    page.wait_for_selector(".change:has-text('2026-04-01 – 2026-04-20 60')")
    assert "▼ 100.0%" in tile.inner_text()
    assert "compare=2026-04-01" in page.url
    board_page.close()
    assert not board_page.console_errors


def test_an_outage_says_of_when_the_numbers_are(browser: Browser, site: str) -> None:
    """While numbers cannot be read one line says since when, the old ones turn grey, and every panel stays; then it goes."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    page = board_page.page
    page.route("**/api/data/**", lambda route: route.abort())
    page.locator("[name=dimension]").select_option("channel")
    page.wait_for_selector(".failed")
    assert page.locator("#outage").inner_text().startswith("Numbers cannot be read now")
    assert page.locator("main.stale .panel").count() == page.locator(".panel").count()
    page.unroute("**/api/data/**")
    page.wait_for_selector("main:not(.stale)[data-ready]")
    assert page.locator("#outage").is_hidden()
    board_page.close()


def test_a_thousand_channels_are_searched_and_sorted(
    browser: Browser, site: str, client: Any
) -> None:
    """A long table shows its first rows and how many more there are, finds by name, sorts, and follows a clicked bar."""
    version = next(VERSIONS)
    names = [f"媒体 {number:03}" for number in range(60)] + ["とても長い名前の媒体" * 8]
    rows = [
        KpiCell(0, COMPANY, "channel", name, DAY, "cohort", measure, 0, 100 + number, version)
        for number, name in enumerate(names)
        for measure in ("applications", "applications_rated", "hired")
    ]
    Writer(client).write(rows, f"{COMPANY}-channels-{version}")
    board_page = BoardPage(browser, site, size=PHONE).open("channels", **WINDOW)
    page, table = board_page.page, board_page.page.locator("#panel-channels")
    wide = board_page.evaluate("document.documentElement.scrollWidth")
    folded = page.locator("[name=period]").is_hidden()
    first = table.locator("tbody tr").count()
    table.locator(".search").fill("媒体 007")
    found = table.locator("tbody tr").count()
    table.locator(".search").fill("")
    table.locator("th [data-column=applications]").click()
    highest = table.locator("tbody th").first.inner_text()
    more = table.locator(".more").inner_text()
    table.locator(".more").click()
    every = table.locator("tbody tr").count()
    page.locator(
        "#panel-hire_rate .chart path[aria-label], #panel-hire_rate .mark-rect path"
    ).first.click()
    page.wait_for_selector("main[data-ready^='funnel-']")
    board_page.close()

    assert (wide, folded, first, found) == (PHONE[0], True, 20, 1)
    assert highest == names[-1] and every >= len(names)
    assert more == f"{every - 20} more"
    client.command(f"delete from epoch_cells where tenant = '{COMPANY}' and dimension = 'channel' and member != 'doda'")  # fmt: skip
    assert not board_page.console_errors


def test_the_summary_prints_on_one_page(browser: Browser, site: str) -> None:
    """The executive summary is one sheet of A4 that names the company and the days."""
    board_page = BoardPage(browser, site).open("summary", **WINDOW)
    pdf = board_page.page.pdf(prefer_css_page_size=True)
    board_page.page.emulate_media(media="print")
    heading = board_page.page.locator(".top").inner_text()
    board_page.close()

    assert pdf.count(b"/Type /Page\n") == 1, pdf.count(b"/Type /Page")
    assert "2026-04-01 – 2026-04-30" in heading
