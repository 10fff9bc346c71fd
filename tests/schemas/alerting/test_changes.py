"""A change of one member is reported once, whatever its level; what moves everybody or the mix is no change of anybody."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.alerting.alert_texts import description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.detectors.class_rates import classes_of
from schemas.alerting.detectors.predictive import (
    MOVES,
    POINTS,
    SPENT_SHARE,
    ClassDay,
    OffsetEvidence,
    log_likelihoods,
    prior,
)
from schemas.alerting.episodes import ReportedHistory
from schemas.alerting.kinds.change import ChangeRule
from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.cells import Tally
from tests.bench.detection import changed as vectorised
from tests.schemas.alerting.test_reconcile import FIRST, NOW, compacted
from tests.schemas.alerting.test_rules import rule

Members = dict[str, dict[int, Tally]]
NEVER_REPORTED = ReportedHistory()
KPI = {"kpi": "interview_pass_rate", "kind": "change", "at_least": None, "dimension": "interviewer"}


def change(**changed: Any) -> ChangeRule:
    """Interviewers may not change, with one false alarm a year among them."""
    parsed = rule(**{**KPI, **changed})
    assert isinstance(parsed, ChangeRule)
    return parsed


def interviewed(passed: int, n: int, stage: str = "interview_1") -> Tally:
    """The decisions of a day at one stage."""
    return {f"passed.{stage}": passed, f"failed.{stage}": n - passed}


def steady(weeks: int, passed: int, n: int, start: int = 0) -> dict[int, Tally]:
    """The same decisions every week."""
    return {FIRST + 7 * (start + week): interviewed(passed, n) for week in range(weeks)}


def company(own: dict[int, Tally], weeks: int = 60) -> Members:
    """One interviewer among eight others who pass two of five."""
    return {"i-1": own} | {f"i-{number}": steady(weeks, 2, 5) for number in range(2, 10)}


def opened(members: Members, weeks: int, **changed: Any) -> list[int]:
    """The weeks in which the change of the first interviewer opened."""
    fold = change(**changed).prepare(members)("i-1", NEVER_REPORTED, FIRST + 7 * weeks)
    return [(episode.opened - FIRST) // 7 for episode in fold.episodes]


def test_a_change_opens_once_and_becomes_the_own_level() -> None:
    """From two of five to five of five: one episode, dated to the change, which ends though the rate stays high."""
    own = steady(30, 2, 5) | steady(30, 5, 5, start=30)
    fold = change().prepare(company(own))("i-1", NEVER_REPORTED, FIRST + 7 * 60)
    (episode,) = fold.episodes

    assert 31 <= (episode.opened - FIRST) // 7 <= 36
    assert 29 <= (episode.since - FIRST) // 7 <= 31
    assert episode.until is not None and episode.until - episode.opened >= 56
    assert episode.last.value == 1.0
    assert episode.last.expected == pytest.approx(0.4, abs=0.05)
    assert episode.last.baseline == 150  # thirty weeks of five before the change
    assert episode.last.classes == 1


def test_a_level_of_its_own_is_no_change() -> None:
    """A strict interviewer who always was strict is not reported."""
    assert opened(company(steady(60, 1, 5)), 60) == []


def test_a_harder_mix_is_no_change() -> None:
    """Moving to a stage at which everybody passes less changes the own rate and is no change."""
    stage = "final_interview"
    others = {
        member: {day: tally | interviewed(1, 5, stage) for day, tally in steady(60, 4, 5).items()}
        for member in [f"i-{number}" for number in range(2, 10)]
    }
    own = steady(30, 4, 5) | {FIRST + 7 * week: interviewed(1, 5, stage) for week in range(30, 60)}

    assert opened({"i-1": own, **others}, 60) == []


def test_what_moves_everybody_is_a_change_of_nobody() -> None:
    """When all interviewers pass three of five instead of two, the expectation moves along."""
    everybody = {
        f"i-{number}": steady(30, 2, 5) | steady(30, 3, 5, start=30) for number in range(1, 10)
    }

    assert opened(everybody, 60) == []


def test_a_member_without_others_is_compared_with_its_own_past() -> None:
    """The only channel of a company is watched as well."""
    own = steady(30, 2, 5) | steady(30, 5, 5, start=30)

    assert len(opened({"i-1": own}, 60)) == 1
    assert opened({"i-1": steady(60, 2, 5)}, 60) == []


def test_a_class_is_a_stage() -> None:
    """Each stage of a share is a class of its own; a KPI without stages has one."""
    tally = interviewed(2, 5) | interviewed(1, 4, "final_interview") | {"withdrew.interview_1": 1}
    offers = {"offers_accepted": 2, "offers_declined": 1}

    assert classes_of(change().definition, tally) == {
        "interview_1": (2, 5),
        "final_interview": (1, 4),
    }
    assert classes_of(rule(kpi="offer_accept_rate").definition, offers) == {"": (2, 3)}
    assert classes_of(rule(kpi="scorecard_48h_rate").definition, {"scorecard_hours.50": 2}) == {
        "": (0, 2)
    }


decisions = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@settings(max_examples=30)
@given(decisions, st.sampled_from([0.25, 0.5]), st.floats(-1, 1))
def test_the_bench_simulates_the_detector(
    counts: list[tuple[int, int]], spread: float, alpha: float
) -> None:
    """The vectorised simulation crosses on the day on which the detector's evidence does."""
    alpha = round(alpha / 0.02) * 0.02
    evidence = OffsetEvidence(spread=spread)
    crossings = []
    for day, (passed, failed) in enumerate(counts):
        cases = [ClassDay(round(alpha, 2), passed, passed + failed)] if passed + failed else []
        evidence.add(day, 0.02, cases)
        if evidence.value >= 1:
            crossings.append(day)
            evidence.accept()
    x, n = np.array([[p for p, _ in counts]]), np.array([[p + f for p, f in counts]])
    assume(
        all(n[0, day] for day in crossings[:1])
    )  # the bench spends idle days with the next busy one
    people = vectorised.People(x, n, np.full(x.shape, round(alpha, 2)), np.array([-1]))

    assert [*np.flatnonzero(vectorised.alarms(people, spread, 0.02)[0])][:1] == crossings[:1]


