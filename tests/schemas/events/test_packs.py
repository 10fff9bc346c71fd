"""What is written is what is read: packs, cells and events, and nothing else gets through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.cells import Cell, CellKey, decode_cell, decode_key, encode_cell, encode_key
from schemas.errors import Malformed
from schemas.events import packs
from schemas.events.envelope import TYPES, Event, event_id, full, short

TEXT = st.text(min_size=1, max_size=20)
APPLICATION = {"application": {"id": "a1", "applied_at": "2026-01-05T00:00:00Z"}}


def envelope(**more: object) -> dict[str, object]:
    """A valid event as JSON."""
    return {
        "id": "0" * 32,
        "source": "urn:ats:standard:acme:acme-events",
        "type": full("application.created"),
        "time": "2026-01-05T00:00:00Z",
        "tenant": "acme",
        "subject": "a1",
        "recordedtime": "2026-01-05T09:00:01+09:00",
        "data": APPLICATION,
        **more,
    }


@given(st.builds(CellKey, TEXT, TEXT, TEXT, st.integers(0, 60_000), TEXT))
def test_a_cell_key_reads_back(key: CellKey) -> None:
    """Names of channels may hold anything, quotes and Japanese included."""
    assert decode_key(encode_key(key)) == key


@given(st.integers(-1, 2**62), st.dictionaries(TEXT, st.integers(-(2**62), 2**62)))
def test_a_cell_reads_back(offset: int, measures: dict[str, int]) -> None:
    """Counts and the fence survive the topic."""
    assert decode_cell(encode_cell(Cell(offset, measures))) == Cell(offset, measures)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_a_pack_reads_back(subjects: list[str]) -> None:
    """Every event of a pack comes out, in order."""
    events = [Event.model_validate_json(json.dumps(envelope(subject=each))) for each in subjects]
    pack = packs.encode([event.model_dump_json(exclude_none=True).encode() for event in events])

    assert subjects == [accepted.subject for accepted in packs.decode(pack)]


@given(st.binary(max_size=200))
def test_foreign_bytes_are_malformed_never_a_crash(value: bytes) -> None:
    """Whatever stands in the topic, the worker is told in words."""
    with pytest.raises(Malformed):
        packs.decode(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "g" * 32},
        {"time": "9999-12-31T23:59:59Z"},
        {"time": "2026-01-05T00:00:00"},
        {"data": {"application": {"id": "a1", "applied_at": "0001-01-01T00:00:00Z"}}},
        {"data": {**APPLICATION, "version": 10**30}},
    ],
)
def test_an_event_that_would_break_the_fold_is_malformed(wrong: dict[str, object]) -> None:
    """A foreign writer cannot put the worker into a crash loop."""
    with pytest.raises(Malformed):
        packs.decode(packs.encode([json.dumps(envelope(**wrong)).encode()]))


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
def test_an_event_that_is_not_ours_is_refused(wrong: dict[str, object]) -> None:
    """Unknown types, unknown fields, numbers for texts, instants without a zone."""
    with pytest.raises(ValidationError):
        Event.model_validate_json(json.dumps(envelope(**wrong)))


@given(st.sampled_from(sorted(TYPES)))
def test_full_and_short_names_are_one(name: str) -> None:
    """The wire name and the name in code undo each other."""
    assert short(full(name)) == name


@given(st.lists(TEXT, min_size=3, max_size=3, unique=True))
def test_an_event_id_depends_on_every_part(parts: list[str]) -> None:
    """The same entity with another occurrence is another event; parts cannot run into each other."""
    one, two, three = parts

    assert event_id(one, "x", (two,), three) == event_id(one, "x", (two,), three)
    assert event_id(one, "x", (two,), three) != event_id(one, "x", (three,), two)
    assert event_id("a", "x", ("b", "c"), "d") != event_id("a", "x", ("b",), "cd")
