"""Numbers, money and instants are written as readers of each language expect."""

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import Unit
from schemas.text.languages import LANGUAGES
from schemas.text.units import (
    NUMBER_UNITS,
    apply_formats,
    format_amount,
    format_difference,
    format_instant,
    format_number,
    format_probability,
    format_value,
    short_money_formats,
)


@pytest.mark.parametrize(
    ("value", "unit", "ja", "en"),
    [
        *((1234567, "count", "1,234,567", "1,234,567"), (2.55, "count", "2.6", "2.6")),
        *((0.3, "ratio", "30.0%", "30.0%"), (0.0625, "ratio", "6.3%", "6.3%")),
        *((0.354, "share", "35%", "35%"), (0.005, "share", "1%", "1%")),
        *((12, "days", "12日", "12 d"), (1234.56, "days", "1,234.6日", "1,234.6 d")),
        *((3.5, "hours", "3.5時間", "3.5 h"), (3.42, "score", "3.4", "3.4")),
        *((-0.04, "count", "0", "0"), (-1.25, "days", "-1.3日", "-1.3 d")),
        (None, "ratio", "–", "–"),
    ],
)
def test_a_number_is_written_in_its_unit(value: float | None, unit: str, ja: str, en: str) -> None:
    """Digits are grouped in threes, halves round away from zero, and the unit follows in the language."""
    assert [format_number(value, unit, language) for language in LANGUAGES] == [ja, en]


def test_more_decimals_tell_close_numbers_apart() -> None:
    """A rate shows exactly the requested decimals, other numbers at most so many."""
    assert format_number(0.4, "ratio", "en", 2) == "40.00%"
    assert format_number(12.5, "days", "en", 2) == "12.5 d"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        *((1234567, "JPY", "¥1,234,567"), (123450, "USD", "1,234.50 USD")),
        *((1234, "KWD", "1.234 KWD"), (1234, "KRW", "1,234 KRW"), (-500, "JPY", "-¥500")),
        (2**53 + 1, "JPY", "¥9,007,199,254,740,993"),
    ],
)
def test_an_amount_has_all_decimals_of_its_currency(minor: int, currency: str, text: str) -> None:
    """Yen have no decimals, dollars two, dinars three; the sign precedes the symbol."""
    assert {format_amount(minor, currency, language) for language in LANGUAGES} == {text}


@pytest.mark.parametrize(
    ("value", "currency", "ja", "en"),
    [
        (123_456_789, "JPY", "¥1.23億", "¥123,456,789"),
        (45_000_000, "JPY", "¥4,500万", "¥45,000,000"),
        (999_999, "JPY", "¥999,999", "¥999,999"),
        (-1_500_000, "JPY", "-¥150万", "-¥1,500,000"),
        (1234.5, "USD", "1,235 USD", "1,235 USD"),
        (12.3, "USD", "12.30 USD", "12.30 USD"),
    ],
)
def test_a_large_amount_is_abbreviated(value: float, currency: str, ja: str, en: str) -> None:
    """Japanese readers count yen in myriads; from a thousand on, amounts have no decimals."""
    texts = [
        apply_formats(value, short_money_formats(currency, language), language)
        for language in LANGUAGES
    ]

    assert texts == [ja, en]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((0.032, "ratio", "+3.2 pt"), (-0.032, "ratio", "−3.2 pt"), (0, "count", "+0")),
        *((-2.5, "days", "−2.5 d"), (1500, "money", "+¥1,500"), (None, "money", "–")),
    ],
)
def test_a_difference_has_a_sign(value: float | None, unit: str, text: str) -> None:
    """Rates differ by percentage points, other numbers in their own unit."""
    assert format_difference(value, unit, "en", "JPY") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((0.9734, "ratio", "97.3%"), (0.99951, "ratio", ">99.9%"), (0.0002, "ratio", "<0.1%")),
        *((0.004, "share", "<1%"), (0.996, "share", ">99%"), (0.83, "share", "83%")),
        *((1, "share", "100%"), (0, "share", "0%")),
    ],
)
def test_a_probability_looks_certain_only_if_it_is(value: float, unit: str, text: str) -> None:
    """A probability close to 0 or 1 is written with the bound that it exceeds."""
    assert format_probability(value, unit, "en") == text


def test_an_instant_is_written_in_the_time_zone_of_the_company() -> None:
    """An instant has a full date and minutes, and sorts as text."""
    moment = datetime(2026, 4, 1, 15, 5, 59, tzinfo=UTC)

    assert format_instant(moment, ZoneInfo("Asia/Tokyo")) == "2026-04-02 00:05"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_of_a_kpi_has_a_formatter(language: str) -> None:
    """Every unit of the catalogue can be written in both languages, and an unknown one is an error."""
    units = {kpi.unit for kpi in KPIS} | {*get_args(Unit)}

    assert {*units} - {"money"} <= {*NUMBER_UNITS}
    assert all(format_value(0.5, unit, language, "JPY") for unit in units)
    with pytest.raises(KeyError, match="parsec"):
        format_number(1, "parsec", language)
