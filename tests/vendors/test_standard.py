"""Canonical events from other systems: accepted as they are, or set aside with the place of the mistake."""

import json
from typing import Any

import pytest

from schemas.errors import Malformed, Unmapped
from streams.ingest.vendor import Translation
from tests.fakes import NOON
from tests.ingest.gateways import context, vendor

CREATED: dict[str, Any] = {
    "application": {"id": "a-1", "job_id": "j-1", "applied_at": "2026-04-01T09:00:00+09:00"},
    "channel": {"id": "ビズリーチ"},
}
CLOUD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "https://hr.example.com",
    "type": "recruit.application.created.v1",
    "time": "2026-04-01T09:30:00+09:00",
    "data": CREATED,
}


def sent(
    value: object,
    content_type: str = "application/json",
    message: str = "msg_1",
    to: str = "acme-events",
) -> Translation:
    """What becomes of a JSON value."""
    headers = (("webhook-id", message), ("content-type", content_type))
    return vendor("standard").translate(
        json.dumps(value).encode(), headers, context("standard", to)
    )


def cloud(to: str = "acme-events", **changes: object) -> Translation:
    """What becomes of a CloudEvent."""
    return sent({**CLOUD, **changes}, "application/cloudevents+json; charset=utf-8", to=to)


def standard(kind: str = "application.created", **data: object) -> dict[str, object]:
    """A Standard Webhooks body."""
    return {"type": kind, "timestamp": "2026-04-01T00:30:00Z", "data": data or CREATED}


@pytest.mark.parametrize("kind", ["application.created", "recruit.application.created.v1"])
def test_standard_body_is_accepted(kind: str) -> None:
    """An application from the company's own system counts."""
    (event,) = sent(standard(kind)).events

    assert (
        event.type,
        event.subject,
        event.tenant,
        event.recordedtime,
    ) == ("recruit.application.created.v1", "a-1", "acme", NOON)


def test_id_follows_the_message() -> None:
    """A retry keeps its id; another message of the same content is another event."""
    ids = [sent(standard(), message=message).events[0].id for message in ("m1", "m1", "m2")]

    assert ids[0] == ids[1] != ids[2]


def test_cloud_event_is_accepted() -> None:
    """A CloudEvent counts under the tenant of its connection, whatever tenant it names."""
    (event,) = cloud(tenant="globex", subject="other", recordedtime="2020-01-01T00:00:00Z").events

    assert (
        event.tenant,
        event.subject,
        event.recordedtime,
        event.ingestmode,
    ) == ("acme", "a-1", NOON, "api")


def test_cloud_event_id_follows_source_and_id() -> None:
    """CloudEvents are the same when source and id are."""
    first, again, other = cloud(), cloud(), cloud(source="https://two.example.com")

    assert first.events[0].id == again.events[0].id != other.events[0].id


def test_batch_keeps_the_sound_events() -> None:
    """One bad row does not hold up the others."""
    result = sent(
        [CLOUD, {**CLOUD, "Surprise": 1}, {**CLOUD, "id": "e-2"}],
        "application/cloudevents-batch+json",
    )

    assert (len(result.events), len(result.faults)) == (2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"Surprise": 1},
        {"sur_prise": 1},
        {"surprise": {"a": 1}},
        {"surprise": [1]},
        {"times": "2026-04-01T09:30:00+09:00"},
        {"timequalty": "received"},
        {"tests": True},
        {"data": {**CREATED, "tenant_id": {"email": "x"}}},
        {"data": {**CREATED, "tenantid": "acme"}},
        {"specversion": "0.3"},
        {"time": "yesterday"},
        {"time": "1900-01-01T00:00:00Z"},
        {"data": {**CREATED, "email": "x"}},
        {"data": {"application": {"id": ""}}},
        {"data": {}},
        {"data": {"application": {"id": "a", "kind": "Application"}}},
        {"vendorevent": "x" * 501},
        {"data": {"application": {"id": "\ud800"}}},
        {"id": "\ud800"},
    ],
)
def test_what_is_not_canonical_is_refused(changes: dict[str, object]) -> None:
    """A misspelt or unknown field is set aside, never dropped in silence."""
    with pytest.raises(Malformed, match="not_canonical"):
        cloud(**changes)


def test_extensions_of_others_are_passed_over() -> None:
    """What other systems add to an event beside ours is not ours to refuse."""
    more = {
        "traceparent": "00-x",
        "sequence": 7,
        "vendor": "own",
        "rawref": "t/0/1",
        "sampled": True,
    }

    assert cloud(**more).events == cloud().events


