"""The page writes numbers exactly as commands and alerts do: the same formats, through `Intl` and through Babel."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

import streams.boards
from schemas.text.languages import LANGUAGES
from schemas.text.units import (
    NUMBER_UNITS,
    apply_formats,
    format_instant,
    format_number,
    short_money_formats,
)
from streams.boards.formats import INSTANT, page_formats
from tests.e2e.browser import chromium, needs_chromium

pytestmark = needs_chromium
SCRIPT = Path(streams.boards.__file__).parent / "static" / "format.js"
VALUES = (
    *(0, 1, -1, 12, 999, 1000, 1234567, -1234567, 9007199254740991, 0.05, 0.25, 0.35, 2.5, 3.5),
    *(0.0625, 0.145, 0.285, 0.999, 0.9995, 0.00049, -0.0004, -0.04, -0.05, 1.005, 2.675, 1e-7),
    *(99.95, 999.5, 999.995, 1234.5, 99_999, 999_999, 1e6, 1_234_567.8, 99_999_999, 1e8),
    *(123_456_789, -150_000_000.5, 1e12, 1 / 3, 2 / 3, 41 / 97, 17 / 24),
)
CURRENCIES = ("JPY", "USD", "KWD", "KRW", "CLF")
# The module is imported from its text, since this page has no server.
WRITE = """async ([script, tenant, language, unit, values]) => {
  const { formatNumber } = await import(`data:text/javascript;base64,${script}`);
  return values.map((value) => formatNumber(value, unit, tenant, language));
}"""
WRITE_INSTANT = """async ([script, tenant, text, format]) => {
  const { formatInstant } = await import(`data:text/javascript;base64,${script}`);
  return formatInstant(text, tenant, format);
}"""


@pytest.fixture(scope="module")
def blank_page() -> Iterator[Page]:
    """An empty page in a real browser."""
    with chromium() as browser:
        yield browser.new_page()


def script() -> str:
    """Return the module in base64."""
    return b64encode(SCRIPT.read_bytes()).decode()


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_writes_numbers_like_the_commands(
    blank_page: Page, language: str, currency: str
) -> None:
    """Every unit gives the same text in the browser and in Python, also for halves, tiny and negative numbers."""
    formats = page_formats(language, currency)
    tenant = {"formats": {language: json.loads(json.dumps(formats))}}
    expected = {
        unit: [format_number(value, unit, language) for value in VALUES] for unit in NUMBER_UNITS
    }
    money = short_money_formats(currency, language)
    expected["money"] = [apply_formats(value, money, language) for value in VALUES]
    written = {
        unit: blank_page.evaluate(WRITE, [script(), tenant, language, unit, VALUES])
        for unit in formats
    }

    assert written == expected


def test_the_page_writes_instants_like_the_commands(blank_page: Page) -> None:
    """An instant in UTC has the same text in the browser and in Python, in the time zone of the company."""
    moment = datetime(2026, 4, 1, 15, 5, 59, tzinfo=UTC)
    written = blank_page.evaluate(
        WRITE_INSTANT,
        [script(), {"timezone": "Asia/Tokyo"}, "2026-04-01T15:05:59", INSTANT],
    )

    assert written == format_instant(moment, ZoneInfo("Asia/Tokyo"))
