"""Workers that record new connections at the same time lose none of them, and one replay runs at a time."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.kafka.epochs import Epoch, ReplayClaim, ReplayClaims
from schemas.tenants.config import StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping


def record(**stages: str) -> Epoch:
    """Return a record of epoch 0 with one connection per keyword, whose first stage has that milestone."""
    connections = {
        name: ConnectionMapping(stages=(StageRule(stage_id="s1", milestone=milestone),))
        for name, milestone in stages.items()
    }
    return Epoch(
        number=0,
        state="live",
        facts=1,
        meaning=MappingSnapshot(tenants={"acme": TenantMapping(connections=connections)}),
        changed=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_later_record_keeps_the_connections_of_an_earlier_one() -> None:
    """Each of two workers wrote what it had read before the other wrote."""
    assert record(lever="screening").following(record(ashby="offer")).meaning == (
        record(ashby="offer", lever="screening").meaning
    )


def test_the_first_mapping_of_a_connection_stands() -> None:
    """Its worker may have counted with it already."""
    assert record(lever="offer").following(record(lever="screening")) == record(lever="screening")


def test_the_state_is_that_of_the_last_record() -> None:
    """Only mappings accumulate."""
    retired = record(lever="offer").model_copy(update={"state": "retired"})

    assert retired.following(record(lever="offer")) == retired


NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def claim(name: str, replaces: str = "", **fields: Any) -> ReplayClaim:
    """Return a claim of a replay."""
    return ReplayClaim(id=name, by=f"{name}@host", since=NOON, replaces=replaces, **fields)


def holder(*claims: ReplayClaim) -> str:
    """Return who may replay after these claims, in this order."""
    state = ReplayClaims()
    for record_of_claim in claims:
        state.add(record_of_claim)
    assert state.holder is not None
    return state.holder.id


@given(st.permutations(["b", "c", "d"]))
def test_of_several_who_replace_a_dead_replay_the_first_one_has_the_lock(rivals: list[str]) -> None:
    """All have seen the same replay end; the order of their claims decides, for every reader alike."""
    assert holder(claim("a"), *(claim(name, replaces="a") for name in rivals)) == rivals[0]


@given(st.lists(st.sampled_from("abc"), max_size=8))
def test_a_beat_of_another_replay_takes_no_lock(beats: list[str]) -> None:
    """One that was frozen and wakes up goes on with its beats, in vain."""
    claims = [claim(name, beat=number) for number, name in enumerate(beats)]

    assert holder(claim("a"), claim("b", replaces="a"), *claims) == "b"


def test_a_released_lock_is_free() -> None:
    """Whoever claims it next has it."""
    assert holder(claim("a"), claim("a", released=True), claim("b")) == "b"
