"""The page of `hirelay import --ui`, over HTTP and in a browser: what it shows, what it refuses, and whom."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from schemas.events import packs
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.configuration.settings import Settings
from streams.ingest.kafka.publisher import encode
from streams.tools.importing import arrival
from streams.tools.importing.ui.pages import create_app
from streams.tools.importing.ui.session import ImportSession
from tests.boards.test_page import served
from tests.e2e.browser import TIMEOUT_MS, chromium, needs_chromium
from tests.fakes import ListPublisher
from tests.tools.importing.conftest import configuration

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
TOKEN = "a-token-of-the-test"
TABLE = """応募ID,応募日,応募経路,選考段階,結果,採用決定日,不採用日
A1,2026-04-01,Green,内定,入社OK,2026-05-01,
A2,2026-04-02,Wantedly,一次面接,お断り,,2026-04-20
A3,2026-04-03,Green,書類選考,選考中,,
"""
MANY = TABLE + "".join(f"B{n},2026-04-04,Green,書類選考,選考中,,\n" for n in range(40))

MEANINGS = {"入社OK": "hired", "お断り": "company"}
NOTHING: Mapping[str, str] = {}


@pytest.fixture
def session(tmp_path: Path) -> ImportSession:
    """A page over a configuration, without a ClickHouse."""
    folder = tmp_path / "files"
    folder.mkdir()
    settings = Settings(
        config=configuration(tmp_path), clickhouse_url="http://127.0.0.1:9", clickhouse_password="x"
    )
    return ImportSession(settings=settings, environ={}, folder=folder, clock=lambda: NOW)


@contextmanager
def open_page(session: ImportSession) -> Iterator[httpx.Client]:
    """A client of the page, whose addresses begin with the token."""
    with (
        served(create_app(session, TOKEN)) as url,
        httpx.Client(base_url=f"{url}/{TOKEN}/", follow_redirects=True) as client,
    ):
        yield client


def upload(client: httpx.Client, *files: tuple[str, bytes]) -> httpx.Response:
    """Upload files and open the proposals."""
    numbers = [client.put(f"files/{name}", content=data).json()["file"] for name, data in files]
    return client.post(
        "read", data={"connection": "acme-events", "files": ",".join(map(str, numbers))}
    )


def form_of(html: str) -> dict[str, str]:
    """What the form of the page would send as it is."""
    form: dict[str, str] = {}
    for name, options in re.findall(
        r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', html, re.S
    ):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        form[name] = "" if chosen is None else chosen[1] if chosen[1] is not None else chosen[2]
    return form


def report_of(
    client: httpx.Client, session: ImportSession, fields: Mapping[str, str] = NOTHING, **words: str
) -> str:
    """Check the files with the form as it is but for these fields and words, and return the report."""
    form = {**form_of(client.get("map").text), **fields}
    for index, choice in enumerate(session.files[0].proposal.words):
        form[f"0.word.{index}"] = words.get(choice.word, form[f"0.word.{index}"])
    client.post("map", data={**form, "check": "1"})
    wait(session)
    return client.get("report").text


def wait(session: ImportSession) -> None:
    """Return once nothing runs in the background."""
    until = time.monotonic() + 60
    while session.is_busy and time.monotonic() < until:
        time.sleep(0.01)
    assert not session.is_busy


def test_a_table_is_read_as_the_form_says(session: ImportSession) -> None:
    """Words that nobody knows are asked for, and count as the person says."""
    with open_page(session) as client:
        page = upload(client, ("応募.csv", TABLE.encode("cp932"))).text
        words = [choice.word for choice in session.files[0].proposal.words if not choice.is_known]
        report = report_of(client, session, **MEANINGS)

    assert "応募（1 行 1 応募）" in page
    assert words == ["入社OK", "お断り"]
    assert session.files[0].map is not None
    assert session.files[0].map.values == {"outcome": {"入社OK": "hired", "お断り": "company"}}
    assert "取り込めない行 0 行" in report
    assert "A2: 2026-04-02 に応募、" in report


def test_columns_can_be_left_out_and_languages_changed(session: ImportSession) -> None:
    """A column that the person does not want is not read; the page and its report are in the language asked for."""
    with open_page(session) as client:
        client.get("?lang=en")
        upload(client, ("applications.csv", TABLE.encode()))
        report = report_of(client, session, {"0.column.2": "", "0.column.4": ""})

    assert "not read: 応募経路, 結果" in report
    assert "What would come of it" in report
    assert not re.search("[ぁ-ん]", re.sub(r"日本語", "", report))


def test_a_likely_mistake_must_be_accepted_by_its_name(session: ImportSession) -> None:
    """The button to import comes with a box per warning, and without it nothing is sent."""
    with open_page(session) as client:
        upload(client, ("applications.csv", MANY.replace("2026-05-01", "").encode()))
        report = report_of(client, session, 入社OK="active", お断り="company")

    assert 'name="accept.no-hires" required' in report
    assert session.outcome is not None
    assert not session.outcome.run


def test_a_file_that_cannot_be_read_says_why(session: ImportSession) -> None:
    """A funnel of numbers and a damaged workbook are refused with the reason, without the paths of this machine."""
    funnel = "月,応募数,面接数,内定数\n4月,10,5,1\n5月,12,6,2\n"
    with open_page(session) as client:
        counted = upload(client, ("funnel.csv", funnel.encode())).text
        damaged = upload(client, ("book.xlsx", b"no workbook")).text

    assert "counts applications instead of listing them" in counted
    assert "is not a workbook that can be read" in damaged
    assert str(session.folder) not in counted + damaged


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 404),
        ("/another-token/", {}, 404),
        (f"/{TOKEN}/", {"host": "evil.example"}, 403),
        (f"/{TOKEN}/", {"origin": "https://evil.example"}, 403),
        (f"/{TOKEN}/", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        (f"/{TOKEN}/", {}, 200),
    ],
)
async def test_only_the_person_with_the_address_is_answered(
    session: ImportSession, path: str, headers: dict[str, str], status: int
) -> None:
    """Without the token, from another site or under another name there is no answer; every answer has strict headers."""
    transport = httpx.ASGITransport(create_app(session, TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        response = await client.get(path, headers=headers)

    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_a_file_name_cannot_leave_the_folder(session: ImportSession) -> None:
    """Names with folders, of hidden files and of no file stay in the folder of the upload."""
    with open_page(session) as client:
        for name in ("..%2F..%2Fx.csv", ".hidden.csv", "..", "a%00b.csv"):
            client.put(f"files/{name}", content=b"x")
    names = sorted(path.name for path in session.folder.glob("*/*"))

    assert names == ["a_b.csv", "hidden.csv"]
    assert not list(session.folder.parent.glob("*.csv"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One shared browser."""
    with chromium() as browser:
        yield browser


