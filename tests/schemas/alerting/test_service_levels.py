"""Overdue cases follow from the day alone, as counted by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.alerting.alert_texts import description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.kinds.service_level import ServiceLevelRule
from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.cells import Tally
from schemas.instants import EPOCH_DAY
from tests.schemas.alerting.test_rules import rule

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1).toordinal() - EPOCH_DAY
# A waiting case: its starting day, and its age when it ends, or None.
Case = tuple[int, int | None]
cases = st.lists(
    st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 20))), max_size=12
)


def level(**changed: Any) -> ServiceLevelRule:
    """Nobody may wait for the screening for more than two days."""
    fields = {"kpi": "time_in_screening_days", "at_least": None, "at_most": 2, **changed}
    parsed = rule(**fields)
    assert isinstance(parsed, ServiceLevelRule)
    return parsed


def cells(waiting: list[Case], kpi: str = "time_in_screening_days") -> dict[int, Tally]:
    """The cells of these cases."""
    definition = level(kpi=kpi).definition
    days: dict[int, Tally] = {}
    for began, age in waiting:
        tally = days.setdefault(FIRST + began, {})
        tally[definition.entered] = tally.get(definition.entered, 0) + 1
        if age is not None:
            ended = f"days.{definition.of}.{'passed' if age % 2 else 'failed'}.{age}"
            tally[ended] = tally.get(ended, 0) + 1
    return days


def breaches_after(
    waiting: list[Case], day: int, existing: list[Breach] | None = None, **changed: Any
) -> list[Breach]:
    """The breaches after one reconciliation."""
    subject = WatchedMember(
        rule=level(**changed), dimension="total", member="all", days=cells(waiting)
    )
    more = reconcile(subject, existing or [], FIRST + day, NOW)
    return list(
        (
            {breach.id: breach for breach in existing or []}
            | {breach.id: breach for breach in more}
        ).values()
    )


@given(cases, st.integers(0, 8), st.integers(0, 45))
def test_every_day_is_as_counted_by_hand(waiting: list[Case], limit: int, until: int) -> None:
    """Open cases have begun and not ended; overdue cases have been open longer than allowed."""
    judgements = level(at_most=limit).judge_days(cells(waiting), FIRST + until)

    for day, judged in judgements:
        today = day - FIRST
        open_ = [
            today - began
            for began, age in waiting
            if began <= today and (age is None or began + age > today)
        ]
        assert judged.n == len(open_)
        assert judged.value == sum(age > limit for age in open_)
        assert judged.oldest == max(open_, default=None)


@given(cases, cases, st.integers(0, 30))
def test_one_look_settles_it(before: list[Case], after: list[Case], until: int) -> None:
    """Whatever is corrected, one pass writes every record, and at most one breach is active."""
    breaches = breaches_after(after, until, breaches_after(before, until))
    subject = WatchedMember(rule=level(), dimension="total", member="all", days=cells(after))

    assert reconcile(subject, breaches, FIRST + until, NOW) == []
    assert sum(breach.active for breach in breaches) <= 1


def test_a_breach_opens_when_the_day_is_over_and_ends_when_it_came() -> None:
    """With two days allowed, the third opens a breach without any event; the decision ends it."""
    assert breaches_after([(0, None)], 2) == []
    breaches = breaches_after([(0, None)], 3)
    (opened,) = breaches
    (ended,) = breaches_after([(0, 4)], 4, breaches)

    assert (opened.opened, opened.active, opened.evidence.oldest) == (date(2026, 1, 4), True, 3)
    assert (ended.id, ended.active, ended.ending) == (opened.id, False, "recovered")


def test_as_many_as_allowed_may_wait() -> None:
    """A service level tolerates the allowed number of overdue cases."""
    assert breaches_after([(0, None), (0, None)], 9, allowed=2) == []
    assert len(breaches_after([(0, None)] * 3, 9, allowed=2)) == 1


def test_it_says_where_most_of_it_comes_from() -> None:
    """The segment is the member with the most overdue cases."""
    members = {
        ("channel", "doda"): cells([(0, None), (8, None)]),
        ("job", "j1"): cells([(0, None), (1, None)]),
        ("job", "j2"): cells([(0, 1)]),
    }
    segment = level().find_cause(members, FIRST + 9).segment

    assert segment is not None
    assert (segment.dimension, segment.member, segment.missing, segment.n) == ("job", "j1", 2, 2)


@pytest.mark.parametrize(
    ("kpi", "ja", "en"),
    [
        (
            "time_in_screening_days",
            "全社で書類選考に 2 日を超えて留まる応募が 1 件です(上限 0 件、最長 3 日)",
            "1 application of the whole company in screening for more than 2 d (allowed: 0; longest: 3 d)",
        ),
        (
            "time_to_scorecard_days",
            "全社で面接から 2 日を超えて未提出の評価が 1 件です(上限 0 件、最長 3 日)",
            "1 scorecard of the whole company missing since the interview for more than 2 d (allowed: 0; longest: 3 d)",
        ),
    ],
)
def test_it_is_told_in_words_of_its_own(kpi: str, ja: str, en: str) -> None:
    """The summary states how many of which cases have waited how long, and a suggestion follows."""
    for language, expected in (("ja", ja), ("en", en)):
        subject = WatchedMember(
            rule=level(kpi=kpi, language=language),
            dimension="total",
            member="all",
            days=cells([(0, None), (3, None)], kpi),
        )
        (breach,) = reconcile(subject, [], FIRST + 3, NOW)

        assert summary(breach) == expected
        assert {"ja": "いま待っているのは全部で 2 件。", "en": "2 cases are waiting in total."}[
            language
        ] in description(breach)
        assert suggestion(breach)


def test_who_waits_alone_is_one() -> None:
    """One waiting case is written in the singular, two in the plural."""
    alone, two = (breaches_after([(0, None)] * n, 3, language="en")[0] for n in (1, 2))

    assert description(alone).startswith("1 case is waiting in total. ")
    assert description(two).startswith("2 cases are waiting in total. ")


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"window_days": 7}, "leave out `window_days`"),
        ({"at_most": 2.5}, "whole local days"),
        ({"at_most": None, "at_least": 2}, "write `at_most`"),
        (
            {"kpi": "withdraw_rate", "at_most": 0.2, "allowed": 3},
            "`allowed` has no effect on withdraw_rate",
        ),
        (
            {"kpi": "time_to_answer_days", "dimension": "interviewer"},
            "cannot be broken down by interviewer",
        ),
    ],
)
def test_what_makes_no_sense_of_a_service_level_is_refused(
    changed: dict[str, Any], answer: str
) -> None:
    """Each mistake is answered with what to write instead."""
    with pytest.raises(ValidationError) as error:
        level(**changed)

    assert answer in str(error.value)
