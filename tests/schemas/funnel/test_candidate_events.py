"""Context events reach the same applications from either side, whatever their arrival order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel.candidate_events import ContextEvents, candidate_fate, parent_keys
from schemas.funnel.fold import contribution
from schemas.funnel.funnel_events import ContextEvent
from schemas.funnel.rules import Rules
from tests.builders import (
    HOUR,
    START,
    context_events,
    funnel_event,
    stage_change,
    vendor_stage,
)

RULES = Rules("Asia/Tokyo")


@st.composite
def context_histories(draw: st.DrawFn) -> list[ContextEvent]:
    """Context events, each at its own offset."""
    events = [draw(context_events(number)) for number in range(1, draw(st.integers(2, 9)))]
    for offset, event in enumerate(events):
        event.header.offset = offset
    return events


PARENTS = ("candidate/c1", "candidate/c2", "candidate/c3", "job/j1", "job/j2")


def context_of(events: list[ContextEvent]) -> ContextEvents:
    """A `ContextEvents` with these events."""
    context = ContextEvents()
    for event in events:
        context.add(event)
    return context


@given(context_histories(), st.randoms(use_true_random=False))
def test_arrival_and_repetition_change_nothing(
    events: list[ContextEvent], rng: random.Random
) -> None:
    """The events that reach an application do not depend on arrival order or repetition."""
    shuffled = events * 2
    rng.shuffle(shuffled)
    in_order, repeated = context_of(events), context_of(shuffled)

    for parent in PARENTS:
        assert in_order.events_reaching([parent], 99) == repeated.events_reaching([parent], 99)


@given(context_histories())
def test_reaching_and_reached_agree(events: list[ContextEvent]) -> None:
    """An event that reaches an application lists its parent, once the merges before it are known."""
    context = context_of(events)
    for parent in PARENTS:
        for event in context.events_reaching([parent], 99):
            before = context_of(
                [earlier for earlier in events if earlier.header.offset <= event.header.offset]
            )
            if event in before.events_reaching([parent], event.header.offset):
                assert parent in before.parents_reached(event)


@given(context_histories(), st.integers(0, 8))
def test_an_answer_at_an_offset_stays(events: list[ContextEvent], offset: int) -> None:
    """A replay gets the same answer at an offset, whatever has arrived since."""
    then = context_of([event for event in events if event.header.offset <= offset])
    now = context_of(events)

    for parent in PARENTS:
        assert then.events_reaching([parent], offset) == now.events_reaching([parent], offset)


def test_an_event_from_another_offset_is_a_copy() -> None:
    """The first arrival of an id wins."""
    event = funnel_event(1, "candidate.deleted", 1, candidate="c1")
    context = context_of([event])
    copy = funnel_event(1, "candidate.deleted", 1, candidate="c1", offset=7)

    assert context.add(event)
    assert not context.add(copy)
    assert len(context) == 1


def test_an_application_belongs_to_its_candidate_and_its_job() -> None:
    """The parents are the candidate and the job that the event names."""
    event = funnel_event(1, "application.created", candidate="c1", job="j1")

    assert parent_keys(event) == ["candidate/c1", "job/j1"]
    assert parent_keys(funnel_event(2, "application.created")) == []


CREATED = funnel_event(1, "application.created", 0, candidate="c1")
MERGED = funnel_event(2, "candidate.merged", 1, loser="c1", winner="c2")


def test_the_winner_of_a_merge_decides() -> None:
    """After a merge, deleting the loser retracts nothing; deleting the winner retracts the application."""
    loser = funnel_event(3, "candidate.deleted", 2, candidate="c1")
    winner = funnel_event(4, "candidate.deleted", 2, candidate="c2")

    assert not candidate_fate([CREATED, MERGED, loser], "retract").excluded
    assert candidate_fate([CREATED, MERGED, winner], "retract").excluded
    assert not candidate_fate([CREATED, MERGED, winner], "named").excluded


def test_the_tenant_chooses_what_a_deletion_retracts() -> None:
    """An application deleted on its own never counts; one deleted with its candidate follows the policy."""
    alone = funnel_event(3, "application.deleted", 2, with_candidate=False)
    with_candidate = funnel_event(3, "application.deleted", 2, with_candidate=True)

    assert [
        candidate_fate([CREATED, alone], policy).excluded for policy in ("named", "keep", "retract")
    ] == [True] * 3
    silent = [
        candidate_fate([CREATED, with_candidate], policy).excluded
        for policy in ("named", "keep", "retract")
    ]
    assert silent == [True, False, True]


def test_a_cycle_of_merges_ends() -> None:
    """Invalid input never hangs the fold."""
    back = funnel_event(3, "candidate.merged", 2, loser="c2", winner="c1")

    assert not candidate_fate([CREATED, MERGED, back], "retract").excluded
    assert context_of([MERGED, back]).events_reaching(["candidate/c1"], 9) == [MERGED, back]


def test_events_after_an_anonymisation_reset_are_ignored() -> None:
    """Only an anonymisation that resets stages sets the cutoff for later events."""
    reset = funnel_event(3, "candidate.anonymized", 5, candidate="c1", resets_stages=True)
    names = funnel_event(4, "candidate.anonymized", 5, candidate="c1", resets_stages=False)

    assert candidate_fate([CREATED, reset], "named").cutoff is not None
    assert candidate_fate([CREATED, names], "named").cutoff is None


def test_a_reset_just_before_its_anonymisation_is_ignored() -> None:
    """Systems stamp the reset just before they report the deletion; the application did not restart."""
    history = [
        funnel_event(0, "application.created", applied_at=START, candidate="c1", channel="doda"),
        stage_change(1, 24, "s1"),
        stage_change(2, 48, "s2"),
    ]
    reset = funnel_event(
        3,
        "application.updated",
        24 * 30,
        applied_at=START + 24 * 30 * HOUR,
        stage=vendor_stage(("s1", "書類選考")),
    )
    anonymized = funnel_event(
        4, "candidate.anonymized", 24 * 30 + 10, candidate="c1", resets_stages=True
    )
    rejected = funnel_event(5, "application.rejected", 24 * 30 + 9, party="company")

    assert contribution(history, "t", RULES) == contribution(
        [*history, reset, anonymized], "t", RULES
    )
    assert contribution([*history, rejected], "t", RULES) == contribution(
        [*history, rejected, anonymized], "t", RULES
    )
