"""Whatever a canonical event may carry is encoded and read again unchanged, and nothing else is accepted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events import packs
from schemas.events.application import FrozenModel
from schemas.events.envelope import TYPES, Event, event_id, full_type
from tests.fakes import NOON
from tests.schemas.events.generated import INSTANTS, data_of

EVENTS = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: st.tuples(st.just(name), data_of(name))
)
SEQUENCES = st.none() | st.text("0123456789abc", min_size=1, max_size=64)


def event(name: str, data: FrozenModel, **more: Any) -> Event:
    """An event of that type and data."""
    fields = {"time": NOON, "subject": "a-1"} | more
    return Event(
        id=event_id("acme-events", name, ("a-1",), "1"),
        source="urn:ats:standard:acme:acme-events",
        type=full_type(name),
        tenant="acme",
        recordedtime=NOON,
        data=data,
        **fields,
    )


@given(EVENTS, INSTANTS, SEQUENCES)
def test_an_event_is_read_as_it_was_written(
    named: tuple[str, FrozenModel], time: Any, sequence: str | None
) -> None:
    """Encoding leaves out what is absent and loses nothing else."""
    written = event(*named, time=time, sequence=sequence)

    assert Event.model_validate_json(written.model_dump_json(exclude_none=True)) == written


@given(EVENTS)
def test_the_worker_reads_what_the_edge_accepts(named: tuple[str, FrozenModel]) -> None:
    """A pack of any accepted event keeps its identity and the id of its application."""
    written = event(*named)
    (read,) = packs.decode_events(
        packs.encode([written.model_dump_json(exclude_none=True).encode()])
    )
    application: Any = getattr(written.data, "application", None)

    assert (read.id, read.type, read.time, read.subject) == (
        written.id,
        written.type,
        written.time,
        "a-1",
    )
    assert (None if application is None else application.id) == (
        None if read.data.application is None else read.data.application.id
    )


@given(EVENTS, st.text(min_size=1, max_size=20))
def test_an_unknown_field_is_never_lost(named: tuple[str, FrozenModel], field: str) -> None:
    """A field that no model has is refused, because dropping it would change numbers silently."""
    name, data = named
    document = json.loads(data.model_dump_json(exclude_none=True))
    if field in type(data).model_fields:
        return
    with pytest.raises(ValidationError):
        TYPES[name].model_validate_json(json.dumps({**document, field: 1}))


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(sorted(TYPES)), st.data())
def test_data_belongs_to_its_type(name: str, other: str, draw: st.DataObject) -> None:
    """An event carries the data of its own type and no other."""
    data = draw.draw(data_of(other))
    if TYPES[name] is TYPES[other]:
        return
    with pytest.raises(ValidationError):
        event(name, data)