def test_whose_it_is_the_connection_says() -> None:
    """A tenant or a connection in the data is passed over."""
    told = sent(standard(**CREATED, tenant_id="globex", connection_id="c"))

    assert told.events == sent(standard()).events


APPLICATION: dict[str, Any] = {"application": {"id": "a-1"}}


@pytest.mark.parametrize("party", [{}, {"party": "candidate"}, {"party": "unknown"}])
def test_a_withdrawal_is_by_the_candidate(party: dict[str, str]) -> None:
    """Whoever sends a withdrawal need not say who withdrew."""
    (event,) = sent(standard("application.withdrawn", **APPLICATION, **party)).events
    data: Any = event.data

    assert data.party == party.get("party", "candidate")


@pytest.mark.parametrize(
    ("kind", "party", "meant"),
    [
        ("application.withdrawn", "company", "application.rejected"),
        ("application.rejected", "candidate", "application.withdrawn"),
        ("application.closed", "candidate", "application.withdrawn"),
        ("application.rejected", "neither", "application.closed"),
    ],
)
def test_a_party_that_contradicts_the_type(kind: str, party: str, meant: str) -> None:
    """A 辞退 by the company is none: it is set aside, and the entry says what it should be."""
    with pytest.raises(Malformed, match=f"what was by {party} is {meant}"):
        sent(standard(kind, **APPLICATION, party=party))


def test_a_rejection_says_whose_it_is() -> None:
    """Only a withdrawal names its party by itself: what a system calls a rejection may be one by the candidate."""
    with pytest.raises(Malformed, match="party"):
        sent(standard("application.rejected", **APPLICATION))


@pytest.mark.parametrize(
    ("kind", "other", "ours"),
    [
        ("candidate.merged", {"from": "1", "into": "2"}, {"from_id": "1", "into_id": "2"}),
        (
            "pipeline.remapped",
            {"pipeline_id": "p", "remap": [{"from": "a", "to": "b"}]},
            {"pipeline_id": "p", "moves": [{"from_id": "a", "to_id": "b"}]},
        ),
        (
            "application.hired",
            {"application": {"id": "a"}, "opening_id": "o"},
            {"application": {"id": "a", "opening_id": "o"}},
        ),
    ],
)
def test_other_spellings(kind: str, other: dict[str, Any], ours: dict[str, Any]) -> None:
    """A merge, an exchanged pipeline and a filled seat may be written in either way, in a prefixed connection too."""
    for door in ("acme-events", "acme-prefixed-events"):
        assert sent(standard(kind, **other), to=door) == sent(standard(kind, **ours), to=door)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("candidate.merged", {"from": "1", "from_id": "2", "into": "3"}),
        ("candidate.merged", {"form": "1", "into": "2"}),
        ("pipeline.remapped", {"pipeline_id": "p", "remap": [{"from": "a", "into": "b"}]}),
        ("application.hired", {"application": {"id": "a", "opening_id": "1"}, "opening_id": "2"}),
        ("application.rejected", {**APPLICATION, "party": "company", "opening_id": "2"}),
    ],
)
def test_a_misspelling_is_not_another_spelling(kind: str, data: dict[str, Any]) -> None:
    """What is said twice or by no name we know is set aside."""
    with pytest.raises(Malformed, match="not_canonical"):
        sent(standard(kind, **data))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"type": NaN}', b'{"a": 1e999}', b"\xff", b"9" * 10_000]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """Bottomless nesting and impossible numbers are set aside, never an error."""
    with pytest.raises(Malformed):
        vendor("standard").translate(body, (("webhook-id", "m"),), context("standard"))


def test_unknown_type_is_told_apart() -> None:
    """A type that is none of ours is not a mistake in the data."""
    with pytest.raises(Unmapped):
        sent(standard("contact.created"))


def test_ping() -> None:
    """A test message is answered and counts nothing."""
    assert sent(standard("ping")).ping


def test_prefix_reaches_every_id() -> None:
    """Two systems of one company may use the same numbers."""
    interview = {
        "application": {"id": "1", "candidate_id": "2"},
        "interview_id": "3",
        "interviewers": [{"user_id": "4"}],
    }
    (event,) = sent(standard("interview.completed", **interview), to="acme-prefixed-events").events
    data: Any = event.data

    assert (
        event.subject,
        data.application.candidate_id,
        data.interview_id,
        data.interviewers[0].user_id,
    ) == ("own-1", "own-2", "own-3", "own-4")
