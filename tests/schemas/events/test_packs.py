"""Packs, cells and events decode to what was encoded; anything else is rejected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.cells import Cell, CellKey, decode_cell, decode_key, encode_cell, encode_key
from schemas.errors import Malformed
from schemas.events import packs
from schemas.events.envelope import TYPES, Event, event_id, full_type, short_type

TEXT = st.text(min_size=1, max_size=20)
APPLICATION = {"application": {"id": "a1", "applied_at": "2026-01-05T00:00:00Z"}}


def envelope(**more: object) -> dict[str, object]:
    """A valid event as JSON."""
    return {
        "id": "0" * 32,
        "source": "urn:ats:standard:acme:acme-events",
        "type": full_type("application.created"),
        "time": "2026-01-05T00:00:00Z",
        "tenant": "acme",
        "subject": "a1",
        "recordedtime": "2026-01-05T09:00:01+09:00",
        "data": APPLICATION,
        **more,
    }


@given(st.builds(CellKey, TEXT, TEXT, TEXT, st.integers(0, 60_000), TEXT))
def test_a_cell_key_round_trips(key: CellKey) -> None:
    """Member names may hold any text, including quotes and Japanese."""
    assert decode_key(encode_key(key)) == key


@given(st.integers(-1, 2**62), st.dictionaries(TEXT, st.integers(-(2**62), 2**62)))
def test_a_cell_round_trips(offset: int, measures: dict[str, int]) -> None:
    """Measures and the offset survive encoding."""
    assert decode_cell(encode_cell(Cell(offset, measures))) == Cell(offset, measures)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_a_pack_round_trips(subjects: list[str]) -> None:
    """Every event of a pack is decoded, in order."""
    events = [
        Event.model_validate_json(json.dumps(envelope(subject=subject))) for subject in subjects
    ]
    pack = packs.encode([event.model_dump_json(exclude_none=True).encode() for event in events])

    assert subjects == [event.subject for event in packs.decode_events(pack)]


@given(st.binary(max_size=200))
def test_foreign_bytes_are_malformed(value: bytes) -> None:
    """Any bytes in the topic raise Malformed and never crash the worker."""
    with pytest.raises(Malformed):
        packs.decode_events(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "g" * 32},
        {"time": "9999-12-31T23:59:59Z"},
        {"time": "2026-01-05T00:00:00"},
        {"data": {"application": {"id": "a1", "applied_at": "0001-01-01T00:00:00Z"}}},
        {"data": {**APPLICATION, "version": 10**30}},
        {"data": {**APPLICATION, "decision": 3}},
    ],
)
def test_an_event_that_would_break_the_fold_is_malformed(wrong: dict[str, object]) -> None:
    """A foreign producer cannot put the worker into a crash loop."""
    with pytest.raises(Malformed):
        packs.decode_events(packs.encode([json.dumps(envelope(**wrong)).encode()]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "recruit.application.invented.v1"},
        {"type": "application.created"},
        {"id": "short"},
        {"source": "somewhere"},
        {"time": "2026-01-05T00:00:00"},
        {"time": "1900-01-05T00:00:00Z"},
        {"data": {"application": {"id": 5}}},
        {"data": {"application": {"id": "a1", "e_mail": "x"}}},
        {"data": {}},
        {"surprise": 1},
    ],
)
def test_an_invalid_event_is_rejected(wrong: dict[str, object]) -> None:
    """Unknown types, unknown fields, numbers for strings and instants without a zone are rejected."""
    with pytest.raises(ValidationError):
        Event.model_validate_json(json.dumps(envelope(**wrong)))


@given(st.sampled_from(sorted(TYPES)))
def test_full_and_short_types_are_inverse(name: str) -> None:
    """The full type converts back to the short type."""
    assert short_type(full_type(name)) == name


@given(st.lists(TEXT, min_size=3, max_size=3, unique=True))
def test_an_event_id_depends_on_every_part(parts: list[str]) -> None:
    """Another occurrence of an entity is another event, and adjacent parts cannot run together."""
    connection, entity, occurrence = parts

    assert event_id(connection, "x", (entity,), occurrence) == event_id(
        connection, "x", (entity,), occurrence
    )
    assert event_id(connection, "x", (entity,), occurrence) != event_id(
        connection, "x", (occurrence,), entity
    )
    assert event_id("a", "x", ("b", "c"), "d") != event_id("a", "x", ("b",), "cd")
