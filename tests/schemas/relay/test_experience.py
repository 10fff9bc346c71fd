"""Candidates who are still waiting are censored, and only a control group drawn by chance makes an experiment."""

import random

import pytest

from schemas.relay.experience import (
    Group,
    RejectedCandidate,
    contrast,
    reapplications,
    registrations,
    rejected_candidates,
    score,
)
from schemas.relay.facts import Withheld
from tests.schemas.relay.builders import day, invited, ledger, policies, policy, registered, step

TODAY = 1_000


def candidate(
    number: int, again: int | None = None, group: Group = "invited", assigned: bool = False
) -> RejectedCandidate:
    """A candidate who was rejected so many days ago, and applied again so many days later."""
    start = TODAY - number
    return RejectedCandidate(
        day=start, group=group, assigned=assigned, again=None if again is None else start + again
    )


def test_a_recent_rejection_counts_for_as_long_as_it_was_observed() -> None:
    """Of two, one applies again after 5 days; two that were rejected 3 days ago say nothing about the fifth day."""
    share = reapplications([candidate(30, 5), candidate(30), candidate(3), candidate(3)], TODAY)

    assert share is not None
    assert (share.n, share.events) == (4, 1)
    assert share.value == pytest.approx(0.5)
    assert share.interval.low < 0.5 < share.interval.high


def test_no_event_among_few_is_no_certainty() -> None:
    """Twenty who did not apply again leave room for some who do."""
    share = reapplications([candidate(60) for _ in range(20)], TODAY)

    assert share is not None
    assert share.value == 0
    assert share.interval.high > 0.05


def test_a_random_control_group_makes_an_experiment() -> None:
    """Those withheld are compared with all others under the same policy, whether or not the line was sent."""
    with_line = [candidate(60, 5 if number < 15 else None, "invited", True) for number in range(30)]
    unsent = [candidate(60, None, "not_invited", True) for _ in range(10)]
    withheld = [candidate(60, 5 if number < 2 else None, "withheld", True) for number in range(30)]
    earlier = [candidate(400, 1) for _ in range(50)]

    figure = contrast([*with_line, *unsent, *withheld, *earlier], TODAY)

    assert figure is not None
    assert figure.is_experiment
    assert (figure.invited.n, figure.others.n) == (40, 30)
    assert figure.difference == pytest.approx(15 / 40 - 2 / 30)
    assert figure.interval.excludes(0)


def test_without_a_control_group_it_is_no_experiment() -> None:
    """Invited and not invited are compared as they came, and not at all with fewer than ten on a side."""
    line = [candidate(60, 5 if number < 5 else None) for number in range(20)]
    others = [candidate(60, 5 if number < 5 else None, "not_invited") for number in range(20)]

    figure = contrast([*line, *others], TODAY)

    assert figure is not None
    assert not figure.is_experiment
    assert figure.difference == pytest.approx(0)
    assert contrast([*line, *others[:9]], TODAY) is None


def test_the_interval_of_the_difference_covers_the_truth() -> None:
    """With re-applications at 20 % on both sides and random follow-up, it covers zero in nine of ten cases."""
    draw = random.Random(3)
    covered = 0
    for _ in range(300):
        sides = [
            candidate(follow, again if again <= follow else None, group)
            for group in ("invited", "not_invited")
            for follow, again in (
                (draw.randint(30, 200), draw.randint(1, 30) if draw.random() < 0.2 else 999)
                for _ in range(60)
            )
        ]
        figure = contrast(sides, TODAY)
        covered += figure is not None and not figure.interval.excludes(0)

    assert 0.85 <= covered / 300 <= 0.95


def test_a_candidate_is_one_case_from_the_first_rejection_on() -> None:
    """Another application after it is a re-application; the one that was rejected is none, nor one before it."""
    held = Withheld(id="w", at=day(1), application="b")
    state = ledger(
        step("rejected", "a", 1), invited("a"), step("rejected", "b", 1), held, step("rejected", "c", 1),
        terms=policies(policy(holdout=20)),
    )  # fmt: skip
    applied = [
        ("c-a", "a", day(0)),
        ("c-a", "a2", day(11)),
        ("c-b", "b", day(0)),
        ("c-b", "b0", day(0.5)),
    ]

    cases = {one.group: one for one in rejected_candidates(state, applied)}

    assert set(cases) == {"invited", "withheld", "not_invited"}
    assert cases["invited"].again == cases["invited"].day + 10
    assert cases["withheld"].again is None
    assert all(one.assigned for one in cases.values())


def test_registrations_are_counted_by_days_since_the_invitation() -> None:
    """Of two links one registers after a day; that of the company has no candidate and is left out."""
    state = ledger(
        step("rejected", "a"), invited("a"), registered("p", "a"), step("rejected", "b"), invited("b"), invited(None)
    )  # fmt: skip

    share = registrations(state, state.day(day(40)).toordinal())

    assert share is not None
    assert (share.n, share.events, share.days) == (2, 1, 30)
    assert share.value == pytest.approx(0.5)


def test_a_score_has_an_interval_from_two_answers_on() -> None:
    """One answer has none, four have Student's."""
    assert score([]) is None
    one, four = score([8.0]), score([6.0, 8.0, 8.0, 10.0])

    assert one is not None and one.interval is None
    assert four is not None and four.interval is not None
    assert (four.n, four.mean) == (4, 8.0)
    assert four.interval.high - 8.0 == pytest.approx(2.353 * 1.633 / 2, abs=0.01)
