"""Events are clean at every door: their ids, their texts and their times, or they are set aside with the reason."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from schemas.events.application import FrozenModel
from schemas.events.envelope import TYPES, Event, event_id, full_type
from streams.ingest.cleaning.events import clean_event, clean_translation
from streams.ingest.vendor import Translation, subject_of
from tests.fakes import NOON
from tests.schemas.events.generated import data_of

ADDRESS = "taro@example.jp"


def event(name: str, data: dict[str, Any], time: datetime = NOON) -> Event:
    """An event of the tenant acme."""
    model: FrozenModel = TYPES[name].model_validate_json(json.dumps(data))
    return Event(
        id=event_id("acme-events", name, (subject_of(model),), "1"),
        source="urn:ats:standard:acme:acme-events",
        type=full_type(name),
        time=time,
        tenant="acme",
        subject=subject_of(model),
        recordedtime=NOON,
        data=model,
    )


def application(**more: Any) -> dict[str, Any]:
    """The data of an event about the application a-1."""
    return {"application": {"id": "a-1", **more.pop("application", {})}, **more}


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("application.created", {"application": {"id": ADDRESS}}, "application.id"),
        (
            "application.created",
            application(application={"candidate_id": ADDRESS}),
            "application.candidate_id",
        ),
        ("application.created", application(channel={"id": ADDRESS}), "channel.id"),
        ("application.created", application(touches=[{"id": ADDRESS}]), "touches.id"),
        ("application.created", application(owners={"recruiter_id": ADDRESS}), "recruiter_id"),
        (
            "application.created",
            application(owners={"hiring_manager_ids": ["u-1", ADDRESS]}),
            "hiring_manager_ids",
        ),
        (
            "interview.completed",
            application(interview_id="i", interviewers=[{"user_id": ADDRESS}]),
            "interviewers.user_id",
        ),
        ("feedback.submitted", application(feedback_id=ADDRESS), "feedback_id"),
        ("application.hired", application(stage={"id": ADDRESS}), "stage.id"),
        ("job.opened", {"job_id": "j", "recruiter_ids": [ADDRESS]}, "recruiter_ids"),
        ("candidate.merged", {"from_id": "c-1", "into_id": ADDRESS}, "into_id"),
        ("employment.started", {"application_id": ADDRESS}, "application_id"),
        (
            "application.created",
            {"application": {"id": "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ"}},
            "application.id",
        ),
        ("application.created", {"application": {"id": "taro%40example.jp"}}, "application.id"),
    ],
)
def test_an_address_as_an_id_is_set_aside(name: str, data: dict[str, Any], place: str) -> None:
    """An id that looks like an address refuses its event; the reason names the field and never the value."""
    with pytest.raises(Malformed) as refused:
        clean_event(event(name, data))

    assert refused.value.reason == "address_in_id"
    assert f"{name}: " in refused.value.detail and place in refused.value.detail
    assert "example" not in refused.value.detail


def test_the_rest_of_the_delivery_counts() -> None:
    """Only the event at fault is set aside."""
    good, bad = (
        event("application.created", application()),
        event("candidate.deleted", {"candidate_id": ADDRESS}),
    )
    cleaned = clean_translation(Translation(events=(bad, good)), NOON)

    assert cleaned.events == (good,)
    assert [fault.reason for fault in cleaned.faults] == ["address_in_id"]


def test_ids_have_one_form() -> None:
    """Wide and half-width letters, repeated spaces and control characters do not make another id."""
    data = {
        "application": {"id": " Ａ\u3000 １\x00", "job_id": "ﾃﾞｰﾀ"},
        "channel": {"id": "ﾋﾞｽﾞﾘｰﾁ"},
    }
    cleaned: Any = clean_event(event("application.created", data))

    assert cleaned.subject == "A 1"
    assert cleaned.data.application.id == "A 1"
    assert cleaned.data.application.job_id == "データ"
    assert cleaned.data.channel.id == "ビズリーチ"


@pytest.mark.parametrize("text", ["\x00", " ", "\u200b"])
def test_an_id_of_nothing_visible_is_set_aside(text: str) -> None:
    """An id of spaces or control characters identifies nothing."""
    with pytest.raises(Malformed, match=r"application\.id must have 1 to 200 visible characters"):
        clean_event(event("application.created", {"application": {"id": text}}))


def test_texts_lose_personal_data_and_channels_keep_their_name() -> None:
    """A channel is what is left of its name; a text of which nothing is left is absent."""
    data = application(
        channel={
            "id": f"紹介 山田太郎 {ADDRESS}",
            "name": f"紹介 山田太郎 {ADDRESS}",
            "detail": ADDRESS,
        },
        stage={"id": "s-1", "name": "一次面接 090-1234-5678"},
    )
    cleaned: Any = clean_event(event("application.created", data)).data

    assert (cleaned.channel.id, cleaned.channel.name, cleaned.channel.detail) == (
        "紹介",
        "紹介",
        None,
    )
    assert cleaned.stage.name == "一次面接"


@pytest.mark.parametrize(
    ("scope", "member"), [("channel", "紹介"), ("agency", "紹介"), ("hire", None), ("job", None)]
)
def test_the_member_of_a_cost_is_a_name_or_an_id(scope: str, member: str | None) -> None:
    """Channels and agencies are named; jobs and applications have ids."""
    data = {"cost_id": "c", "amount": 1, "currency": "JPY", "kind": "media", "scope": scope}
    cost = event("cost.recorded", {**data, "member": f"紹介 {ADDRESS}"})
    if member is None:
        with pytest.raises(Malformed, match="member looks like an e-mail address"):
            clean_event(cost)
    else:
        cleaned: Any = clean_event(cost).data
        assert cleaned.member == member


def test_a_clean_event_is_not_copied() -> None:
    """Nearly all events are clean, so cleaning costs them nothing but the look."""
    clean = event("application.created", application(channel={"id": "@cosme"}))

    assert clean_event(clean) is clean


FAR = NOON + timedelta(days=2, seconds=1)


@pytest.mark.parametrize(
    ("name", "data", "time", "field"),
    [
        ("application.created", application(), FAR, "time"),
        ("application.created", application(), datetime(2062, 4, 1, tzinfo=UTC), "time"),
        (
            "application.updated",
            application(application={"applied_at": FAR.isoformat()}),
            NOON,
            "application.applied_at",
        ),
        (
            "application.stage_changed",
            application(to_stage={"id": "s"}, entered_at=FAR.isoformat()),
            NOON,
            "entered_at",
        ),
        ("offer.sent", application(offer_id="o", sent_at=FAR.isoformat()), NOON, "sent_at"),
        ("interview.completed", application(interview_id="i", start=FAR.isoformat()), FAR, "time"),
        ("employment.started", {"application_id": "a"}, FAR, "time"),
    ],
)
def test_what_lies_ahead_has_not_happened(
    name: str, data: dict[str, Any], time: datetime, field: str
) -> None:
    """An occurrence more than two days after its arrival is set aside, with the field and what to do."""
    fault = clean_translation(Translation(events=(event(name, data, time),)), NOON).faults[0]

    assert fault.reason == "future_time"
    assert fault.detail.startswith(f"{name}: {field} is more than two days ahead")
    assert "hirelay dlq replay" in fault.detail


@pytest.mark.parametrize(
    ("name", "data", "time"),
    [
        ("application.created", application(), NOON + timedelta(days=2)),
        ("interview.scheduled", application(interview_id="i", start=FAR.isoformat()), NOON),
        ("interview.scheduled", application(interview_id="i", start=FAR.isoformat()), FAR),
        ("application.hired", application(start_date="2027-04-01"), NOON),
        (
            "employment.started",
            {"application_id": "a", "start": "2026-05-01"},
            datetime(2026, 5, 1, tzinfo=UTC),
        ),
        (
            "cost.recorded",
            {"cost_id": "c", "amount": 1, "currency": "JPY", "kind": "media", "scope": "company"}
            | {"period_from": "2027-01-01"},
            NOON,
        ),
    ],
)
def test_plans_may_lie_ahead(name: str, data: dict[str, Any], time: datetime) -> None:
    """Clocks differ by up to two days; starts of interviews and employments and periods of costs are planned."""
    assert clean_translation(Translation(events=(event(name, data, time),)), NOON).faults == ()


def test_what_lay_ahead_is_accepted_once_it_has_come() -> None:
    """A replay judges by its own time."""
    translation = Translation(events=(event("application.created", application(), FAR),))

    assert clean_translation(translation, FAR).events == translation.events


EVENTS = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: st.tuples(st.just(name), data_of(name))
)


@given(EVENTS)
def test_cleaning_twice_is_cleaning_once(named: tuple[str, FrozenModel]) -> None:
    """Whatever an event carries, it is refused, or clean for good and readable."""
    name, data = named
    try:
        cleaned = clean_event(event(name, data.model_dump(mode="json", exclude_none=True)))
    except (Malformed, ValueError):
        return

    assert clean_event(cleaned) is cleaned
    assert Event.model_validate_json(cleaned.model_dump_json(exclude_none=True)) == cleaned


@given(EVENTS, st.data())
def test_no_address_is_accepted_as_an_id(
    named: tuple[str, FrozenModel], draw: st.DataObject
) -> None:
    """Wherever a sender puts an address, no accepted event contains it."""
    name, data = named
    document = json.loads(data.model_dump_json(exclude_none=True))
    texts = list(_texts(document))
    holder, key = draw.draw(st.sampled_from(texts)) if texts else (None, None)
    if holder is None:
        return
    holder[key] = ADDRESS
    try:
        cleaned = clean_event(event(name, document))
    except (Malformed, ValueError):
        return

    assert "example" not in cleaned.model_dump_json()


def _texts(part: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document that holds a text."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in pairs:
        if isinstance(value, str):
            yield part, key
        elif isinstance(value, dict | list):
            yield from _texts(value)
