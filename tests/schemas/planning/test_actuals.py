"""Tests of 予実: the actual value compared with the plan for the elapsed days."""

from datetime import date
from typing import Any

import pytest

from schemas.kpis.durations import DurationWindow
from schemas.planning.actuals import PlanComparison, actual_vs_plan
from schemas.planning.periods import Period, parse_period
from tests.schemas.planning.test_targets import target

APRIL = parse_period("2026-04")
FULL_MONTH, HALF, BEFORE = date(2026, 4, 30), date(2026, 4, 15), date(2026, 3, 31)
RATE = {"kpi": "offer_accept_rate", "at_least": "50 %"}
DAYS = {"kpi": "time_to_hire_days", "at_least": None, "at_most": 40}
COST = {"kpi": "cost_total", "at_least": None, "at_most": 1_000_000}


def compare(actual: float | None, n: int, as_of: date, **changed: Any) -> PlanComparison:
    """Compare a value with the default target (ten hires in April) on a day."""
    return actual_vs_plan(target(**changed), APRIL, DurationWindow(actual, n), as_of)


def test_half_a_month_by_hand() -> None:
    """After 15 of 30 days five of ten hires are planned; seven are two ahead and 70 % of the plan."""
    assert compare(7, 7, HALF) == PlanComparison(
        actual=7, n=7, plan=10, plan_to_date=5, gap=2, achieved=0.7, state="ahead"
    )


def test_a_rate_is_planned_for_every_day_alike() -> None:
    """The plan to date of a rate is not prorated."""
    comparison = compare(0.4, 20, HALF, **RATE)

    assert (comparison.plan_to_date, comparison.state) == (0.5, "behind")
    assert comparison.gap == pytest.approx(-0.1)
    assert comparison.achieved == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("actual", "as_of", "changed", "state"),
    [
        (4.0, HALF, {}, "behind"),  # a whole case short
        (5.0, HALF, {}, "on"),
        (5.0, date(2026, 4, 17), {}, "on"),  # of 5.67
        (6.0, HALF, {}, "ahead"),
        (10.0, FULL_MONTH, {}, "on"),
        (9.0, FULL_MONTH, {}, "behind"),
        (97.0, HALF, {"at_least": 200}, "on"),  # of 100; five of a hundred are near enough
        (97.0, FULL_MONTH, {"at_least": 100}, "behind"),  # when it is over, they are not
        (0.51, HALF, RATE, "on"),
        (0.56, HALF, RATE, "ahead"),
        (0.49, FULL_MONTH, RATE, "behind"),
        (39.0, HALF, DAYS, "on"),
        (30.0, HALF, DAYS, "ahead"),
        (43.0, HALF, DAYS, "behind"),
        (490_000.0, HALF, COST, "on"),
        (400_000.0, HALF, COST, "ahead"),
        (600_000.0, HALF, COST, "behind"),
        (5.0, BEFORE, {}, "unknown"),
    ],
)
def test_states(actual: float, as_of: date, changed: dict[str, Any], state: str) -> None:
    """A value near the plan is on plan during the period; after the period there is no tolerance."""
    assert compare(actual, 20, as_of, **changed).state == state


def test_nothing_is_judged_before_it_begins_or_on_too_few_cases() -> None:
    """Missing values and small samples are unknown, not behind; a count of 0 is a known value."""
    assert compare(None, 0, HALF, **RATE).state == "unknown"
    assert compare(None, 0, HALF, **RATE).gap is None
    assert compare(0.1, 9, HALF, **RATE).state == "unknown"
    assert compare(5, 5, BEFORE).actual is None
    assert compare(0, 0, HALF).state == "behind"


def test_a_plan_of_nothing_has_no_share() -> None:
    """A plan of 0 is met by 0, and its achieved share is None."""
    none = {"kpi": "withdrawals", "at_least": None, "at_most": 0}
    comparison = compare(0, 0, FULL_MONTH, **none)

    assert (comparison.achieved, comparison.state) == (None, "on")
    assert compare(1, 1, FULL_MONTH, **none).state == "behind"


def test_the_plan_to_date_ends_as_the_plan() -> None:
    """From the last day on, the plan to date equals the plan."""
    period = Period(date(2026, 4, 1), date(2026, 4, 7))
    for as_of in (date(2026, 4, 7), date(2027, 1, 1)):
        comparison = actual_vs_plan(target(at_least=3), period, DurationWindow(3, 3), as_of)
        assert (comparison.plan_to_date, comparison.gap, comparison.state) == (3, 0, "on")
