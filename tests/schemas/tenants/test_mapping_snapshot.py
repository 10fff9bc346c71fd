"""What numbers were counted by is kept with them: it grows by what is new, and says what would be counted otherwise."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kafka.epochs import Epoch
from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping
from schemas.tenants.milestones import MILESTONES
from schemas.tenants.reasons import BY_PARTY, NAMES, party_of

NAMES_OF = st.sampled_from(["a", "b", "c"])
CONNECTIONS = st.builds(
    ConnectionMapping,
    stages=st.lists(
        st.builds(
            StageRule,
            stage_id=st.sampled_from(["1", "2"]),
            milestone=st.sampled_from(MILESTONES),
        ),
        max_size=2,
    ).map(tuple),
    reasons=st.lists(
        st.builds(
            ReasonRule,
            reason_name=st.sampled_from(["辞退", "Other"]),
            party=st.sampled_from(sorted(BY_PARTY)),
        ),
        max_size=2,
    ).map(tuple),
)
MEANINGS = st.builds(
    MappingSnapshot,
    tenants=st.dictionaries(
        NAMES_OF,
        st.builds(
            TenantMapping,
            timezone=st.sampled_from(["UTC", "Asia/Tokyo"]),
            connections=st.dictionaries(NAMES_OF, CONNECTIONS, max_size=3),
        ),
        max_size=3,
    ),
)


@given(MEANINGS, MEANINGS)
def test_what_was_counted_keeps_its_meaning(ours: MappingSnapshot, theirs: MappingSnapshot) -> None:
    """New tenants and connections are taken up; nothing that is there changes; twice is as once."""
    whole = ours.extended(theirs)

    assert ours.changes(whole) == []
    assert whole.extended(theirs) == whole
    for name, tenant in theirs.tenants.items():
        for connection in tenant.connections:
            assert whole.knows(name, connection)


@given(MEANINGS, MEANINGS)
def test_changes_name_what_a_replay_would_change(
    ours: MappingSnapshot, theirs: MappingSnapshot
) -> None:
    """No change is said exactly when extending either by the other gives the same for what both know."""
    same = ours.changes(theirs) == []

    assert ours.changes(ours) == []
    assert same == (theirs.changes(ours) == [])


@given(MEANINGS)
def test_an_epoch_reads_back(meaning: MappingSnapshot) -> None:
    """What is recorded in Kafka is what was written."""
    now = datetime(2026, 4, 1, tzinfo=UTC)
    epoch = Epoch(number=3, state="building", facts=2, meaning=meaning, changed=now)

    assert Epoch.model_validate_json(epoch.model_dump_json()) == epoch


def test_no_reason_is_known_for_two_parties() -> None:
    """A well-known reason leaves no doubt."""
    every = [name for names in NAMES.values() for name in names]

    assert len(every) == len(set(every))
    assert {party_of(name) for name in every} == {"company", "candidate", "neither"}


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("辞退", "candidate"),
        ("  Offer　Declined ", "candidate"),
        ("スキル不足", "company"),
        ("重複", "neither"),
        ("Timing", None),
        ("", None),
        (None, None),
    ],
)
def test_reasons_are_known_or_not_guessed(name: str | None, party: str | None) -> None:
    """Width, case and spaces do not matter; what is not well known is left to the administrator."""
    assert party_of(name) == party
