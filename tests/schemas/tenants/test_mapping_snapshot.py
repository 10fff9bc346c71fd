"""Tests of mapping snapshots and ending reasons."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kafka.epochs import Epoch
from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping
from schemas.tenants.milestones import MILESTONES
from schemas.tenants.reasons import EVENT_BY_PARTY, NAMES_BY_PARTY, is_duplicate, lookup_party

IDS = st.sampled_from(["a", "b", "c"])
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
            party=st.sampled_from(sorted(EVENT_BY_PARTY)),
        ),
        max_size=2,
    ).map(tuple),
)
SNAPSHOTS = st.builds(
    MappingSnapshot,
    tenants=st.dictionaries(
        IDS,
        st.builds(
            TenantMapping,
            timezone=st.sampled_from(["UTC", "Asia/Tokyo"]),
            connections=st.dictionaries(IDS, CONNECTIONS, max_size=3),
        ),
        max_size=3,
    ),
)


@given(SNAPSHOTS, SNAPSHOTS)
def test_what_was_counted_keeps_its_meaning(ours: MappingSnapshot, theirs: MappingSnapshot) -> None:
    """Extending adds new tenants and connections, changes no existing mapping, and is idempotent."""
    whole = ours.extended_with(theirs)

    assert ours.changes(whole) == []
    assert whole.extended_with(theirs) == whole
    for name, tenant in theirs.tenants.items():
        for connection in tenant.connections:
            assert whole.contains(name, connection)


@given(SNAPSHOTS, SNAPSHOTS)
def test_changes_name_what_a_replay_would_change(
    ours: MappingSnapshot, theirs: MappingSnapshot
) -> None:
    """A snapshot does not differ from itself, and the absence of changes is symmetric."""
    same = ours.changes(theirs) == []

    assert ours.changes(ours) == []
    assert same == (theirs.changes(ours) == [])


@given(SNAPSHOTS)
def test_an_epoch_reads_back(snapshot: MappingSnapshot) -> None:
    """An epoch survives a JSON round trip."""
    now = datetime(2026, 4, 1, tzinfo=UTC)
    epoch = Epoch(number=3, state="building", facts=2, meaning=snapshot, changed=now)

    assert Epoch.model_validate_json(epoch.model_dump_json()) == epoch


def test_no_reason_is_known_for_two_parties() -> None:
    """Every well-known reason belongs to exactly one party."""
    names = [name for names in NAMES_BY_PARTY.values() for name in names]

    assert len(names) == len(set(names))
    assert {lookup_party(name) for name in names} == {"company", "candidate", "neither"}


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("辞退", "candidate"),
        ("  Offer　Declined ", "candidate"),
        ("スキル不足", "company"),
        ("重複", "duplicate"),
        ("Вакансия закрыта", "neither"),
        ("Не прошёл интервью", "company"),
        ("Timing", None),
        ("", None),
        (None, None),
    ],
)
def test_reasons_are_known_or_not_guessed(name: str | None, party: str | None) -> None:
    """Width, case and spaces do not matter; an unknown reason is left to the administrator."""
    assert lookup_party(name) == party


@pytest.mark.parametrize(
    "name",
    [
        *(
            "重複",
            "重複応募",
            "応募重複",
            "二重応募",
            "他エージェントと重複",
            "重複のため",
            "紹介の重複",
            "重複登録",
        ),
        *(
            "Duplicate",
            "Duplicates",
            "duplicate application",
            "Duplicated",
            "Possible duplicate",
            "Дубль",
            "Дубликат",
        ),
    ],
)
def test_a_duplicate_is_known(name: str) -> None:
    """A reason that means a duplicate closes the application as one, which is in no rate."""
    assert is_duplicate(name)
    assert lookup_party(name) == "duplicate"
    assert EVENT_BY_PARTY["duplicate"] == "application.closed"


@pytest.mark.parametrize(
    "name",
    [
        "スキル重複",
        "重複なし",
        "重複確認",
        "Not a duplicate",
        "Duplicate skills",
        "double",
        "不採用",
        "",
        None,
    ],
)
def test_another_reason_is_no_duplicate(name: str | None) -> None:
    """A duplicate of something else, or none, is no duplicate application."""
    assert not is_duplicate(name)
