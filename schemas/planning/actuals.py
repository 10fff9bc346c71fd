"""予実: comparison of a target's plan with its actual value."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.kpis.durations import DurationWindow
from schemas.planning.periods import Period
from schemas.planning.targets import Target

State = Literal["ahead", "on", "behind", "unknown"]
TOLERANCE = 0.05  # share of the plan to date that still counts as on plan while the period runs; at least one case for counts


@dataclass(frozen=True, kw_only=True)
class PlanComparison:
    """Plan and actual, all in the target's unit.

    `gap` is actual − plan to date, whichever direction is better; `achieved` is actual ÷ whole plan. Only counts and sums are
    prorated by day: for a rate or a duration the plan to date is the plan. `state` is unknown before the period, without a
    value, and for a rate or duration with too few cases. After the period there is no tolerance, so `behind` means missed.
    """

    actual: float | None
    n: int
    plan: float
    plan_to_date: float
    gap: float | None
    achieved: float | None
    state: State


def actual_vs_plan(
    target: Target, days: Period, actual: DurationWindow, as_of: date
) -> PlanComparison:
    """Compare the actual value of the target's days up to `as_of` with the plan for those days."""
    elapsed = days.elapsed(as_of)
    kpi, plan, value = target.definition, target.plan, actual.value
    to_date = plan * elapsed if kpi.kind == "count" else plan
    if elapsed == 0:
        value = None
    thin = kpi.kind != "count" and actual.n < kpi.minimum_n
    return PlanComparison(
        actual=value,
        n=actual.n,
        plan=plan,
        plan_to_date=to_date,
        gap=None if value is None else value - to_date,
        achieved=value / plan if value is not None and plan else None,
        state="unknown" if value is None or thin else _state(target, value, to_date, elapsed),
    )


def _state(target: Target, value: float, to_date: float, elapsed: float) -> State:
    margin = value - to_date if target.direction == "at_least" else to_date - value
    tolerance = 0.0
    if elapsed < 1:
        tolerance = max(TOLERANCE * to_date, 1.0 if target.definition.unit == "count" else 0.0)
    if abs(margin) < tolerance or math.isclose(value, to_date, rel_tol=1e-9):
        return "on"
    return "ahead" if margin > 0 else "behind"
