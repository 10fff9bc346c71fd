"""Breaches open, change and end once, whatever is replayed, late or repeated."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.breach import Breach
from schemas.alerting.messages import description, suggestion, summary
from schemas.alerting.reconcile import WatchedMember, farthest, reconcile
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
    """The screening of one channel, in windows of a week."""
    told = {"dimension": "channel", "window_days": 7, "cool_down_days": 3, **changed}
    return WatchedMember(rule=rule(**told), dimension="channel", member="doda", days=days)


def written(known: list[Breach], more: list[Breach]) -> list[Breach]:
    """What a compacted topic holds after more was written."""
    return list(({each.id: each for each in known} | {each.id: each for each in more}).values())


def told(days: Days, as_of: int, known: list[Breach] | None = None) -> list[Breach]:
    """What is known after one look."""
    return written(known or [], reconcile(subject(days), known or [], as_of, NOW))


def bad(*days: int) -> Days:
    """Days on which nobody passed."""
    return {FIRST + day: screened(0, 20) for day in days}


def good(*days: int) -> Days:
    """Days on which most passed."""
    return {FIRST + day: screened(200, 20) for day in days}


@given(of_days, st.integers(FIRST, FIRST + 50))
def test_a_replay_of_the_same_cells_tells_nobody_again(days: Days, as_of: int) -> None:
    """What was written once is not written again, however often it is looked at."""
    known = told(days, as_of)

    assert reconcile(subject(days), known, as_of, NOW + timedelta(hours=1)) == []
    assert told(days, as_of) == known


@given(of_days, of_days, st.integers(FIRST, FIRST + 50))
def test_late_events_are_settled_by_one_look(before: Days, after: Days, as_of: int) -> None:
    """However the cells are corrected, one look is enough, and one number names one breach."""
    known = told(after, as_of, told(before, as_of))
    seen = reconcile(subject(after), known, as_of, NOW)

    assert seen == []
    assert sum(each.active for each in known) <= 1


def test_what_is_taken_back_frees_its_days_in_the_same_look() -> None:
    """Late events take one breach back, and with it a cool-down that another breach stood behind."""
    known: list[Breach] = []
    corrected = ({0: (0, 10), 4: (7, 0)}, {0: (0, 1), 6: (0, 10)}, {1: (0, 10)})
    for told_now in corrected:
        days = {FIRST + day: screened(*counts) for day, counts in told_now.items()}
        known = told(days, FIRST + 7, known)

    assert reconcile(subject(days), known, FIRST + 7, NOW) == []


@given(of_days, st.integers(FIRST, FIRST + 50))
def test_looking_every_day_tells_what_looking_once_tells(days: Days, as_of: int) -> None:
    """A watch that slept for a month knows what one that was awake knows."""
    known: list[Breach] = []
    for day in range(FIRST, as_of + 1):
        known = told({at: tally for at, tally in days.items() if at <= day}, day, known)

    def facts(breaches: list[Breach]) -> list[tuple[Any, ...]]:
        return sorted((b.opened, b.since, b.until, b.active, b.evidence.n) for b in breaches)

    assert facts(known) == facts(told(days, as_of))


@given(of_days, st.integers(FIRST, FIRST + 50), st.integers(0, 30))
def test_days_to_come_change_nothing_that_was_told(days: Days, as_of: int, more: int) -> None:
    """The past stays as it is while time goes by."""
    early = {each.id: each for each in told(days, as_of)}
    late = {each.id: each for each in told(days, as_of + more)}

    for name, each in early.items():
        assert late[name].opened == each.opened
        assert each.active or late[name] == each


def test_a_breach_opens_changes_and_ends_once() -> None:
    """Three records, one id: opened, updated, resolved."""
    known: list[Breach] = []
    states = []
    for days, as_of in ((bad(0), 0), (bad(0, 1), 1), (bad(0, 1) | good(2), 2)):
        more = reconcile(subject(days), known, FIRST + as_of, NOW)
        states += [each.state for each in more]
        known = written(known, more)

    assert states == ["opened", "updated", "resolved"]
    assert len(known) == 1
    assert (known[0].ending, known[0].until) == ("recovered", date(2026, 1, 3))


def test_nothing_opens_in_the_cool_down() -> None:
    """Who has just been told that it is over is left in peace for some days."""
    days = bad(0) | good(1) | {FIRST + day: screened(0, 900) for day in (2, 3, 4)}
    opened = [each.opened for each in told(days, FIRST + 4)]

    assert opened == [date(2026, 1, 1), date(2026, 1, 5)]


def test_a_little_noise_takes_nothing_back() -> None:
    """A breach that opened at noon is still open when the evening is only less certain of it."""
    known = told({FIRST: screened(4, 20)}, FIRST)
    assert [each.state for each in known] == ["opened"]
    evening = {FIRST: screened(14, 27)}

    assert not told(evening, FIRST)
    assert [each.state for each in told(evening, FIRST, known)] == ["updated"]


def test_what_late_events_disprove_is_taken_back_as_corrected() -> None:
    """A breach that never was ends, with the reason, and does not open again on the same day."""
    known = told(bad(0), FIRST + 1)
    known = told(good(0), FIRST + 1, known)
    again = told(bad(0), FIRST + 1, known)

    assert [(each.state, each.ending) for each in known] == [("resolved", "corrected")]
    assert [each.id for each in again if each.active] == []


def test_a_target_that_is_changed_withdraws_what_it_does_not_miss() -> None:
    """No late event came, so none is blamed: who changes the rule ends the alert."""
    days = {FIRST: screened(20, 80)}
    known = told(days, FIRST + 1)
    (only,) = written(known, reconcile(subject(days, at_least=0.1), known, FIRST + 1, NOW))

    assert (known[0].active, only.ending) == (True, "withdrawn")
    assert reconcile(subject(days, at_least=0.1), [only], FIRST + 1, NOW) == []


def test_what_an_earlier_rule_told_stays_as_it_was_told() -> None:
    """Another target, window or KPI says nothing of what was off target before and is over."""
    days = {FIRST: screened(20, 80)} | good(1)
    known = told(days, FIRST + 2)
    offers = {"kpi": "offer_accept_rate", "at_least": 0.5}

    assert [each.ending for each in known] == ["recovered"]
    for changed in ({"at_least": 0.1}, {"window_days": 1, "at_least": 0.1}, offers):
        assert reconcile(subject(days, **changed), known, FIRST + 2, NOW) == []


def test_what_was_told_of_another_kpi_opens_nothing() -> None:
    """A rule that is given another KPI begins anew, however it is named: 38 % of 100 is no certainty."""
    days = {FIRST: {"offers_accepted": 38, "offers_declined": 62}}
    offers = subject(days, kpi="offer_accept_rate", at_least=0.4)

    assert reconcile(offers, told(bad(0), FIRST), FIRST, NOW) == []


def test_what_is_over_on_the_day_it_opened_has_recovered() -> None:
    """Off target at noon and well by the evening: one opening, one ending, with the evening's numbers."""
    known = told(bad(0), FIRST)
    known = told(good(0), FIRST, known)
    (only,) = told(good(0) | bad(1), FIRST + 1, known)

    assert (only.state, only.ending, only.until) == ("resolved", "recovered", only.opened)
    assert only.evidence.value == 0.909091
    assert told(bad(0), FIRST, known) == known


