"""Service levels: who waits too long is known from the day alone, as one would count by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.alerting.breach import Breach
from schemas.alerting.messages import description, suggestion, summary
from schemas.alerting.reconcile import WatchedMember, farthest, reconcile
from schemas.alerting.rules import AlertRule
from schemas.alerting.service_levels import judged_waits
from schemas.cells import Tally
from schemas.instants import EPOCH_DAY
from tests.schemas.alerting.test_rules import rule

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1).toordinal() - EPOCH_DAY
# One that waits: the day it begins, and its age when it ends, if it does.
Case = tuple[int, int | None]
cases = st.lists(
    st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 20))), max_size=12
)


def level(**changed: Any) -> AlertRule:
    """Nobody may wait for the screening for more than two days."""
    told = {"kpi": "time_in_screening_days", "at_least": None, "at_most": 2, **changed}
    return rule(**told)


def cells(waiting: list[Case], kpi: str = "time_in_screening_days") -> dict[int, Tally]:
    """What is counted of them."""
    definition = level(kpi=kpi).definition
    days: dict[int, Tally] = {}
    for began, age in waiting:
        tally = days.setdefault(FIRST + began, {})
        tally[definition.entered] = tally.get(definition.entered, 0) + 1
        if age is not None:
            ended = f"days.{definition.of}.{'passed' if age % 2 else 'failed'}.{age}"
            tally[ended] = tally.get(ended, 0) + 1
    return days


def told(
    waiting: list[Case], day: int, known: list[Breach] | None = None, **changed: Any
) -> list[Breach]:
    """What is known after one look."""
    subject = WatchedMember(
        rule=level(**changed), dimension="total", member="all", days=cells(waiting)
    )
    more = reconcile(subject, known or [], FIRST + day, NOW)
    return list(
        ({each.id: each for each in known or []} | {each.id: each for each in more}).values()
    )


@given(cases, st.integers(0, 8), st.integers(0, 45))
def test_every_day_is_as_counted_by_hand(waiting: list[Case], limit: int, until: int) -> None:
    """Open is who began and has not ended, overdue who has been open for longer than allowed."""
    found = judged_waits(level(at_most=limit), cells(waiting), FIRST + until)

    for day, judged in found:
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
    """Whatever is corrected, what was written is not written again, and at most one breach goes on."""
    known = told(after, until, told(before, until))
    subject = WatchedMember(rule=level(), dimension="total", member="all", days=cells(after))

    assert reconcile(subject, known, FIRST + until, NOW) == []
    assert sum(each.active for each in known) <= 1


def test_a_breach_opens_when_the_day_is_over_and_ends_when_it_came() -> None:
    """Two days are allowed: the third is one too many, with no event at all; the decision ends it."""
    assert told([(0, None)], 2) == []
    known = told([(0, None)], 3)
    (opened,) = known
    (ended,) = told([(0, 4)], 4, known)

    assert (opened.opened, opened.active, opened.evidence.oldest) == (date(2026, 1, 4), True, 3)
    assert (ended.id, ended.active, ended.ending) == (opened.id, False, "recovered")


def test_as_many_as_allowed_may_wait() -> None:
    """A service level can bear some."""
    assert told([(0, None), (0, None)], 9, allowed=2) == []
    assert len(told([(0, None)] * 3, 9, allowed=2)) == 1


def test_it_says_where_most_of_it_comes_from() -> None:
    """The member of whom most are overdue."""
    members = {
        ("channel", "doda"): cells([(0, None), (8, None)]),
        ("job", "j1"): cells([(0, None), (1, None)]),
        ("job", "j2"): cells([(0, 1)]),
    }
    found = farthest(level(), members, FIRST + 9)

    assert found is not None
    assert (found.dimension, found.member, found.missing, found.n) == ("job", "j1", 2, 2)


@pytest.mark.parametrize(
    ("kpi", "ja", "en"),
    [
        (
            "time_in_screening_days",
            "全社で書類選考に 2 日を超えて留まる応募が 1 件です(上限 0 件、最長 3 日)",
            "1 application in screening for more than 2 d, of the whole company (allowed: 0; the longest: 3 d)",
        ),
        (
            "time_to_scorecard_days",
            "全社で面接から 2 日を超えて未提出の評価が 1 件です(上限 0 件、最長 3 日)",
            "1 scorecard owed since an interview for more than 2 d, of the whole company (allowed: 0; the longest: 3 d)",
        ),
    ],
)
def test_it_is_told_in_words_of_its_own(kpi: str, ja: str, en: str) -> None:
    """How many of what, for how long, and what to do."""
    for language, expected in (("ja", ja), ("en", en)):
        subject = WatchedMember(
            rule=level(kpi=kpi, language=language),
            dimension="total",
            member="all",
            days=cells([(0, None), (3, None)], kpi),
        )
        (found,) = reconcile(subject, [], FIRST + 3, NOW)

        assert summary(found) == expected
        assert {"ja": "いま待っているのは全部で 2 件。", "en": "2 wait in all."}[
            language
        ] in description(found)
        assert suggestion(found)


def test_who_waits_alone_is_one() -> None:
    """One waits, two wait."""
    alone, two = (told([(0, None)] * n, 3, language="en")[0] for n in (1, 2))

    assert description(alone).startswith("1 waits in all. ")
    assert description(two).startswith("2 wait in all. ")


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
            "makes no sense by interviewer",
        ),
    ],
)
def test_what_makes_no_sense_of_a_service_level_is_refused(
    changed: dict[str, Any], answer: str
) -> None:
    """Each mistake is answered with what to write instead."""
    with pytest.raises(ValidationError) as refused:
        level(**changed)

    assert answer in str(refused.value)
