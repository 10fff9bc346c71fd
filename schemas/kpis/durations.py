"""Duration KPIs: triangles of entry-day cells, and the estimates that include in-flight cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.cells import Tally
from schemas.kpis.definition import Kpi
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.survival import kaplan_meier
from schemas.statistics.triangle import Triangle

UNKNOWN_OUTCOME = "unknown"


@dataclass
class DailyTallies:
    """Tallies by local day: measures counted on that day (`decided`) and durations that started on it (`entered`)."""

    decided: dict[int, Tally] = field(default_factory=dict)
    entered: dict[int, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class DurationWindow:
    """A value with its sample: `n` cases entered, `in_flight` of them are unresolved.

    For retention and waiting times `low` and `high` are the 95 % interval or None. For an incidence they are the values if
    none or all of the in-flight cases reach the outcome.
    """

    value: float | None
    n: int
    in_flight: int = 0
    low: float | None = None
    high: float | None = None


def triangle(days: DailyTallies, of: str, entered: str) -> Triangle:
    """Build the triangle: cases entered by day, and resolved cases by entry day, outcome and age in days.

    A case whose outcome is unknown has no known age, so it is neither waiting nor resolved: it counts as never entered.
    """
    resolved: dict[tuple[int, str, int], int] = {}
    unknown: dict[int, int] = {}
    prefix = f"days.{of}."
    for day, tally in days.entered.items():
        for measure, n in tally.items():
            if not measure.startswith(prefix) or not n:
                continue
            outcome, _, age = measure.removeprefix(prefix).partition(".")
            if outcome == UNKNOWN_OUTCOME:
                unknown[day] = unknown.get(day, 0) + n
            else:
                resolved[day, outcome, int(age)] = n
    entries = {
        day: n
        for day, tally in days.decided.items()
        if (n := tally.get(entered, 0) - unknown.get(day, 0))
    }
    return Triangle(entries, resolved)


def evaluate_duration(kpi: Kpi, days: DailyTallies, as_of: int) -> DurationWindow:
    """Evaluate a duration KPI as known on local day `as_of`; no value if no case entered or was followed that long."""
    cases = triangle(days, kpi.of, kpi.entered)
    if kpi.kind == "incidence":
        incidence = aalen_johansen(cases, as_of, kpi.limit)
        if incidence is None:
            return DurationWindow(None, 0)
        estimate = incidence.estimate(kpi.outcome)
        low, high = estimate.naive_lower, estimate.naive_upper
        return DurationWindow(estimate.value, incidence.n, incidence.in_flight, low, high)
    curve = kaplan_meier(cases, as_of)
    if curve is None:
        return DurationWindow(None, 0)
    if kpi.kind == "waiting":
        return DurationWindow(curve.median, curve.n, curve.in_flight)
    survival = curve.at(kpi.limit)
    if survival is None:
        return DurationWindow(None, curve.n, curve.in_flight)
    return DurationWindow(survival.value, curve.n, curve.in_flight, survival.low, survival.high)


def sum_tallies(tallies: Iterable[Mapping[str, int]]) -> Tally:
    """Add tallies measure by measure."""
    total: Tally = {}
    for tally in tallies:
        for measure, n in tally.items():
            total[measure] = total.get(measure, 0) + n
    return total