def test_what_late_events_date_back_and_end_on_the_day_it_was_told_is_told_once() -> None:
    """It was off target before anybody was told, and was over that day: one breach under its first name, and no other."""
    known = told(bad(6), FIRST + 6)
    days = bad(2) | good(6)
    (only,) = told(days, FIRST + 6, known)

    assert (only.id, only.ending, only.since) == (known[0].id, "recovered", date(2026, 1, 3))
    assert reconcile(subject(days), [only], FIRST + 6, NOW) == []


def test_what_was_dated_back_and_vanishes_on_the_day_it_was_told_has_recovered() -> None:
    """However far back it once seemed to go, one look says that it is over."""
    known = told(bad(2, 6), FIRST + 6, told(bad(6), FIRST + 6))
    days = good(2, 6)
    (only,) = told(days, FIRST + 6, known)

    assert (known[0].active, known[0].since) == (True, date(2026, 1, 3))
    assert (only.ending, only.since, only.until) == ("recovered", only.opened, only.opened)
    assert reconcile(subject(days), [only], FIRST + 6, NOW) == []


def test_no_case_left_ends_it_too() -> None:
    """When the last decision has left the window, there is nothing to be off target."""
    (only,) = told(bad(0), FIRST + 20)

    assert (only.ending, only.until) == ("no_cases", date(2026, 1, 8))


