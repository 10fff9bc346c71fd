"""Breaches open, change and end exactly once, despite replayed, late or repeated cells."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.alert_texts import description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.cells import Tally
from schemas.instants import EPOCH_DAY
from tests.schemas.alerting.test_rules import rule, screened

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1).toordinal() - EPOCH_DAY
Days = dict[int, Tally]

of_days = st.dictionaries(
    st.integers(FIRST, FIRST + 40),
    st.builds(screened, st.integers(0, 12), st.integers(0, 12)),
    max_size=15,
)


def subject(days: Days, **changed: Any) -> WatchedMember:
    """The screening of one channel, in windows of a week, with one false alarm in ten days."""
    budget = {} if "kpi" in changed else {"false_alarms_a_year": 36.5}
    window = {"dimension": "channel", "window_days": 7, "cool_down_days": 3}
    options = {**window, **budget, **changed}
    return WatchedMember(rule=rule(**options), dimension="channel", member="doda", days=days)


def compacted(existing: list[Breach], more: list[Breach]) -> list[Breach]:
    """The contents of a compacted topic after more records were written."""
    return list(
        (
            {breach.id: breach for breach in existing} | {breach.id: breach for breach in more}
        ).values()
    )


def breaches_after(days: Days, as_of: int, existing: list[Breach] | None = None) -> list[Breach]:
    """The breaches after one reconciliation."""
    return compacted(existing or [], reconcile(subject(days), existing or [], as_of, NOW))


def bad(*days: int) -> Days:
    """Days on which nobody passed."""
    return {FIRST + day: screened(0, 20) for day in days}


def good(*days: int) -> Days:
    """Days on which most passed."""
    return {FIRST + day: screened(200, 20) for day in days}


@given(of_days, st.integers(FIRST, FIRST + 50))
def test_a_replay_of_the_same_cells_tells_nobody_again(days: Days, as_of: int) -> None:
    """Records written once are not written again, however often they are evaluated."""
    breaches = breaches_after(days, as_of)

    assert reconcile(subject(days), breaches, as_of, NOW + timedelta(hours=1)) == []
    assert breaches_after(days, as_of) == breaches


@given(of_days, of_days, st.integers(FIRST, FIRST + 50))
def test_late_events_are_settled_by_one_look(before: Days, after: Days, as_of: int) -> None:
    """However the cells are corrected, one pass is enough, and at most one breach is active."""
    breaches = breaches_after(after, as_of, breaches_after(before, as_of))
    records = reconcile(subject(after), breaches, as_of, NOW)

    assert records == []
    assert sum(breach.active for breach in breaches) <= 1


def test_what_is_taken_back_frees_its_days_in_the_same_look() -> None:
    """Late events retract one breach and with it a cool-down that blocked another."""
    breaches: list[Breach] = []
    corrected = ({0: (0, 10), 4: (7, 0)}, {0: (0, 1), 6: (0, 10)}, {1: (0, 10)})
    for counts_by_day in corrected:
        days = {FIRST + day: screened(*counts) for day, counts in counts_by_day.items()}
        breaches = breaches_after(days, FIRST + 7, breaches)

    assert reconcile(subject(days), breaches, FIRST + 7, NOW) == []


@given(of_days, st.integers(FIRST, FIRST + 50))
def test_looking_every_day_tells_what_looking_once_tells(days: Days, as_of: int) -> None:
    """A watch that was down for a month reaches the same state as one that ran all the time."""
    breaches: list[Breach] = []
    for day in range(FIRST, as_of + 1):
        breaches = breaches_after(
            {at: tally for at, tally in days.items() if at <= day}, day, breaches
        )

    def facts(breaches: list[Breach]) -> list[tuple[Any, ...]]:
        return sorted((b.opened, b.since, b.until, b.active, b.evidence.n) for b in breaches)

    assert facts(breaches) == facts(breaches_after(days, as_of))


@given(of_days, st.integers(FIRST, FIRST + 50), st.integers(0, 30))
def test_days_to_come_change_nothing_that_was_told(days: Days, as_of: int, more: int) -> None:
    """Later days do not change the past."""
    early = {breach.id: breach for breach in breaches_after(days, as_of)}
    late = {breach.id: breach for breach in breaches_after(days, as_of + more)}

    for name, breach in early.items():
        assert late[name].opened == breach.opened
        assert breach.active or late[name] == breach


def test_a_breach_opens_changes_and_ends_once() -> None:
    """Three records share one id: opened, updated, resolved."""
    breaches: list[Breach] = []
    states = []
    for days, as_of in ((bad(0), 0), (bad(0, 1), 1), (bad(0, 1) | good(2), 2)):
        more = reconcile(subject(days), breaches, FIRST + as_of, NOW)
        states += [breach.state for breach in more]
        breaches = compacted(breaches, more)

    assert states == ["opened", "updated", "resolved"]
    assert len(breaches) == 1
    assert (breaches[0].ending, breaches[0].until) == ("recovered", date(2026, 1, 3))


def test_nothing_opens_in_the_cool_down() -> None:
    """After a breach has ended, none opens for some days."""
    days = bad(0) | good(1) | {FIRST + day: screened(0, 900) for day in (2, 3, 4)}
    opened = [breach.opened for breach in breaches_after(days, FIRST + 4)]

    assert opened == [date(2026, 1, 1), date(2026, 1, 5)]


def test_a_little_noise_takes_nothing_back() -> None:
    """A breach that opened at noon stays open when the evening's evidence is only less certain."""
    breaches = breaches_after({FIRST: screened(4, 20)}, FIRST)
    assert [breach.state for breach in breaches] == ["opened"]
    evening = {FIRST: screened(14, 27)}

    assert not breaches_after(evening, FIRST)
    assert [breach.state for breach in breaches_after(evening, FIRST, breaches)] == ["updated"]