def problems(page: Page, width: int) -> list[str]:
    """Violations that axe finds, and whether the page is wider than the screen."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [violation["id"] for violation in found] + [f"{wide} px"] * (wide > width)


@needs_chromium
@pytest.mark.parametrize(("width", "language"), [(390, "ja"), (1440, "en")])
def test_the_page_works_in_a_browser(
    session: ImportSession, browser: Browser, tmp_path: Path, width: int, language: str
) -> None:
    """From the file to the report by clicks, on a phone and a desk, without a fault that axe finds."""
    path = tmp_path / "applications.csv"
    path.write_text(MANY, "utf-8")
    faults: dict[str, list[str]] = {}
    errors: list[str] = []
    with served(create_app(session, TOKEN)) as url:
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.set_default_timeout(TIMEOUT_MS)
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        page.goto(f"{url}/{TOKEN}/?lang={language}")
        faults["files"] = problems(page, width)
        page.set_input_files("#chosen", path)
        page.click("#upload .primary")
        page.wait_for_selector("[name='0.kind']")
        faults["map"] = problems(page, width)
        for word, meaning in MEANINGS.items():
            page.select_option(f"select[aria-label$='{word}']", meaning)
        page.click(".primary")
        page.wait_for_selector(".stories")
        faults["report"] = problems(page, width)
        stories = page.locator(".stories li").count()
        page.close()

    assert faults == {"files": [], "map": [], "report": []}
    assert (stories, errors) == (3, [])


def archive_events(client: Any, publisher: ListPublisher) -> None:
    """Archive all accepted events, as the archiver does."""
    for offset, event in enumerate(publisher.events):
        record = packs.encode([encode(event).body])
        position = RecordPosition("candidate-events", 0, offset)
        Writer(client).write(event_rows(position, record), f"page-{offset}")


def test_a_table_is_imported_and_undone(
    client: Any, gateway: ListPublisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the page's own buttons a table reaches the gateway once, its run is listed, and undoing takes every fact back."""
    monkeypatch.setattr(arrival, "PATIENCE_S", 0.0)  # the archive of the test is filled by hand
    (tmp_path / "files").mkdir()
    settings = Settings(clickhouse=f"chdb://{client.path}")
    session = ImportSession(
        settings=settings, environ={}, folder=tmp_path / "files", clock=lambda: datetime.now(UTC)
    )
    with open_page(session) as page:
        upload(page, ("applications.csv", TABLE.encode()))
        report_of(page, session, **MEANINGS)
        page.post("apply")
        wait(session)
        assert session.outcome is not None
        run, imported = session.outcome.run, len(gateway.events)
        archive_events(client, gateway)
        listing = page.get("?connection=acme-events").text
        page.post("undo", data={"run": run})
        wait(session)
        plan = page.get("undo").text
        page.post("undo", data={"apply": "1"})
        wait(session)
        result = page.get("undo").text

    assert imported == 8
    assert f"<code>{run}</code>" in listing
    assert "8 件を取り消し" in plan
    assert "取り消しました" in result
    assert [getattr(event.data, "retracted", None) for event in gateway.events[8:]] == [True] * 8
