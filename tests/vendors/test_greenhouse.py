"""Greenhouse's snapshots, broken in every way, are accounted for; and what they mean in the corners."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Malformed, Unmapped
from schemas.event import Event, short
from streams.ingest.delivery import Arrival, translate
from tests.fakes import NOON
from tests.ingest.doors import configuration, translated, vendor

FOLDER = Path(__file__).parent / "greenhouse"
BODIES = [
    json.loads(path.read_bytes())
    for path in sorted(FOLDER.glob("*.json"))
    if ".expect" not in path.name
]
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            " ",
            "0001-01-01T00:00:00+14:00",
            "13/45/2020",
            "9" * 600,
            "1e400",
            "ﷺ" * 300,
            "\x1f",
            "2015-02-30",
        ]
    ),
    st.just([]),
    st.just({}),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def put(body: Any, path: tuple[Any, ...], value: object, *, remove: bool) -> None:
    """Change or remove one place."""
    *way, last = path
    for step in way:
        body = body[step]
    if remove:
        del body[last]
    else:
        body[last] = value


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A delivery with up to four places changed or removed."""
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 4))):
        found = [path for path in places(body) if path]
        if found:
            put(body, draw(st.sampled_from(found)), draw(STRANGE), remove=draw(st.booleans()))
    return json.dumps(body).encode()


def arrival(body: bytes) -> Arrival:
    """A delivery at the first Greenhouse door."""
    door = configuration().doors["greenhouse", "acme-greenhouse"]
    return Arrival(id="d", vendor=vendor("greenhouse"), door=door, headers=(), body=body, at=NOON)


@settings(max_examples=600, deadline=None)
@given(broken())
def test_every_delivery_is_accounted_for(body: bytes) -> None:
    """Whatever Greenhouse leaves out or spells otherwise, the delivery is counted, passed over or set aside."""
    try:
        result = translate(arrival(body))
    except (Malformed, Unmapped) as why:
        assert why.reason in {
            "not_json",
            "not_this_vendor",
            "missing_field",
            "unmapped_event",
            "unmapped_value",
        }
        return

    assert result.events or result.ignored or result.ping


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_set_aside(body: bytes) -> None:
    """Bytes that are no delivery are set aside, never an error."""
    with pytest.raises((Malformed, Unmapped)):
        translate(arrival(body))


def changed(name: str, **application: object) -> bytes:
    """A fixture with other fields of its application."""
    body = json.loads((FOLDER / f"{name}.json").read_bytes())
    body["payload"]["application"].update(application)
    return json.dumps(body).encode()


def only(body: bytes) -> Event:
    """The one event of a delivery."""
    (event,) = translated(body).events
    return event


def data(event: Event) -> Any:
    """Its data, whatever the type."""
    return event.data


def test_a_second_move_is_another_event() -> None:
    """A candidate who returns to a stage has moved there twice."""
    first = only(changed("candidate_stage_change"))
    second = only(changed("candidate_stage_change", last_activity_at="2015-03-01T00:00:00Z"))

    assert first.id != second.id


def test_hire_and_offer_update_agree() -> None:
    """An acceptance told twice, by the hire and by the offer, is one acceptance."""
    hire = translated((FOLDER / "hire_candidate.json").read_bytes())
    offer = json.loads((FOLDER / "offer_created.json").read_bytes())["payload"]
    offer.update(
        id="506409", application_id="46194062", version=2, resolved_at="2014-11-20T22:49:14Z"
    )
    update = translated(json.dumps({"action": "offer_updated", "payload": offer}).encode())
    accepted = [
        event.id
        for event in (*hire.events, *update.events)
        if short(event.type) == "offer.accepted"
    ]

    assert accepted == [accepted[0]] * 2


def test_channel_names_are_one() -> None:
    """媒体 written in full width or with more spaces is the same channel."""
    wide = changed(
        "new_candidate_application", source={"id": 5, "public_name": "Ｇｒｅｅｎ　 転職 "}
    )

    assert data(only(wide)).channel.id == "Green 転職"


def test_channel_without_name() -> None:
    """A channel that has only an id is known by it."""
    bare = changed("new_candidate_application", source={"id": 5, "name": None})

    assert data(only(bare)).channel.id == "#5"


def test_an_application_without_stage_or_jobs() -> None:
    """An application may arrive before it has a job, a source or a stage."""
    bare = changed(
        "new_candidate_application", source=None, jobs=None, current_stage=[], candidate=[]
    )
    created = data(only(bare))

    assert (created.channel, created.stage, created.application.job_id) == (None, None, None)


def test_prefix_keeps_two_systems_apart() -> None:
    """Two systems of one company may use the same numbers."""
    body = (FOLDER / "candidate_stage_change.json").read_bytes()
    (event,) = translated(body, (), "acme-prefixed").events
    moved = data(event)

    assert (event.subject, moved.application.id, event.test) == ("gh-265277", "gh-265277", True)
    assert (moved.owners.recruiter_id, moved.to_stage.id) == ("gh-3128", "71416")


def test_an_interview_is_held_once() -> None:
    """An interview seen in several snapshots took place once, when it was first seen."""
    body = (FOLDER / "candidate_stage_change__interviews.json").read_text()
    later = body.replace("2015-02-09T16:38:36Z", "2015-02-12T00:00:00Z").replace(
        "awaiting_feedback", "complete"
    )
    held = {
        event.id
        for each in (body, later)
        for event in translated(each.encode()).events
        if short(event.type) == "interview.completed"
    }

    assert len(held) == 1


def test_refusals_repeat_no_values() -> None:
    """What is logged about a broken delivery holds nothing of the person."""
    with pytest.raises(Malformed) as caught:
        translated(changed("candidate_stage_change", id={"secret": "Taro"}))

    assert "Taro" not in str(caught.value)
