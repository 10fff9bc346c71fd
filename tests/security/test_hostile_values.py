"""Amounts and names that a sender chooses break no reader: no panel, terminal, spreadsheet, chat or configuration."""

import csv
import io
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.alerting.alert_payload import without_mentions
from streams.tools.untrusted import for_csv, for_terminal
from tests.boards.test_page import DAY, WINDOW, http_client

HOSTILE = (
    "[/bold]",
    "[bold red]x",
    "[link=https://attacker.example]click[/link]",
    "\x1b]0;title\x07\x1b[2J",
    "=HYPERLINK(1)",
    "+cmd|' /C calc'!A0",
    "-1+1|x",
    "@SUM(1)",
    "<!channel> <@U1>",
    "a\\",
    "\u202egnp",
)
SERIES = """
select kpi, n, value
from v_kpi_series(
    tenant = 'rich', dimension = 'total', basis = 'decision', first = '2026-04-01', last = '2026-04-30',
    grain = 'all', fiscal_start = 4
)
settings max_memory_usage = 100000000
"""


def test_large_amounts_take_little_memory(client: Any) -> None:
    """Costs of 90 billion, in minor units, and half a million cases are summed and ranked within 100 MB."""
    measures = {
        "spend": 9_000_000_000_00,
        "spend.external": 9_000_000_000_00,
        "joined": 3,
        "hired": 3,
        "days_to_hire.10": 250_000,
        "days_to_hire.11": 250_001,
    }
    rows = [
        KpiCell(0, "rich", "total", "all", DAY, "decision", measure, 0, value, 1)
        for measure, value in measures.items()
    ]
    Writer(client).write(rows, "rich-1")

    assert client.query(SERIES).result_rows


async def test_no_word_of_the_engine_reaches_a_browser() -> None:
    """A failing query is answered 503 in our own words, which name no table, address or version."""

    def connect() -> Any:
        raise DatabaseError("Code: 241. DB::Exception: table default.epoch_cells at 10.0.0.7:8123")

    async with http_client(connect) as page:
        response = await page.get("/api/members", params=WINDOW)

    assert response.status_code == 503
    assert "10.0.0.7" not in response.text
    assert "epoch_cells" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_a_name_in_a_terminal(name: str) -> None:
    """A table shows the characters of a name, acts on none and does not fail."""
    table = Table("name")
    table.add_row(for_terminal(name))
    output = io.StringIO()
    Console(file=output, width=200, force_terminal=True, color_system=None).print(table)

    assert "\x1b" not in output.getvalue()
    assert not set("\u202e\x07") & set(output.getvalue())
    visible = "".join(c for c in name if c.isprintable())
    assert visible.strip() in output.getvalue()


@given(st.text(max_size=20) | st.sampled_from(HOSTILE))
def test_a_name_is_no_formula(text: str) -> None:
    """A spreadsheet calculates no text of a CSV cell, and numbers stay numbers."""
    written = io.StringIO()
    csv.writer(written).writerow([for_csv(text)])

    assert written.getvalue().lstrip('"')[:1] not in {"=", "@", "\t"} | (
        set("+-") - ({text[:1]} if set(text) <= set("0123456789.,eE+-") else set())
    )
    assert for_csv("-1.5") == "-1.5"
    assert for_csv(-1.5) == -1.5


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_mentions_nobody_in_a_chat(name: str) -> None:
    """No annotation of an alert has the brackets of a chat's commands, nor control characters."""
    text = without_mentions(f"採用単価\n{name} is off target")

    assert not set("<>\x1b\x07") & set(text)
    assert text.startswith("採用単価\n")
