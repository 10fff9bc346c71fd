"""Periods (`2026-W14`, `2026-04`, `2026-Q2`, `FY2026`) as ranges of local days."""

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Literal, NamedTuple

from schemas.instants import EPOCH_DAY

PeriodKind = Literal["week", "month", "quarter", "fiscal_year"]
APRIL = 4  # 年度, and the fiscal year of most Japanese companies
YEARS = range(1970, 2149)  # range of the ClickHouse date columns
WEEK = re.compile(r"(\d{4})-W(\d{2})")
PATTERNS = (
    (re.compile(r"(\d{4})-(\d{2})"), 1),
    (re.compile(r"(\d{4})-Q(\d)"), 3),
    (re.compile(r"FY(\d{4})"), 12),
)


class Period(NamedTuple):
    """A range of local days, both ends included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether the periods share a day."""
        return self.first <= other.last and other.first <= self.last

    def crosses(self, other: "Period") -> bool:
        """Whether the periods are equal, or overlap without one containing the other."""
        shared = Period(max(self.first, other.first), min(self.last, other.last))
        return self == other or (self.overlaps(other) and shared not in (self, other))

    def elapsed(self, as_of: date) -> float:
        """The share of days that have passed at the end of `as_of`: 0 before the period, 1 from its last day on."""
        return min(max((as_of - self.first).days + 1, 0), self.length) / self.length


def parse_period(text: str, fiscal_year_starts: int = APRIL) -> Period:
    """Parse an ISO week, month, calendar quarter or fiscal year; raise ValueError that lists the valid forms.

    A fiscal year is numbered by the calendar year in which it starts (年度): with April, FY2026 ends on 2027-03-31.
    """
    for pattern, months in PATTERNS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        year, *rest = (int(part) for part in match.groups())
        month = fiscal_year_starts if months == 12 else (rest[0] - 1) * months + 1
        if 1 <= month <= 12 and year in YEARS:
            return Period(date(year, month, 1), _month_start(year, month + months) - timedelta(1))
    if (match := WEEK.fullmatch(text)) is not None and int(match[1]) in YEARS:
        with suppress(ValueError):  # the year has no such week
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return Period(monday, monday + timedelta(6))
    msg = f"no such period {text!r}; write a week 2026-W14, a month 2026-04, a quarter 2026-Q2 or a fiscal year FY2026"
    raise ValueError(msg)


def period_before(kind: PeriodKind, day: date, fiscal_year_starts: int = APRIL) -> str:
    """Return the last period of this kind that ended before the day, as `parse_period` reads it."""
    if kind == "week":
        year, week, _ = (day - timedelta(days=day.isoweekday())).isocalendar()
        return f"{year}-W{week:02}"
    months = {"month": 1, "quarter": 3, "fiscal_year": 12}[kind]
    start = fiscal_year_starts if kind == "fiscal_year" else 1
    index = day.year * 12 + day.month - start  # months since the first period began
    year, month = divmod((index // months - 1) * months + start - 1, 12)
    if kind == "fiscal_year":
        return f"FY{year}"
    return f"{year}-{month + 1:02}" if kind == "month" else f"{year}-Q{month // 3 + 1}"


def _month_start(year: int, month: int) -> date:
    """Return the first day of the month; `month` may exceed 12 and rolls over into later years."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def local_date(number: int) -> date:
    """Return the date of a day number, the inverse of `schemas.instants.day_number`."""
    return date.fromordinal(number + EPOCH_DAY)
