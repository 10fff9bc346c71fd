"""The triangular integer table that cohorts with open ends are read from: entry day by outcome by age.

Integers add, so two triangles of one key merge by sums and a replay gives the same table. As of a day, what is not yet
resolved is *in flight*: censored at the age it has that day (reference: basis C, cohort).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Triangle:
    """`entered[day]` cases entered on that local day; `resolved[day, outcome, age]` of them ended at that age in days."""

    entered: Mapping[int, int]
    resolved: Mapping[tuple[int, str, int], int]


@dataclass(frozen=True)
class LifeTableRow:
    """One age: `at_risk` just before it, then the events of it, and after these the censorings at the same age."""

    age: int
    at_risk: int
    events: Mapping[str, int]
    censored: int


@dataclass(frozen=True, kw_only=True)
class LifeTable:
    """Ascending ages of `n` cases; `in_flight` of them are open, `mended` had data that could not be true."""

    rows: tuple[LifeTableRow, ...]
    n: int
    in_flight: int
    mended: int


def life_table(triangle: Triangle, as_of: int) -> LifeTable:
    """What was known at the end of local day `as_of`.

    Obligation: never raises on data, never loses a case, and counts in `mended` each case it had to correct:
    a negative age is 0; more resolved than entered on a day means that so many entered; a count below 0 is none.
    Not mistakes: who entered after `as_of` is not there yet, who resolved after it is in flight.
    """
    events: Counter[tuple[int, str]] = Counter()
    known: Counter[int] = Counter()
    done: Counter[int] = Counter()
    mended = sum(-n for n in (*triangle.entered.values(), *triangle.resolved.values()) if n < 0)
    for (day, outcome, age), n in triangle.resolved.items():
        if day > as_of or n <= 0:
            continue
        known[day] += n
        if day + age <= as_of:
            events[max(age, 0), outcome] += n
            done[day] += n
            mended += n if age < 0 else 0
    censored: Counter[int] = Counter()
    for day in {*triangle.entered, *known}:
        if day <= as_of:
            entered = max(triangle.entered.get(day, 0), 0)
            mended += max(known[day] - entered, 0)
            censored[as_of - day] += max(entered, known[day]) - done[day]
    return _table(events, censored, mended)


def _table(
    events: Mapping[tuple[int, str], int], censored: Mapping[int, int], mended: int
) -> LifeTable:
    """Order by age and count down who is at risk."""
    by_age: dict[int, dict[str, int]] = {age: {} for age, n in censored.items() if n}
    for (age, outcome), n in sorted(events.items()):
        by_age.setdefault(age, {})[outcome] = n
    in_flight = sum(censored.values())
    total = at_risk = sum(events.values()) + in_flight
    rows = []
    for age in sorted(by_age):
        row = LifeTableRow(age, at_risk, by_age[age], censored.get(age, 0))
        rows.append(row)
        at_risk -= sum(row.events.values()) + row.censored
    return LifeTable(rows=tuple(rows), n=total, in_flight=in_flight, mended=mended)