def test_what_late_events_disprove_is_taken_back_as_corrected() -> None:
    """A breach that never happened ends as corrected and does not reopen on the same day."""
    breaches = breaches_after(bad(0), FIRST + 1)
    breaches = breaches_after(good(0), FIRST + 1, breaches)
    after_replay = breaches_after(bad(0), FIRST + 1, breaches)

    assert [(breach.state, breach.ending) for breach in breaches] == [("resolved", "corrected")]
    assert [breach.id for breach in after_replay if breach.active] == []


def test_a_target_that_is_changed_withdraws_what_it_does_not_miss() -> None:
    """When a rule change rather than a late event ends a breach, the breach is withdrawn."""
    days = {FIRST: screened(20, 80)}
    breaches = breaches_after(days, FIRST + 1)
    (only,) = compacted(breaches, reconcile(subject(days, at_least=0.1), breaches, FIRST + 1, NOW))

    assert (breaches[0].active, only.ending) == (True, "withdrawn")
    assert reconcile(subject(days, at_least=0.1), [only], FIRST + 1, NOW) == []


def test_what_an_earlier_rule_told_stays_as_it_was_told() -> None:
    """Another target, window or KPI does not change breaches that have ended."""
    days = {FIRST: screened(20, 80)} | good(1)
    breaches = breaches_after(days, FIRST + 2)
    offers = {"kpi": "offer_accept_rate", "at_least": 0.5}

    assert [breach.ending for breach in breaches] == ["recovered"]
    for changed in ({"at_least": 0.1}, {"window_days": 1, "at_least": 0.1}, offers):
        assert reconcile(subject(days, **changed), breaches, FIRST + 2, NOW) == []


def test_what_was_told_of_another_kpi_opens_nothing() -> None:
    """A rule that gets another KPI starts afresh under the same id: 38 % of 100 is not certain enough."""
    days = {FIRST: {"offers_accepted": 38, "offers_declined": 62}}
    offers = subject(days, kpi="offer_accept_rate", at_least=0.4)

    assert reconcile(offers, breaches_after(bad(0), FIRST), FIRST, NOW) == []


def test_what_is_over_on_the_day_it_opened_has_recovered() -> None:
    """Off target at noon and recovered by the evening: one opening and one ending, with the evening's numbers."""
    breaches = breaches_after(bad(0), FIRST)
    breaches = breaches_after(good(0), FIRST, breaches)
    (only,) = breaches_after(good(0) | bad(1), FIRST + 1, breaches)

    assert (only.state, only.ending, only.until) == ("resolved", "recovered", only.opened)
    assert only.evidence.value == 0.909091
    assert breaches_after(bad(0), FIRST, breaches) == breaches


def test_what_late_events_date_back_and_end_on_the_day_it_was_told_is_told_once() -> None:
    """A breach that began before it was reported and ended on that day stays one breach with its first id."""
    breaches = breaches_after(bad(6), FIRST + 6)
    days = bad(2) | good(6)
    (only,) = breaches_after(days, FIRST + 6, breaches)

    assert (only.id, only.ending, only.since) == (breaches[0].id, "recovered", date(2026, 1, 3))
    assert reconcile(subject(days), [only], FIRST + 6, NOW) == []


def test_what_was_dated_back_and_vanishes_on_the_day_it_was_told_has_recovered() -> None:
    """However early it once seemed to begin, one pass ends it as recovered."""
    breaches = breaches_after(bad(2, 6), FIRST + 6, breaches_after(bad(6), FIRST + 6))
    days = good(2, 6)
    (only,) = breaches_after(days, FIRST + 6, breaches)

    assert (breaches[0].active, breaches[0].since) == (True, date(2026, 1, 3))
    assert (only.ending, only.since, only.until) == ("recovered", only.opened, only.opened)
    assert reconcile(subject(days), [only], FIRST + 6, NOW) == []


def test_no_case_left_ends_it_too() -> None:
    """Once the last decision has left the window, nothing is off target."""
    (only,) = breaches_after(bad(0), FIRST + 20)

    assert (only.ending, only.until) == ("no_cases", date(2026, 1, 8))


