"""Periods as people plan in them: `2026-04`, `2026-Q2` or `FY2026`, as local days."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from schemas.instants import EPOCH_DAY

APRIL = 4  # 年度, and the fiscal year of most Japanese companies
YEARS = range(1970, 2149)  # what the tables can hold
FORMS = (
    (re.compile(r"(\d{4})-(\d{2})"), 1),
    (re.compile(r"(\d{4})-Q(\d)"), 3),
    (re.compile(r"FY(\d{4})"), 12),
)


class Period(NamedTuple):
    """Local days, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last

    def crosses(self, other: "Period") -> bool:
        """Whether they are the same, or share some days and neither is a part of the other."""
        shared = Period(max(self.first, other.first), min(self.last, other.last))
        return self == other or (self.overlaps(other) and shared not in (self, other))

    def gone(self, as_of: date) -> float:
        """The share of its days that are over at the end of `as_of`: 0 before it, 1 from its last day on."""
        return min(max((as_of - self.first).days + 1, 0), self.length) / self.length


def named(text: str, fiscal_year_starts: int = APRIL) -> Period:
    """The month, calendar quarter or fiscal year of that name; raise ValueError with the forms there are.

    A fiscal year has the number of the calendar year in which it starts (年度): with April, FY2026 ends on 2027-03-31.
    """
    for form, months in FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        year, *rest = (int(part) for part in found.groups())
        month = fiscal_year_starts if months == 12 else (rest[0] - 1) * months + 1
        if 1 <= month <= 12 and year in YEARS:
            return Period(date(year, month, 1), _month(year, month + months) - timedelta(1))
    msg = (
        f"no such period {text!r}; write a month 2026-04, a quarter 2026-Q2 or a fiscal year FY2026"
    )
    raise ValueError(msg)


def _month(year: int, month: int) -> date:
    """The first day of a month that is counted on beyond December."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def day_of(number: int) -> date:
    """The local day that `schemas.funnel.history.day_number` numbers."""
    return date.fromordinal(number + EPOCH_DAY)
