"""Dates and money are parsed as Japanese tables write them; ambiguous values are refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from streams.tools.importing import cell_values, dates
from streams.tools.importing.date_parts import DateForm

TOKYO = ZoneInfo("Asia/Tokyo")
MIDNIGHT = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01",
        "2026/04/01",
        "2026/4/1",
        "2026.4.1",
        "2026年4月1日",
        "2026年04月01日(水)",
        "\uff12\uff10\uff12\uff16\uff0f\uff14\uff0f\uff11",
    ],
)
def test_a_day_begins_at_midnight_in_the_zone_of_the_map(text: str) -> None:
    """April 1st in Tokyo is the same day in every notation."""
    assert dates.parse_instant(text, TOKYO) == dates.TableInstant(
        at=MIDNIGHT, is_date_only=True, day=MORNING.astimezone(TOKYO).date()
    )


@pytest.mark.parametrize(
    "text",
    [
        *("2026-04-01 10:30", "2026/4/1 10:30:00", "2026年4月1日 10時30分", "2026-04-01T10:30"),
        *("2026-04-01T01:30:00Z", "2026-04-01 01:30:00 UTC", "2026-04-01T10:30:00.000+09:00"),
        *("2026-03-31T20:30:00-0500", "2026/04/01 10:30"),
    ],
)
def test_a_time_of_day_is_kept_and_its_own_zone_wins(text: str) -> None:
    """10:30 in Tokyo is the same instant in every notation."""
    instant = dates.parse_instant(text, TOKYO)

    assert (instant.at, instant.is_date_only) == (MORNING, False)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-13-01", "2026-02-30", "2026-04-01 12:60", "4月1日", "午後13時", "2026/4/1 9時75分"),
        *("2026-04/01", "2026-04-01 25:00", "2026-04-01Z", "tomorrow", "2026-04"),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """What is no day, or no time of day, is refused and not repaired."""
    with pytest.raises(Malformed) as why:
        dates.parse_instant(text, TOKYO)
    assert why.value.reason == "not_a_date"


@pytest.mark.parametrize("text", ["04/01/2026", "1.4.26", "1/4/26", "12-11-2026"])
def test_an_ambiguous_date_is_refused(text: str) -> None:
    """A day that can be read in more than one way is refused, not guessed; the order of the column decides."""
    with pytest.raises(Malformed) as why:
        dates.parse_instant(text, TOKYO)

    assert why.value.reason == "ambiguous_date"
    assert dates.parse_instant(text, TOKYO, DateForm.DAY_FIRST).day.year == 2026
    assert dates.parse_instant(text, TOKYO, DateForm.MONTH_FIRST).day.year == 2026


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("令和8年4月1日", DateForm.ONE_READING, "2026-04-01"),
        ("令和元年5月1日", DateForm.ONE_READING, "2019-05-01"),
        ("R8/4/1", DateForm.ONE_READING, "2026-04-01"),
        ("H31.4.30", DateForm.ONE_READING, "2019-04-30"),
        ("20260401", DateForm.ONE_READING, "2026-04-01"),
        ("13/4/2026", DateForm.ONE_READING, "2026-04-13"),
        ("4/13/2026", DateForm.ONE_READING, "2026-04-13"),
        ("01.04.2026", DateForm.ONE_READING, "2026-04-01"),
        ("1 April 2026", DateForm.ONE_READING, "2026-04-01"),
        ("April 1st, 2026", DateForm.ONE_READING, "2026-04-01"),
        ("Wed, 1 Apr 2026", DateForm.ONE_READING, "2026-04-01"),
        ("01-Apr-26", DateForm.ONE_READING, "2026-04-01"),
        ("2026年4月1日(水曜日)", DateForm.ONE_READING, "2026-04-01"),
        ("26/4/1", DateForm.YEAR_FIRST, "2026-04-01"),
        ("46113", DateForm.EXCEL, "2026-04-01"),
        ("44651", DateForm.EXCEL_1904, "2026-04-01"),
    ],
)
def test_a_day_is_read_in_its_own_form(text: str, form: DateForm, day: str) -> None:
    """Eras, weekdays, months in words, serial numbers and the order of the column are read."""
    assert dates.parse_instant(text, TOKYO, form).day.isoformat() == day


@pytest.mark.parametrize(
    ("text", "time", "hour"),
    [
        ("2026/4/1", "午後11時", "23:00"),
        ("2026/4/1", "9:5", "09:05"),
        ("2026/4/1", "0.375", "09:00"),
        ("2026/4/1", "12:30 AM", "00:30"),
        ("2026/4/1", "午後3時半", "15:30"),
        ("2026年4月1日 午前9時5分", "", "09:05"),
        ("2026-04-01 09:00 JST", "", "09:00"),
    ],
)
def test_a_time_of_day_is_read_from_its_own_column(text: str, time: str, hour: str) -> None:
    """The time may be in another column, in hours of half a day, or in words."""
    instant = dates.parse_instant(text, TOKYO, DateForm.ONE_READING, time)

    assert f"{instant.at.astimezone(TOKYO):%H:%M}" == hour


@given(st.datetimes(datetime(1991, 1, 1), datetime(2098, 1, 1)))  # noqa: DTZ001 - as in a table
def test_every_iso_timestamp_is_parsed(moment: datetime) -> None:
    """Every ISO timestamp is parsed to the same instant."""
    at = moment.replace(tzinfo=TOKYO)

    assert dates.parse_instant(at.isoformat(), ZoneInfo("UTC")).at == at.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected", "money"),
    [
        ("¥1,200,000", None, (1_200_000, "JPY")),
        ("\uffe5\uff11,200,000", None, (1_200_000, "JPY")),
        ("\\1,200,000", "JPY", (1_200_000, "JPY")),
        ("1,200,000円", None, (1_200_000, "JPY")),
        ("120万円", None, (1_200_000, "JPY")),
        ("120.5万", None, (1_205_000, "JPY")),
        ("1200000", None, (1_200_000, "JPY")),
        ("1200.5", "USD", (120_050, "USD")),
        ("$1,200", None, (120_000, "USD")),
        ("1.234", "KWD", (1_234, "KWD")),
        ("-500", None, (-500, "JPY")),
    ],
)
def test_money_becomes_minor_units(text: str, expected: str | None, money: object) -> None:
    """The yen has no minor unit; the dollar has 100."""
    assert cell_values.parse_money(text, expected) == money


@pytest.mark.parametrize(
    ("text", "unit", "tax", "amount"),
    [
        ("600万円", "", 0, 6_000_000),
        ("550", "万円", 0, 5_500_000),
        ("5,500,000円", "万円", 0, 5_500_000),
        ("1.2億", "", 0, 120_000_000),
        ("110,000円(税込)", "", 10, 100_000),
        ("300", "千円", 10, 272_727),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_column(
    text: str, unit: str, tax: int, amount: int
) -> None:
    """万円 and 千円 may stand in the cell or in the map, and tax that is included is taken out."""
    assert cell_values.parse_money(text, None, unit, tax) == (amount, "JPY")


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("1.200.000", None, "not_money"),
        ("1,20", None, "not_money"),
        ("100.5", "JPY", "not_money"),
        ("about 100", None, "not_money"),
        ("¥100", "USD", "other_currency"),
    ],
)
def test_an_ambiguous_amount_is_refused(text: str, expected: str | None, reason: str) -> None:
    """A point is not a thousands separator, and yen are not dollars."""
    with pytest.raises(Malformed) as why:
        cell_values.parse_money(text, expected)
    assert why.value.reason == reason