def test_japanese_and_english_say_the_same() -> None:
    """Value, target, n, interval, since when and a suggestion, in the reader's language."""
    days = {FIRST: screened(20, 80)}
    (ja,) = reconcile(subject(days), [], FIRST, NOW)
    (en,) = reconcile(subject(days, language="en"), [], FIRST, NOW)

    assert summary(ja) == "媒体「doda」の書類通過率が 20.0% です(目標 40.0% 以上)"
    assert summary(en) == 'Screening pass rate of channel "doda" is 20.0% (target: at least 40.0%)'
    assert "n = 100。90% 区間 14.1%〜27.2%。" in description(ja)
    assert "2026-01-01 から。" in description(ja)
    assert "n = 100. 90 % interval 14.1% to 27.2%." in description(en)
    assert "不採用理由" in suggestion(ja) and "rejection reasons" in suggestion(en)


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_value_that_misses_its_target_never_reads_as_the_target(minutes: int, goal: int) -> None:
    """As many decimals as it takes to tell the two apart: 1.02 hours are not 1 hour."""
    hours = {"kpi": "interview_hours", "at_least": None, "at_most": goal / 60}
    found = reconcile(
        subject({FIRST: {f"interview_minutes.{minutes}": 1}}, **hours), [], FIRST, NOW
    )

    assert len(found) == (minutes > goal)
    for each in found:
        value, target = re.findall(
            r"([0-9.]+) h", summary(each.model_copy(update={"language": "en"}))
        )
        assert value != target


def test_a_rate_shows_the_decimals_that_tell_it_from_its_target() -> None:
    """A breach that goes on just below its target does not read as if it had reached it."""
    known = told({FIRST: screened(3500, 6500)}, FIRST)
    (only,) = told({FIRST: screened(3997, 6003)}, FIRST, known)

    assert only.active
    assert summary(only) == "媒体「doda」の書類通過率が 39.97% です(目標 40.00% 以上)"


def test_a_sum_of_money_is_no_number_of_cases() -> None:
    """Of a cost rate the denominator is pay, which is nobody's n."""
    dear = {FIRST: {"cost.agency": 900_000, "compensation": 2_000_000}}
    about = subject(
        dear, kpi="hire_cost_ratio", at_least=None, at_most=0.3, dimension="total", member="all"
    )
    (found,) = reconcile(about, [], FIRST, NOW)

    assert description(found).startswith("直近 7 日。")
    assert description(found.model_copy(update={"language": "en"})).startswith("Last 7 days. ")


def test_what_is_over_says_how() -> None:
    """Only what is well again is resolved; and where no case is left there is no value to show."""
    (open_,) = told(bad(0), FIRST)
    (corrected,) = told({}, FIRST, [open_])
    (gone,) = [each for each in told(bad(0), FIRST + 30) if each.ending == "no_cases"]

    assert summary(corrected).startswith("【訂正】媒体「doda」の書類通過率が 0.0% です")
    assert (
        summary(gone) == "【解消】媒体「doda」の書類通過率を測る対象がありません(目標 40.0% 以上)"
    )
    english = {"language": "en"}
    assert summary(corrected.model_copy(update=english)).startswith(
        "Corrected: Screening pass rate"
    )
    assert summary(gone.model_copy(update=english)).endswith(
        "has no cases (target: at least 40.0%)"
    )


def test_a_window_of_one_day_is_the_last_day() -> None:
    """One is no plural."""
    (found,) = reconcile(subject(bad(0), window_days=1, language="en"), [], FIRST, NOW)

    assert description(found).startswith("Last day, n = 20. ")


def test_a_person_is_never_named() -> None:
    """Of an interviewer people read that it is one, and look him up on the board."""
    person = WatchedMember(
        rule=rule(dimension="interviewer", window_days=7),
        dimension="interviewer",
        member="user-4711",
        days=bad(0),
    )
    (found,) = reconcile(person, [], FIRST, NOW)

    assert "4711" not in summary(found) + description(found) + suggestion(found)
    assert "面接官 1 名" in summary(found)


def test_the_member_that_misses_most_is_named() -> None:
    """Of two channels the one that costs most passes, not the one with the worst rate of few."""
    days = {
        ("channel", "doda"): {FIRST: screened(10, 90)},
        ("channel", "x"): {FIRST: screened(0, 5)},
    }
    found = farthest(rule(), days, FIRST)

    assert found is not None
    assert (found.member, found.missing) == ("doda", 30.0)
