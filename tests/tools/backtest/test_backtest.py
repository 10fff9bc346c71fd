"""A backtest shows what the watch would do with a rule: what it would have reported, and what it would report at once."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.alerting.rule import AlertRule
from schemas.planning.periods import local_date
from streams.tools.backtest.backtest import BacktestResult, run_backtest
from streams.tools.backtest.text import advice
from tests.schemas.alerting.test_reconcile import FIRST, NOW, Days, bad, good, of_days, subject
from tests.schemas.alerting.test_rules import rule


def backtest(days: Days, alert_rule: AlertRule, last: int, length: int) -> BacktestResult:
    """The backtest of one rule on these cells, up to a day."""
    rows = [
        ("doda", local_date(day), measure, n)
        for day, tally in days.items()
        if day <= last
        for measure, n in tally.items()
        if n
    ]

    def query(*_: Any, **__: Any) -> SimpleNamespace:
        return SimpleNamespace(result_rows=rows)

    (result,) = run_backtest(
        SimpleNamespace(query=query), (alert_rule,), length, lambda _: local_date(last)
    )
    return result


def test_what_has_been_off_target_for_longer_is_open_now() -> None:
    """A breach that began before the backtested days counts as open now."""
    few = rule(kpi="applications", at_least=20, window_days=7)
    result = backtest({FIRST: {"applications": 1}}, few, FIRST + 60, 30)

    assert (result.summary, result.open_now) == ("would not have fired in 30 days", 1)


@given(of_days, st.integers(0, 50), st.integers(1, 60))
def test_it_finds_what_the_watch_writes(days: Days, until: int, length: int) -> None:
    """Openings and open breaches equal those of a watch that evaluates for the first time."""
    watched: WatchedMember = subject(days)
    first = local_date(FIRST + until) - timedelta(days=length - 1)
    written = reconcile(watched, [], FIRST + until, NOW)
    result = backtest(days, watched.rule, FIRST + until, length)

    assert [opening.opened for opening in result.openings] == [
        breach.opened for breach in written if breach.opened >= first
    ]
    assert result.open_now == sum(breach.active for breach in written)


def test_one_day_is_no_plural() -> None:
    """One day is written in the singular."""
    result = backtest(bad(0), subject({}).rule, FIRST, 1)

    assert result.summary == "would have fired 1 time in 1 day"
    assert result.as_of == date(2026, 1, 1)


def test_what_is_advised_has_an_effect() -> None:
    """A mean has no budget, so the advice names `margin` instead."""
    short = {"kpi": "interview_hours", "at_least": 1, "window_days": 1, "cool_down_days": 0}
    days = {FIRST + day: {f"interview_minutes.{30 + 60 * (day % 2)}": 5} for day in range(30)}
    mean_result = backtest(days, rule(**short), FIRST + 29, 30)
    days = {
        day: tally for at in range(30) for day, tally in (good(at) if at % 2 else bad(at)).items()
    }
    rate_rule = rule(window_days=1, cool_down_days=0, false_alarms_a_year=36.5)
    rate_result = backtest(days, rate_rule, FIRST + 29, 30)

    assert "`margin`" in advice(mean_result)
    assert "`false_alarms_a_year`" not in advice(mean_result)
    assert "`false_alarms_a_year`" in advice(rate_result)
