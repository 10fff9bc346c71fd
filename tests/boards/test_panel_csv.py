"""A panel as CSV: the numbers of the page, with everything that says what they are."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import CellFlush, KpiCell
from sinks.clickhouse.writer import Writer
from streams.boards.access import BoardAccess
from streams.boards.page import create_app
from streams.boards.panel_csv import BYTE_ORDER_MARK
from tests.ingest.gateways import tenancy

COMPANY = "exporter"
DAY = date(2026, 4, 1)
WINDOW = {"tenant": COMPANY, "from": "2026-04-01", "to": "2026-04-30"}
FORMULA = "=1+1"
AS_OF = datetime(2026, 4, 30, 0, 0, 7, tzinfo=UTC)


def write_cells(client: Any) -> None:
    """Write a channel with enough screenings for a rate, one with too few, and when they were counted."""
    measures = {
        FORMULA: {"applications": 40, "passed.screening": 12, "failed.screening": 28},
        "few": {"applications": 3, "passed.screening": 1, "failed.screening": 1},
    }
    rows = [
        KpiCell(0, COMPANY, "channel", channel, DAY, "cohort", measure, 0, count, 1)
        for channel, counts in measures.items()
        for measure, count in counts.items()
    ]
    rows.append(KpiCell(0, COMPANY, "total", "all", DAY, "decision", "applications", 0, 43, 1))
    Writer(client).write(rows, COMPANY)
    Writer(client).write([CellFlush(0, 0, AS_OF, 1)], f"{COMPANY}-flush")


@pytest.fixture
async def page(client: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The page of one company, backed by a real ClickHouse."""
    write_cells(client)
    (acme,) = tenancy().tenants
    configured = Tenancy(tenants=(acme.model_copy(update={"id": COMPANY}),))
    app = create_app(BoardAccess(lambda: configured), lambda: client)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as http:
        yield http


def lines(response: httpx.Response) -> list[dict[str, str]]:
    """Return the lines of a CSV file by title; no title may occur twice."""
    text = response.content.decode("utf-8")
    assert text.startswith(BYTE_ORDER_MARK)
    header, *rows = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)))
    assert len(set(header)) == len(header), header
    return [dict(zip(header, row, strict=True)) for row in rows]


async def test_a_panel_is_saved_with_the_numbers_of_the_page(page: httpx.AsyncClient) -> None:
    """The exact rows of the page, each number with unit, n and interval, and each line with days, basis and as-of."""
    params = WINDOW | {"lang": "en"}
    shown = (await page.get("/api/data/channels/channels", params=params)).json()["rows"]
    response = await page.get("/api/csv/channels/channels", params=params)
    rows = {line["Channel"]: line for line in lines(response)}
    formula = rows[f"'{FORMULA}"]

    assert [row[0] for row in shown] == [FORMULA, "few"] and len(rows) == 2
    assert float(formula["Screening pass rate"]) == 12 / 40
    assert formula["Screening pass rate: unit"] == "ratio"
    assert formula["Screening pass rate: n"] == "40"
    low, high = (
        float(formula[f"Screening pass rate: {end} end of the 90% interval"])
        for end in ("low", "high")
    )
    assert 0.15 < low < 0.3 < high < 0.45
    assert rows["few"]["Screening pass rate"] == "too few cases"
    assert (formula["From"], formula["To"]) == ("2026-04-01", "2026-04-30")
    assert formula["Scope"] == "Whole company"
    assert formula["Basis"] == "day of application"
    assert formula["As of"] == "2026-04-30T09:00:07+09:00"
    assert "screen_pass_rate" in formula["Definitions"].split()
    assert f'filename="{COMPANY}-channels-channels-' in response.headers["content-disposition"]


async def test_a_saved_panel_is_in_the_language_of_its_reader(page: httpx.AsyncClient) -> None:
    """Titles, names and units are Japanese by default for a Japanese company, and the numbers are the same."""
    address = "/api/csv/summary/headline"
    english = lines(await page.get(address, params=WINDOW | {"lang": "en"}))
    japanese = lines(await page.get(address, params=WINDOW))

    assert english[0]["KPI"] == "Applications" and japanese[0]["KPI"] == "応募数"
    assert english[0]["Value"] == japanese[0]["値"] == "43"
    assert japanese[0]["値: 単位"] == "件数"
    assert english[0]["Compared with the days to"] == "2026-03-31"


async def test_an_export_that_cannot_be_made_says_why(page: httpx.AsyncClient) -> None:
    """An unknown panel is 404, an unknown language or company 400 with what to write instead."""
    unknown = await page.get("/api/csv/summary/none", params=WINDOW)
    language = await page.get("/api/csv/summary/plan", params=WINDOW | {"lang": "fr"})
    company = await page.get("/api/csv/summary/plan", params=WINDOW | {"tenant": "exp"})

    assert (unknown.status_code, language.status_code, company.status_code) == (404, 400, 400)
    assert "ja, en" in language.json()["error"]
