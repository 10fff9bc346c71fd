"""Events about candidates and pipelines reach the same applications from either side, in whatever order they arrive."""

import random

from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel.candidate_events import KnownContext, fate, parents
from schemas.funnel.fold import facts
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from tests.builders import HOUR, START, contexts, happened, moved

RULES = Rules("Asia/Tokyo")


@st.composite
def logs(draw: st.DrawFn) -> list[FunnelEvent]:
    """Context events at offsets of their own."""
    events = [draw(contexts(number)) for number in range(1, draw(st.integers(2, 9)))]
    for offset, event in enumerate(events):
        event.offset = offset
    return events


PARENTS = ("candidate/c1", "candidate/c2", "candidate/c3", "job/j1", "job/j2")


def known(events: list[FunnelEvent]) -> KnownContext:
    """All of them."""
    found = KnownContext()
    for event in events:
        found.add(event)
    return found


@given(logs(), st.randoms(use_true_random=False))
def test_arrival_and_repetition_change_nothing(
    events: list[FunnelEvent], rng: random.Random
) -> None:
    """What reaches an application depends on what happened, not on how it was heard."""
    shuffled = events * 2
    rng.shuffle(shuffled)
    one, other = known(events), known(shuffled)

    for parent in PARENTS:
        assert one.reaching([parent], 99) == other.reaching([parent], 99)


@given(logs())
def test_reaching_and_reached_agree(events: list[FunnelEvent]) -> None:
    """An event that is among those of an application finds it, when the merges before it are known."""
    found = known(events)
    for parent in PARENTS:
        for event in found.reaching([parent], 99):
            before = known([each for each in events if each.offset <= event.offset])
            if event in before.reaching([parent], event.offset):
                assert parent in before.reached(event)


@given(logs(), st.integers(0, 8))
def test_an_answer_at_an_offset_stays(events: list[FunnelEvent], offset: int) -> None:
    """A replay that asks again is told what it was told, whatever has come since."""
    then = known([each for each in events if each.offset <= offset])
    now = known(events)

    for parent in PARENTS:
        assert then.reaching([parent], offset) == now.reaching([parent], offset)


def test_an_event_from_another_place_is_a_copy() -> None:
    """Of one id the first to arrive stands."""
    event = happened(1, "candidate.deleted", 1, candidate="c1")
    found = known([event])
    copy = happened(1, "candidate.deleted", 1, candidate="c1", offset=7)

    assert found.add(event)
    assert not found.add(copy)
    assert len(found) == 1


def test_an_application_belongs_to_its_candidate_and_its_job() -> None:
    """As far as the event says."""
    event = happened(1, "application.created", candidate="c1", job="j1")

    assert parents(event) == ["candidate/c1", "job/j1"]
    assert parents(happened(2, "application.created")) == []


CREATED = happened(1, "application.created", 0, candidate="c1")
MERGED = happened(2, "candidate.merged", 1, candidate="c1", entity="c2")


def test_the_winner_of_a_merge_decides() -> None:
    """After a merge the loser's removal takes nothing, the winner's does."""
    loser = happened(3, "candidate.deleted", 2, candidate="c1")
    winner = happened(4, "candidate.deleted", 2, candidate="c2")

    assert not fate([CREATED, MERGED, loser], "retract").silent
    assert fate([CREATED, MERGED, winner], "retract").silent
    assert not fate([CREATED, MERGED, winner], "named").silent


def test_what_a_deletion_takes_is_the_tenants_choice() -> None:
    """An application that is deleted by itself never counts; one that goes with its candidate as the tenant says."""
    alone = happened(3, "application.deleted", 2, number=0)
    with_candidate = happened(3, "application.deleted", 2, number=1)

    assert [fate([CREATED, alone], policy).silent for policy in ("named", "keep", "retract")] == [
        True
    ] * 3
    silent = [fate([CREATED, with_candidate], p).silent for p in ("named", "keep", "retract")]
    assert silent == [True, False, True]


def test_a_circle_of_merges_ends() -> None:
    """Nonsense from outside never hangs the fold."""
    back = happened(3, "candidate.merged", 2, candidate="c2", entity="c1")

    assert not fate([CREATED, MERGED, back], "retract").silent
    assert known([MERGED, back]).reaching(["candidate/c1"], 9) == [MERGED, back]


def test_what_an_anonymisation_resets_is_not_believed() -> None:
    """From the moment on when stages are reset, what is told of the application was made up."""
    reset = happened(3, "candidate.anonymized", 5, candidate="c1", number=1)
    names = happened(4, "candidate.anonymized", 5, candidate="c1", number=0)

    assert fate([CREATED, reset], "named").until is not None
    assert fate([CREATED, names], "named").until is None


def test_a_reset_told_just_before_its_anonymisation_is_not_believed() -> None:
    """Systems stamp the reset a moment before the deletion is heard of: the application begins anew, which it did not."""
    told = [
        happened(0, "application.created", applied=START, candidate="c1", channel="doda"),
        moved(1, 24, "s1"),
        moved(2, 48, "s2"),
    ]
    reset = happened(
        3,
        "application.updated",
        24 * 30,
        applied=START + 24 * 30 * HOUR,
        stage="s1",
        stage_name="書類選考",
    )
    gone = happened(4, "candidate.anonymized", 24 * 30 + 10, candidate="c1", number=1)
    news = happened(5, "application.rejected", 24 * 30 + 9, party="company")

    assert facts(told, "t", RULES) == facts([*told, reset, gone], "t", RULES)
    assert facts([*told, news], "t", RULES) == facts([*told, news, gone], "t", RULES)
