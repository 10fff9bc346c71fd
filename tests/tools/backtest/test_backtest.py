"""A rehearsal says what the watch would do with a rule: what it would have told, and what it would tell at once."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.alerting.rules import AlertRule
from schemas.planning.periods import day_of
from streams.tools.backtest.backtest import Rehearsed, rehearse
from streams.tools.backtest.text import advice
from tests.schemas.alerting.test_reconcile import FIRST, NOW, Days, bad, good, of_days, subject
from tests.schemas.alerting.test_rules import rule


def rehearsed(days: Days, of: AlertRule, last: int, length: int) -> Rehearsed:
    """The rehearsal of one rule on these cells, up to a day."""
    rows = [
        ("doda", day_of(day), measure, n)
        for day, tally in days.items()
        if day <= last
        for measure, n in tally.items()
        if n
    ]

    def query(*_: Any, **__: Any) -> SimpleNamespace:
        return SimpleNamespace(result_rows=rows)

    (found,) = rehearse(SimpleNamespace(query=query), (of,), length, lambda _: day_of(last))
    return found


def test_what_has_been_off_target_for_longer_is_open_now() -> None:
    """Who takes up the rule is told at once, however few days were rehearsed."""
    few = rule(kpi="applications", at_least=20, window_days=7)
    found = rehearsed({FIRST: {"applications": 1}}, few, FIRST + 60, 30)

    assert (found.sentence, found.open_now) == ("would not have fired in 30 days", 1)


@given(of_days, st.integers(0, 50), st.integers(1, 60))
def test_it_finds_what_the_watch_writes(days: Days, until: int, length: int) -> None:
    """The openings of the days, and all that go on, are those of a watch that looks for the first time."""
    held: WatchedMember = subject(days)
    first = day_of(FIRST + until) - timedelta(days=length - 1)
    written = reconcile(held, [], FIRST + until, NOW)
    found = rehearsed(days, held.rule, FIRST + until, length)

    assert [each.opened for each in found.openings] == [
        each.opened for each in written if each.opened >= first
    ]
    assert found.open_now == sum(each.active for each in written)


def test_one_day_is_no_plural() -> None:
    """As one says it."""
    found = rehearsed(bad(0), subject({}).rule, FIRST, 1)

    assert found.sentence == "would have fired 1 time in 1 day"
    assert found.as_of == date(2026, 1, 1)


def test_what_is_advised_has_an_effect() -> None:
    """A count is compared as it is: no confidence makes its rule quieter."""
    few = {"kpi": "applications", "at_least": 20, "window_days": 1, "cool_down_days": 0}
    days = {FIRST + day: {"applications": 30 * (day % 2)} for day in range(30)}
    of_count = rehearsed(days, rule(**few), FIRST + 29, 30)
    days = {
        day: each for at in range(30) for day, each in (good(at) if at % 2 else bad(at)).items()
    }
    of_rate = rehearsed(days, rule(window_days=1, cool_down_days=0), FIRST + 29, 30)

    assert "`margin`" in advice(of_count)
    assert "`confidence`" not in advice(of_count)
    assert "`confidence`" in advice(of_rate)
