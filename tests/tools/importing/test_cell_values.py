"""Dates and money are parsed as Japanese tables write them; ambiguous values are refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from streams.tools.importing import cell_values, dates

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
        *("04/01/2026", "1.4.26", "2026-13-01", "2026-02-30", "令和8年4月1日", "46113"),
        *("2026-04/01", "2026-04-01 25:00", "2026-04-01Z", "tomorrow", "2026-04"),
    ],
)
def test_an_ambiguous_date_is_refused(text: str) -> None:
    """An ambiguous date such as 04/01 is refused, not guessed."""
    with pytest.raises(Malformed) as why:
        dates.parse_instant(text, TOKYO)
    assert why.value.reason == "not_a_date"


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