@given(decisions)
def test_the_evidence_is_a_mixture_over_starts(counts: list[tuple[int, int]]) -> None:
    """V/ε is the sum, over the days on which the change may have begun, of the likelihood ratio since."""
    evidence = OffsetEvidence(spread=0.5)
    for day, (passed, failed) in enumerate(counts):
        evidence.add(day, 1e-3, [ClassDay(0.0, passed, passed + failed)] if passed + failed else [])
    hit, miss = log_likelihoods(0.0)
    like = np.exp([p * hit + f * miss for p, f in counts])
    total = 0.0
    unchanged = float(prior(0.5) @ like.prod(axis=0))
    for start in range(len(counts)):
        before = prior(0.5) * like[:start].prod(axis=0)
        after = like[start:].prod(axis=0)
        total += sum(float((move @ before) @ after) for move in MOVES.values()) / 2
    assert evidence.value == pytest.approx(SPENT_SHARE * 1e-3 * total / unchanged, rel=1e-6)
    assert evidence.weights.shape == (POINTS,)


def subject(members: Members) -> WatchedMember:
    """The first interviewer under the rule."""
    watched = change(language="en")
    return WatchedMember(
        rule=watched,
        dimension="interviewer",
        member="i-1",
        days=members["i-1"],
        fold_member=watched.prepare(members),
    )


def test_it_is_told_once_and_in_words() -> None:
    """The texts state the level before and since without naming the person; a second evaluation adds nothing."""
    members = company(steady(30, 2, 5) | steady(8, 5, 5, start=30))
    breaches: list[Breach] = compacted([], reconcile(subject(members), [], FIRST + 7 * 38, NOW))
    (breach,) = breaches
    japanese = breach.model_copy(update={"language": "ja"})

    assert breach.active and breach.kind == "change"
    assert summary(breach) == "Interview pass rate of one interviewer rose from 40.1% to 100.0%"
    assert summary(japanese) == "面接官 1 名の面接通過率が 40.1% から 100.0% に上がりました"
    assert "At most 1 false alarm a year over 9 members." in description(breach)
    assert "i-1" not in summary(breach) + description(breach) + suggestion(breach)
    assert reconcile(subject(members), breaches, FIRST + 7 * 38, NOW) == []
    assert Breach.model_validate_json(breach.model_dump_json()) == breach


@settings(max_examples=15)
@given(st.lists(st.integers(0, 5), min_size=20, max_size=45), st.integers(0, 44), st.integers(0, 5))
def test_corrections_are_settled_by_one_evaluation(
    passes: list[int], at: int, corrected: int
) -> None:
    """However a day is corrected afterwards, one evaluation writes every record."""
    own = {FIRST + 7 * week: interviewed(passed, 5) for week, passed in enumerate(passes)}
    members = company(own)
    as_of = FIRST + 7 * len(passes)
    breaches = compacted([], reconcile(subject(members), [], as_of, NOW))
    members["i-1"][FIRST + 7 * (at % len(passes))] = interviewed(corrected, 5)
    breaches = compacted(breaches, reconcile(subject(members), breaches, as_of, NOW))

    assert reconcile(subject(members), breaches, as_of, NOW) == []
    assert sum(breach.active for breach in breaches) <= 1