def test_japanese_and_english_say_the_same() -> None:
    """Both languages state value, target, n, interval, start day and a suggestion."""
    days = {FIRST: screened(20, 80)}
    (ja,) = reconcile(subject(days), [], FIRST, NOW)
    (en,) = reconcile(subject(days, language="en"), [], FIRST, NOW)

    assert summary(ja) == "媒体「doda」の書類通過率が 20.0% です(目標 40.0% 以上)"
    assert summary(en) == 'Screening pass rate of channel "doda" is 20.0% (target: at least 40.0%)'
    assert "n = 100。90% 区間 14.1%〜27.2%。" in description(ja)
    assert "2026-01-01 から。" in description(ja)
    assert "n = 100. 90% interval 14.1% to 27.2%. At most 36.5 false alarms a year." in description(
        en
    )
    assert "誤報は年 36.5 回まで。" in description(ja)
    assert "P(" not in description(en) and "確率" not in description(ja)
    assert "不採用理由" in suggestion(ja) and "rejection reasons" in suggestion(en)


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_value_that_misses_its_target_never_reads_as_the_target(minutes: int, goal: int) -> None:
    """Values show as many decimals as needed to differ from the target: 1.02 hours are not 1 hour."""
    hours = {"kpi": "interview_hours", "at_least": None, "at_most": goal / 60}
    breaches = reconcile(
        subject({FIRST: {f"interview_minutes.{minutes}": 1}}, **hours), [], FIRST, NOW
    )

    assert len(breaches) == (minutes > goal)
    for breach in breaches:
        value, target = re.findall(
            r"([0-9.]+) h", summary(breach.model_copy(update={"language": "en"}))
        )
        assert value != target


def test_a_rate_shows_the_decimals_that_tell_it_from_its_target() -> None:
    """An active breach just below its target does not read as if the target had been met."""
    breaches = breaches_after({FIRST: screened(3500, 6500)}, FIRST)
    (only,) = breaches_after({FIRST: screened(3997, 6003)}, FIRST, breaches)

    assert only.active
    assert summary(only) == "媒体「doda」の書類通過率が 39.97% です(目標 40.00% 以上)"


def test_a_sum_of_money_is_no_number_of_cases() -> None:
    """The denominator of a cost rate is pay, so no n is shown."""
    dear = {FIRST: {"cost.agency": 900_000, "compensation": 2_000_000}}
    about = subject(
        dear, kpi="hire_cost_ratio", at_least=None, at_most=0.3, dimension="total", member="all"
    )
    (breach,) = reconcile(about, [], FIRST, NOW)

    assert description(breach).startswith("直近 7 日。")
    assert description(breach.model_copy(update={"language": "en"})).startswith("Last 7 days. ")


def test_what_is_over_says_how() -> None:
    """Only a recovered breach is called resolved; without cases, no value is shown."""
    (open_,) = breaches_after(bad(0), FIRST)
    (corrected,) = breaches_after({}, FIRST, [open_])
    (without_cases,) = [
        breach for breach in breaches_after(bad(0), FIRST + 30) if breach.ending == "no_cases"
    ]

    assert summary(corrected).startswith("【訂正】媒体「doda」の書類通過率が 0.0% です")
    assert (
        summary(without_cases)
        == "【解消】媒体「doda」の書類通過率を測る対象がありません(目標 40.0% 以上)"
    )
    english = {"language": "en"}
    assert summary(corrected.model_copy(update=english)).startswith(
        "Corrected: Screening pass rate"
    )
    assert summary(without_cases.model_copy(update=english)).endswith(
        "has no cases (target: at least 40.0%)"
    )


def test_a_window_of_one_day_is_the_last_day() -> None:
    """A window of one day is written in the singular."""
    (breach,) = reconcile(subject(bad(0), window_days=1, language="en"), [], FIRST, NOW)

    assert description(breach).startswith("Last day, n = 20. ")


def test_records_without_a_kind_stay_readable() -> None:
    """A record that states no kind is read as a threshold's, or with a limit of days as a service level's."""
    (breach,) = breaches_after(bad(0), FIRST)
    record = json.loads(breach.model_dump_json())
    waits = json.dumps({**record, "limit_days": 7})

    assert "kind" not in record
    assert Breach.model_validate_json(json.dumps(record)).kind == "threshold"
    assert Breach.model_validate_json(waits).kind == "service_level"
    assert "kind" not in json.loads(Breach.model_validate_json(waits).model_dump_json())


def test_a_rule_that_changes_its_kind_withdraws_its_breaches() -> None:
    """Under another kind of rule, an open breach can be neither recovered nor corrected."""
    days = bad(0)
    other = [breach.model_copy(update={"kind": "count"}) for breach in breaches_after(days, FIRST)]
    (breach,) = reconcile(subject(good(0)), other, FIRST + 1, NOW)

    assert breach.ending == "withdrawn"


def test_a_person_is_never_named() -> None:
    """An alert never identifies an interviewer; the board does."""
    person = WatchedMember(
        rule=rule(dimension="interviewer", window_days=7),
        dimension="interviewer",
        member="user-4711",
        days=bad(0, 1),
    )
    (breach,) = reconcile(person, [], FIRST + 1, NOW)

    assert "4711" not in summary(breach) + description(breach) + suggestion(breach)
    assert "面接官 1 名" in summary(breach)
