"""KPIs of durations: the cells of an entry day, as the triangle that in-flight cases are judged by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.cells import Tally
from schemas.kpis.definition import Kpi, Measured
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.survival import kaplan_meier
from schemas.statistics.triangle import Triangle


@dataclass
class Days:
    """By local day: what was counted on it (`decided`), and the durations that began on it (`begun`)."""

    decided: dict[int, Tally] = field(default_factory=dict)
    begun: dict[int, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class DurationWindow:
    """A value with what it rests on: `n` who entered, `in_flight` without an end, and the bounds that they leave open.

    Of a retention or a waiting time `low` and `high` are None or its 95 % interval; of an incidence they are what it would be
    if none or all of those in flight got there.
    """

    value: float | None
    n: int
    in_flight: int = 0
    low: float | None = None
    high: float | None = None


def triangle(days: Days, of: str, entered: str) -> Triangle:
    """Who entered on which day, and who left by which outcome at which age in days."""
    resolved: dict[tuple[int, str, int], int] = {}
    prefix = f"days.{of}."
    for day, tally in days.begun.items():
        for measure, n in tally.items():
            if measure.startswith(prefix) and n:
                outcome, _, age = measure.removeprefix(prefix).partition(".")
                resolved[day, outcome, int(age)] = n
    began = {day: n for day, tally in days.decided.items() if (n := tally.get(entered, 0))}
    return Triangle(began, resolved)


def judge(kpi: Kpi, days: Days, as_of: int) -> DurationWindow:
    """The KPI of durations as known on local day `as_of`; no value where nobody entered or nobody was followed that far."""
    cases = triangle(days, kpi.of, kpi.entered)
    if kpi.kind == "incidence":
        found = aalen_johansen(cases, as_of, kpi.limit)
        if found is None:
            return DurationWindow(None, 0)
        told = found.of(kpi.outcome)
        low, high = told.naive_lower, told.naive_upper
        return DurationWindow(told.value, found.n, found.in_flight, low, high)
    curve = kaplan_meier(cases, as_of)
    if curve is None:
        return DurationWindow(None, 0)
    if kpi.kind == "waiting":
        return DurationWindow(curve.median, curve.n, curve.in_flight)
    left = curve.at(kpi.limit)
    if left is None:
        return DurationWindow(None, curve.n, curve.in_flight)
    return DurationWindow(left.value, curve.n, curve.in_flight, left.low, left.high)


def measured(judged: DurationWindow) -> Measured:
    """The value alone, with the sample it rests on."""
    return Measured(judged.value, judged.n)


def summed(tallies: Iterable[Mapping[str, int]]) -> Tally:
    """Days together."""
    total: Tally = {}
    for tally in tallies:
        for measure, n in tally.items():
            total[measure] = total.get(measure, 0) + n
    return total
