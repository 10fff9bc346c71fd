"""Periods are whole months of the calendar, and their days are over one by one."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.planning.periods import Period, named

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
    """Months and quarters are those of the calendar, years those of the company."""
    assert Period(first, last) == named(text, starts)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-Q0", "2026-Q5", "2026", "FY26", "1969-12", "2149-01", ""]
)
def test_other_forms_are_refused(text: str) -> None:
    """With the forms that there are."""
    with pytest.raises(ValueError, match="2026-04, a quarter 2026-Q2 or a fiscal year FY2026"):
        named(text)


@given(YEARS, st.integers(1, 12))
def test_a_fiscal_year_is_its_twelve_months(year: int, starts: int) -> None:
    """Without a hole and without a day that is counted twice."""
    whole = named(f"FY{year}", starts)
    months = [(year + (starts + at - 1) // 12, (starts + at - 1) % 12 + 1) for at in range(12)]
    parts = [named(f"{y}-{m:02}") for y, m in months if y <= 2148]

    assert whole.first == parts[0].first
    assert len(parts) < 12 or whole.last == parts[-1].last
    assert all(a.last + DAY == b.first for a, b in pairwise(parts))


@given(YEARS)
def test_quarters_are_the_calendar_year(year: int) -> None:
    """Four of them, of 90 to 92 days."""
    quarters = [named(f"{year}-Q{n}") for n in range(1, 5)]

    assert sum(each.length for each in quarters) == named(f"FY{year}", 1).length
    assert all(90 <= each.length <= 92 for each in quarters)


@given(DATES, st.integers(0, 400), DATES)
def test_the_days_gone_grow_from_none_to_all(first: date, more: int, as_of: date) -> None:
    """One day at a time; nothing is gone before the first day, everything on the last."""
    days = Period(first, first + more * DAY)
    gone, next_day = days.gone(as_of), days.gone(as_of + DAY)

    assert 0 <= gone <= next_day <= 1
    assert (gone == 0) == (as_of < first)
    assert (gone == 1) == (as_of >= days.last)
    assert next_day - gone <= 1 / days.length + 1e-9


@given(DATES, st.integers(0, 40), DATES, st.integers(0, 40))
def test_overlapping_means_sharing_a_day(a: date, more: int, b: date, longer: int) -> None:
    """As counted day by day, and the same both ways."""
    one, other = Period(a, a + more * DAY), Period(b, b + longer * DAY)
    shared = {a + n * DAY for n in range(more + 1)} & {b + n * DAY for n in range(longer + 1)}

    assert bool(shared) == one.overlaps(other) == other.overlaps(one)


@given(DATES, st.integers(0, 40), DATES, st.integers(0, 40))
def test_crossing_means_that_neither_is_a_part_of_the_other(
    a: date, more: int, b: date, longer: int
) -> None:
    """As counted day by day, and the same both ways."""
    one, other = Period(a, a + more * DAY), Period(b, b + longer * DAY)
    ours = {a + n * DAY for n in range(more + 1)}
    theirs = {b + n * DAY for n in range(longer + 1)}
    crossing = ours == theirs or bool(ours & theirs and ours - theirs and theirs - ours)

    assert crossing == one.crosses(other) == other.crosses(one)
