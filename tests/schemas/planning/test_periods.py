"""Tests of planning periods."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.planning.periods import Period, parse_period

DAY = timedelta(1)
YEARS = st.integers(1970, 2148)
DATES = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "starts", "first", "last"),
    [
        ("2026-04", 4, date(2026, 4, 1), date(2026, 4, 30)),
        ("2024-02", 4, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", 4, date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q2", 1, date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-Q4", 4, date(2026, 10, 1), date(2026, 12, 31)),
        ("FY2026", 4, date(2026, 4, 1), date(2027, 3, 31)),
        ("FY2026", 1, date(2026, 1, 1), date(2026, 12, 31)),
        ("FY2026", 12, date(2026, 12, 1), date(2027, 11, 30)),
    ],
)
def test_periods_by_hand(text: str, starts: int, first: date, last: date) -> None:
    """Months and quarters follow the calendar, fiscal years the company."""
    assert Period(first, last) == parse_period(text, starts)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-Q0", "2026-Q5", "2026", "FY26", "1969-12", "2149-01", ""]
)
def test_other_forms_are_refused(text: str) -> None:
    """An invalid period is rejected with the valid forms."""
    with pytest.raises(ValueError, match="2026-04, a quarter 2026-Q2 or a fiscal year FY2026"):
        parse_period(text)


@given(YEARS, st.integers(1, 12))
def test_a_fiscal_year_is_its_twelve_months(year: int, starts: int) -> None:
    """A fiscal year consists of its twelve months without gap or overlap."""
    whole = parse_period(f"FY{year}", starts)
    months = [(year + (starts + at - 1) // 12, (starts + at - 1) % 12 + 1) for at in range(12)]
    parts = [parse_period(f"{y}-{m:02}") for y, m in months if y <= 2148]

    assert whole.first == parts[0].first
    assert len(parts) < 12 or whole.last == parts[-1].last
    assert all(a.last + DAY == b.first for a, b in pairwise(parts))


@given(YEARS)
def test_quarters_are_the_calendar_year(year: int) -> None:
    """The four quarters, of 90 to 92 days each, add up to the calendar year."""
    quarters = [parse_period(f"{year}-Q{n}") for n in range(1, 5)]

    assert sum(quarter.length for quarter in quarters) == parse_period(f"FY{year}", 1).length
    assert all(90 <= quarter.length <= 92 for quarter in quarters)


@given(DATES, st.integers(0, 400), DATES)
def test_the_elapsed_share_grows_from_none_to_all(first: date, more: int, as_of: date) -> None:
    """The elapsed share grows day by day, from 0 before the first day to 1 on the last day."""
    days = Period(first, first + more * DAY)
    elapsed, next_day = days.elapsed(as_of), days.elapsed(as_of + DAY)

    assert 0 <= elapsed <= next_day <= 1
    assert (elapsed == 0) == (as_of < first)
    assert (elapsed == 1) == (as_of >= days.last)
    assert next_day - elapsed <= 1 / days.length + 1e-9


@given(DATES, st.integers(0, 40), DATES, st.integers(0, 40))
def test_overlapping_means_sharing_a_day(a: date, more: int, b: date, longer: int) -> None:
    """Two periods overlap if they share a day, in either order."""
    first, second = Period(a, a + more * DAY), Period(b, b + longer * DAY)
    shared = {a + n * DAY for n in range(more + 1)} & {b + n * DAY for n in range(longer + 1)}

    assert bool(shared) == first.overlaps(second) == second.overlaps(first)


@given(DATES, st.integers(0, 40), DATES, st.integers(0, 40))
def test_crossing_means_that_neither_is_a_part_of_the_other(
    a: date, more: int, b: date, longer: int
) -> None:
    """Two periods cross if they are equal or overlap without one containing the other, in either order."""
    first, second = Period(a, a + more * DAY), Period(b, b + longer * DAY)
    ours = {a + n * DAY for n in range(more + 1)}
    theirs = {b + n * DAY for n in range(longer + 1)}
    crossing = ours == theirs or bool(ours & theirs and ours - theirs and theirs - ours)

    assert crossing == first.crosses(second) == second.crosses(first)
