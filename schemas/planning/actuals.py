"""予実: what a target planned beside what it has come to."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.kpis.durations import DurationWindow
from schemas.planning.periods import Period
from schemas.planning.targets import Target

State = Literal["ahead", "on", "behind", "unknown"]
NEAR = 0.05  # share of the plan to date that counts as on plan while the period runs; a count is also given one case


@dataclass(frozen=True, kw_only=True)
class Compared:
    """All in the target's unit. `gap` is actual − plan to date, whichever is good; `achieved` is actual ÷ whole plan.

    Only counts and sums are planned by day: of a rate or a duration the plan to date is the plan. `state` is unknown before
    the period, without a value, and for a rate or duration of too few cases; once the period is over it is measured without
    tolerance, so that `behind` means missed.
    """

    actual: float | None
    n: int
    plan: float
    plan_to_date: float
    gap: float | None
    achieved: float | None
    state: State


def actual_vs_plan(target: Target, days: Period, actual: DurationWindow, as_of: date) -> Compared:
    """Compare the value of the target's days up to `as_of` with the plan for them."""
    gone = days.gone(as_of)
    kpi, plan, value = target.definition, target.plan, actual.value
    to_date = plan * gone if kpi.kind == "count" else plan
    if gone == 0:
        value = None
    thin = kpi.kind != "count" and actual.n < kpi.minimum_n
    return Compared(
        actual=value,
        n=actual.n,
        plan=plan,
        plan_to_date=to_date,
        gap=None if value is None else value - to_date,
        achieved=value / plan if value is not None and plan else None,
        state="unknown" if value is None or thin else _state(target, value, to_date, gone),
    )


def _state(target: Target, value: float, to_date: float, gone: float) -> State:
    better = value - to_date if target.direction == "at_least" else to_date - value
    near = 0.0
    if gone < 1:
        near = max(NEAR * to_date, 1.0 if target.definition.unit == "count" else 0.0)
    if abs(better) < near or math.isclose(value, to_date, rel_tol=1e-9):
        return "on"
    return "ahead" if better > 0 else "behind"
