"""The page of `hirelay import --ui` over a running stack: a table comes in by clicks, and is taken back."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.browser import TIMEOUT_MS, chromium, needs_chromium
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.probe import standard_connection

pytestmark = needs_chromium
TABLE = """応募ID,応募日,応募経路,結果,採用決定日,不採用日
page-1,2026-03-02,Green,採用,2026-04-01,
page-2,2026-03-03,Wantedly,不採用,,2026-03-20
page-3,2026-03-04,Green,選考中,,
"""
SEEN_S = 60


@contextmanager
def import_page(stack: Stack) -> Iterator[str]:
    """Serve the page as a person would; yield its address."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "streams", "import", "--ui", "--state", str(stack.state)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "300"},
    )
    assert serving.stdout is not None
    address = re.search(r"http://\S+", serving.stdout.readline())
    assert address is not None
    yield address[0]
    serving.send_signal(signal.SIGINT)
    serving.wait(timeout=60)


def told(stack: Stack) -> tuple[int, int]:
    """How many facts of the table stand in the archive, and how many were taken back."""
    rows = stack.query(
        "select countIf(not JSONExtractBool(body, 'data', 'retracted')), countIf(JSONExtractBool(body, 'data', 'retracted')) "
        "from v_events where subject like '%page-%'"
    )
    return int(rows[0][0]), int(rows[0][1])


def import_table(page: Page, path: Path, connection: str) -> str:
    """Choose the file, check it, and import it; return the report."""
    page.set_input_files("#chosen", path)
    page.select_option("#connection", connection)
    page.click("#upload .primary")
    page.wait_for_selector("[name='0.kind']")
    page.click(".primary")
    page.wait_for_selector(".stories")
    page.click(".primary")
    page.wait_for_selector("form[action='undo']")
    return page.inner_text("main")


def test_a_table_is_imported_and_taken_back_by_clicks(stack: Stack, tmp_path: Path) -> None:
    """What the dry run announces is imported and counted; undone, every fact is taken back and all cells are right."""
    path = tmp_path / "応募.csv"
    path.write_text(TABLE, "utf-8")
    connection = standard_connection(stack.run_file())["id"]
    with chromium() as browser, import_page(stack) as address:
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"{address}?lang=en")
        report = import_table(page, path, connection)
        imported = told(stack)
        page.click("form[action='undo'] button")
        page.wait_for_selector("button[name=apply]")
        plan = page.inner_text("main")
        page.click("button[name=apply]")
        page.get_by_text("Undone").wait_for()
        wait_until(lambda: told(stack)[1] == imported[0], SEEN_S)

    assert imported == (5, 0)
    assert "1 hired" in report
    assert "5 facts are taken back" in plan
    assert stack.verify()["equal"]
