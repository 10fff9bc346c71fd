"""The triangle of censored cohorts: integer counts by entry day, outcome and age.

Counts are additive, so two triangles of one key merge by addition and a replay gives the same table. As of a day, an
unresolved case is *in flight*: censored at the age it has that day (reference: basis C, cohort).
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
    """One age: cases `at_risk` just before it, then its events, then the censorings at the same age."""

    age: int
    at_risk: int
    events: Mapping[str, int]
    censored: int


@dataclass(frozen=True, kw_only=True)
class LifeTable:
    """Rows by ascending age of `n` cases; `in_flight` of them are open, `corrected` had impossible data."""

    rows: tuple[LifeTableRow, ...]
    n: int
    in_flight: int
    corrected: int


def life_table(triangle: Triangle, as_of: int) -> LifeTable:
    """Build the life table as known at the end of local day `as_of`.

    Obligation: never raises on data, never loses a case, and counts each corrected case in `corrected`: a negative age
    becomes 0; if more cases resolved than entered on a day, that many entered; a negative count becomes 0.
    Not corrections: a case that entered after `as_of` is left out, one that resolved after it is in flight.
    """
    events: Counter[tuple[int, str]] = Counter()
    resolved: Counter[int] = Counter()
    done: Counter[int] = Counter()
    corrected = sum(-n for n in (*triangle.entered.values(), *triangle.resolved.values()) if n < 0)
    for (day, outcome, age), n in triangle.resolved.items():
        if day > as_of or n <= 0:
            continue
        resolved[day] += n
        if day + age <= as_of:
            events[max(age, 0), outcome] += n
            done[day] += n
            corrected += n if age < 0 else 0
    censored: Counter[int] = Counter()
    for day in {*triangle.entered, *resolved}:
        if day <= as_of:
            entered = max(triangle.entered.get(day, 0), 0)
            corrected += max(resolved[day] - entered, 0)
            censored[as_of - day] += max(entered, resolved[day]) - done[day]
    return _count_down(events, censored, corrected)


def _count_down(
    events: Mapping[tuple[int, str], int], censored: Mapping[int, int], corrected: int
) -> LifeTable:
    """Order by age and count down the cases at risk."""
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
    return LifeTable(rows=tuple(rows), n=total, in_flight=in_flight, corrected=corrected)
