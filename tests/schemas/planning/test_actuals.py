"""予実: where a company stands on a day, measured by the plan for the days that are gone."""

from datetime import date
from typing import Any

import pytest

from schemas.kpis.durations import DurationWindow
from schemas.planning.actuals import Compared, actual_vs_plan
from schemas.planning.periods import Period, named
from tests.schemas.planning.test_targets import target

APRIL = named("2026-04")
FULL_MONTH, HALF, BEFORE = date(2026, 4, 30), date(2026, 4, 15), date(2026, 3, 31)
RATE = {"kpi": "offer_accept_rate", "at_least": "50 %"}
DAYS = {"kpi": "time_to_hire_days", "at_least": None, "at_most": 40}
COST = {"kpi": "cost_total", "at_least": None, "at_most": 1_000_000}


def compared(actual: float | None, n: int, as_of: date, **changed: Any) -> Compared:
    """Ten hires in April, unless told otherwise, on a day."""
    return actual_vs_plan(target(**changed), APRIL, DurationWindow(actual, n), as_of)


def test_half_a_month_by_hand() -> None:
    """After fifteen of thirty days five of ten hires were planned; seven are two ahead, and 70 % of the plan."""
    assert compared(7, 7, HALF) == Compared(
        actual=7, n=7, plan=10, plan_to_date=5, gap=2, achieved=0.7, state="ahead"
    )


def test_a_rate_is_planned_for_every_day_alike() -> None:
    """Half a month does not halve an acceptance rate."""
    found = compared(0.4, 20, HALF, **RATE)

    assert (found.plan_to_date, found.state) == (0.5, "behind")
    assert found.gap == pytest.approx(-0.1)
    assert found.achieved == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("actual", "as_of", "told", "state"),
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
def test_states(actual: float, as_of: date, told: dict[str, Any], state: str) -> None:
    """Near the plan is on plan while the period runs; once it is over, missed is missed."""
    assert compared(actual, 20, as_of, **told).state == state


def test_nothing_is_judged_before_it_begins_or_on_too_few_cases() -> None:
    """Unknown is not behind; of a count, none is known to be none."""
    assert compared(None, 0, HALF, **RATE).state == "unknown"
    assert compared(None, 0, HALF, **RATE).gap is None
    assert compared(0.1, 9, HALF, **RATE).state == "unknown"
    assert compared(5, 5, BEFORE).actual is None
    assert compared(0, 0, HALF).state == "behind"


def test_a_plan_of_nothing_has_no_share() -> None:
    """Who plans no renege is on plan without any, and no share of nothing can be achieved."""
    none = {"kpi": "withdrawals", "at_least": None, "at_most": 0}
    found = compared(0, 0, FULL_MONTH, **none)

    assert (found.achieved, found.state) == (None, "on")
    assert compared(1, 1, FULL_MONTH, **none).state == "behind"


def test_the_plan_to_date_ends_as_the_plan() -> None:
    """After the last day, and for ever."""
    period = Period(date(2026, 4, 1), date(2026, 4, 7))
    for as_of in (date(2026, 4, 7), date(2027, 1, 1)):
        found = actual_vs_plan(target(at_least=3), period, DurationWindow(3, 3), as_of)
        assert (found.plan_to_date, found.gap, found.state) == (3, 0, "on")
