"""Tests that canonical events from other systems are accepted, or refused with the location of the error."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from schemas.errors import Malformed, Unauthentic, Unmapped
from schemas.events.counting import NOT_COUNTED
from schemas.events.envelope import TYPES, short_type
from streams.ingest.problems import models_in
from streams.ingest.vendor import Translation
from streams.ingest.vendors.standard.payload import CloudEvent, StandardBody
from tests.fakes import NOON
from tests.ingest.gateways import STANDARD_KEY, context, lower, standard_signed, vendor

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


def translate(
    value: object,
    content_type: str = "application/json",
    message: str = "msg_1",
    to: str = "acme-events",
) -> Translation:
    """Return the translation of a JSON value."""
    headers = (("webhook-id", message), ("content-type", content_type))
    return vendor("standard").translate(
        json.dumps(value).encode(), headers, context("standard", to)
    )


def translate_cloud_event(to: str = "acme-events", **changes: object) -> Translation:
    """Return the translation of a CloudEvent."""
    return translate({**CLOUD, **changes}, "application/cloudevents+json; charset=utf-8", to=to)


def standard_body(kind: str = "application.created", /, **data: object) -> dict[str, object]:
    """Return a Standard Webhooks body."""
    return {"type": kind, "timestamp": "2026-04-01T00:30:00Z", "data": data or CREATED}


@pytest.mark.parametrize("kind", ["application.created", "recruit.application.created.v1"])
def test_standard_body_is_accepted(kind: str) -> None:
    """An application from the company's own system is accepted."""
    (event,) = translate(standard_body(kind)).events

    assert (
        event.type,
        event.subject,
        event.tenant,
        event.recordedtime,
    ) == ("recruit.application.created.v1", "a-1", "acme", NOON)


def test_id_follows_the_message() -> None:
    """A retry has the same event id; another message with the same content is another event."""
    ids = [
        translate(standard_body(), message=message).events[0].id for message in ("m1", "m1", "m2")
    ]

    assert ids[0] == ids[1] != ids[2]


def test_cloud_event_is_accepted() -> None:
    """A CloudEvent belongs to its connection's tenant, whatever tenant it names."""
    (event,) = translate_cloud_event(
        tenant="globex", subject="other", recordedtime="2020-01-01T00:00:00Z"
    ).events

    assert (
        event.tenant,
        event.subject,
        event.recordedtime,
        event.ingestmode,
    ) == ("acme", "a-1", NOON, "api")


def test_cloud_event_id_follows_source_and_id() -> None:
    """CloudEvents with the same source and id have the same event id."""
    first, again, other = (
        translate_cloud_event(),
        translate_cloud_event(),
        translate_cloud_event(source="https://two.example.com"),
    )

    assert first.events[0].id == again.events[0].id != other.events[0].id


def test_batch_accepts_the_valid_events() -> None:
    """One invalid event does not block the others in its batch."""
    result = translate(
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
    """A misspelt or unknown field is refused, never silently dropped."""
    with pytest.raises(Malformed, match="not_canonical"):
        translate_cloud_event(**changes)


def test_foreign_extensions_are_ignored() -> None:
    """Foreign CloudEvents extensions are ignored."""
    more = {
        "traceparent": "00-x",
        "sequencetype": "Integer",
        "vendor": "own",
        "rawref": "t/0/1",
        "sampled": True,
    }

    assert translate_cloud_event(**more).events == translate_cloud_event().events


def test_the_connection_determines_the_tenant() -> None:
    """A tenant or connection in the data is ignored."""
    translation = translate(standard_body(**CREATED, tenant_id="globex", connection_id="c"))

    assert translation.events == translate(standard_body()).events


@pytest.mark.parametrize(("sequence", "expected"), [("0007", "0007"), (7, "7"), (None, None)])
def test_a_sequence_is_kept(sequence: object, expected: str | None) -> None:
    """The place of an event among others of one instant is kept, in both envelopes."""
    cloud = translate_cloud_event(sequence=sequence, sequencetype="Integer")
    webhook = translate({**standard_body(), "sequence": sequence})

    assert [cloud.events[0].sequence, webhook.events[0].sequence] == [expected, expected]


@pytest.mark.parametrize(
    "changes", [{"sequence": ""}, {"sequence": "7" * 65}, {"sequence": True}, {"sequences": 7}]
)
def test_a_wrong_sequence_is_refused(changes: dict[str, object]) -> None:
    """A sequence that cannot order events, or a misspelt one, is refused."""
    with pytest.raises(Malformed, match="sequence"):
        translate_cloud_event(**changes)


def test_a_batch_keeps_its_order() -> None:
    """Events of one instant count in the order of their batch."""
    events = [{**CLOUD, "id": name} for name in ("c", "a", "b")]
    translation = translate(events, "application/cloudevents-batch+json")

    assert [event.id for event in translation.events] == [
        translate_cloud_event(id=name).events[0].id for name in ("c", "a", "b")
    ]


def test_binary_mode_is_refused_with_the_reason() -> None:
    """The signature covers the body alone, so attributes in headers could be forged."""
    headers = (
        ("webhook-id", "m"),
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-type", "application.created"),
    )
    with pytest.raises(Malformed, match=r"binary mode is not accepted.*structured mode"):
        vendor("standard").translate(json.dumps(CREATED).encode(), headers, context("standard"))


def svix(headers: dict[str, str]) -> dict[str, str]:
    """The same headers under the names that Svix's libraries send."""
    return {name.replace("webhook-", "svix-"): text for name, text in headers.items()}


def test_headers_named_as_svix_are_aliases() -> None:
    """Svix's libraries sign alike under other names, and the message id tells occurrences apart as usual."""
    adapter, body = vendor("standard"), json.dumps(standard_body()).encode()
    signed = standard_signed(body, "m1")
    ids = []
    for headers in (signed, svix(signed)):
        adapter.verify(lower(headers), body, (STANDARD_KEY,), NOON)
        ids += adapter.translate(body, lower(headers), context("standard")).events

    assert ids[0].id == ids[1].id and ids[1].deliveryid == "m1"


@pytest.mark.parametrize(
    "headers",
    [
        svix(standard_signed(b"another body")),
        svix(standard_signed(b"{}", seconds=-301)),
        {**svix(standard_signed(b"{}")), "webhook-signature": "v1,x"},
        {name: text for name, text in svix(standard_signed(b"{}")).items() if name != "svix-id"},
    ],
    ids=["body", "old", "mixed", "no id"],
)
def test_svix_headers_are_verified_as_strictly(headers: dict[str, str]) -> None:
    """Neither another body nor an old time nor a mixture of both names is accepted."""
    with pytest.raises(Unauthentic):
        vendor("standard").verify(lower(headers), b"{}", (STANDARD_KEY,), NOON)


JARGON = re.compile(
    r"\b(?:model|string|int|bool|list|tuple|dict)_type\b|extra_forbidden|literal_error|value_error|missing:|: missing|_parsing|pattern_mismatch|pydantic",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"data": {}}, "data.application is missing"),
        ({"data": {"application": "a-1"}}, "data.application must be an object"),
        ({"data": {"application": {"id": 7}}}, "data.application.id must be text, in quotes"),
        ({"data": {"application": {"id": ""}}}, "data.application.id is empty"),
        ({"data": {"application": {"id": "a" * 201}}}, "has more than 200 characters"),
        (
            {"data": {"application": {"id": "a", "kind": "Taro"}}},
            "data.application.kind has a value that is not accepted: write 'application', 'prospect'",
        ),
        (
            {"data": {"application": {"id": "a", "Taro": 1}}},
            "data.application has an unknown field: remove or rename it; its fields are id, candidate_id",
        ),
        ({"data": {**CREATED, "touches": [{"id": "a"}, {}]}}, r"data.touches\[1\].id is missing"),
        (
            {"data": {"application": {"id": "a", "applied_at": "2026-04-01T09:00:00"}}},
            "data.application.applied_at has no time zone: write it as 2026-04-01T09:00:00",
        ),
        ({"time": "yesterday"}, "time is not a time: write it as"),
        ({"time": "1900-01-01T00:00:00Z"}, "time lies outside the years 1990 to 2099"),
        ({"Taro": 1}, "the body has an unknown field"),
        ({"specversion": "0.3"}, "specversion has a value that is not accepted: write '1.0'"),
        ({"id": None}, "id must be text"),
    ],
)
def test_a_refusal_says_what_where_and_what_to_do(changes: dict[str, object], text: str) -> None:
    """A refusal is a sentence with the place and the remedy, without the parser's words and without values."""
    with pytest.raises(Malformed, match=text) as refused:
        translate_cloud_event(**changes)

    assert JARGON.search(refused.value.detail) is None
    assert "Taro" not in refused.value.detail


def test_a_missing_envelope_is_explained() -> None:
    """A body without an envelope is told which parts one has."""
    with pytest.raises(Malformed, match="type is missing; timestamp is missing; data is missing"):
        translate({})


def test_an_unknown_milestone_is_refused_with_the_list() -> None:
    """A pipeline that maps a stage to a milestone that nobody counts is refused with those that are."""
    stages = [
        {"id": "1", "name": "書類", "milestone": "screening"},
        {"id": "2", "name": "一次", "milestone": "first interview"},
    ]
    with pytest.raises(Malformed, match=r"stages\[1\].milestone is none of ours.*interview_1"):
        translate(standard_body("pipeline.defined", pipeline_id="p", stages=stages))
    assert translate(standard_body("pipeline.defined", pipeline_id="p", stages=stages[:1])).events


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("interview.deleted", {"application": {"id": "a"}, "interview_id": "i"}),
        (
            "interview.completed",
            {"application": {"id": "a"}, "interview_id": "i", "stage": {"id": "s"}},
        ),
        ("employment.start_cancelled", {"application_id": "a"}),
        ("employment.end_cancelled", {"application_id": "a"}),
        ("employment.performance_rated", {"application_id": "a", "rating": 4, "rating_id": "r"}),
    ],
)
def test_corrections_are_accepted(kind: str, data: dict[str, Any]) -> None:
    """What was told by mistake can be taken back."""
    (event,) = translate(standard_body(kind, **data)).events

    assert (event.type, event.subject) == (f"recruit.{kind}.v1", "a")


APPLICATION: dict[str, Any] = {"application": {"id": "a-1"}}


@pytest.mark.parametrize("party", [{}, {"party": "candidate"}, {"party": "unknown"}])
def test_a_withdrawal_is_by_the_candidate(party: dict[str, str]) -> None:
    """A withdrawal needs no party."""
    (event,) = translate(standard_body("application.withdrawn", **APPLICATION, **party)).events
    data: Any = event.data

    assert data.party == party.get("party", "candidate")


@pytest.mark.parametrize(
    ("kind", "party", "expected"),
    [
        ("application.withdrawn", "company", "application.rejected"),
        ("application.rejected", "candidate", "application.withdrawn"),
        ("application.closed", "candidate", "application.withdrawn"),
        ("application.rejected", "neither", "application.closed"),
    ],
)
def test_a_party_that_contradicts_the_type(kind: str, party: str, expected: str) -> None:
    """A party that contradicts the type, such as 辞退 by the company, is refused with the correct type."""
    with pytest.raises(Malformed, match=f"what was by {party} is {expected}"):
        translate(standard_body(kind, **APPLICATION, party=party))


def test_a_rejection_needs_a_party() -> None:
    """A rejection needs a party, because a system may call a withdrawal a rejection."""
    with pytest.raises(Malformed, match="party"):
        translate(standard_body("application.rejected", **APPLICATION))


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
    """A merge, a replaced pipeline and a filled opening have two accepted spellings, also with an id prefix."""
    for connection in ("acme-events", "acme-prefixed-events"):
        assert translate(standard_body(kind, **other), to=connection) == translate(
            standard_body(kind, **ours), to=connection
        )


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
    """A field spelt twice or under an unknown name is refused."""
    with pytest.raises(Malformed, match="not_canonical"):
        translate(standard_body(kind, **data))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"type": NaN}', b'{"a": 1e999}', b"\xff", b"9" * 10_000]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """Excessive nesting and invalid numbers are refused, never an error."""
    with pytest.raises(Malformed):
        vendor("standard").translate(body, (("webhook-id", "m"),), context("standard"))


def test_unknown_type_is_unmapped() -> None:
    """An unknown type is unmapped rather than malformed."""
    with pytest.raises(Unmapped):
        translate(standard_body("contact.created"))


def test_ping() -> None:
    """A test message is answered and has no events."""
    assert translate(standard_body("ping")).ping


def test_prefix_reaches_every_id() -> None:
    """A connection's prefix is added to every id."""
    interview = {
        "application": {"id": "1", "candidate_id": "2"},
        "interview_id": "3",
        "interviewers": [{"user_id": "4"}],
    }
    (event,) = translate(
        standard_body("interview.completed", **interview), to="acme-prefixed-events"
    ).events
    data: Any = event.data

    assert (
        event.subject,
        data.application.candidate_id,
        data.interview_id,
        data.interviewers[0].user_id,
    ) == ("own-1", "own-2", "own-3", "own-4")


def test_prefix_reaches_lists_ratings_and_costs() -> None:
    """Ids in lists, of ratings and of a cost's job or hire get the prefix; channels and agencies are names."""
    cost = {"cost_id": "c", "amount": 1, "currency": "JPY", "kind": "media"}
    touch = {"id": "doda", "referrer_user_id": "u"}
    bodies = [
        ("application.updated", {"application": {"id": "1"}, "touches": [touch]}),
        ("employment.performance_rated", {"application_id": "1", "rating_id": "2"}),
        *(
            ("cost.recorded", {**cost, "scope": scope, "member": "m"})
            for scope in ("job", "hire", "channel")
        ),
    ]
    touched, rated, *costs = (
        translate({**standard_body(kind), "data": data}, to="acme-prefixed-events").events[0].data
        for kind, data in bodies
    )
    data: Any = touched
    rating: Any = rated

    assert (data.touches[0].id, data.touches[0].referrer_user_id) == ("doda", "own-u")
    assert (rating.application_id, rating.rating_id) == ("own-1", "own-2")
    assert [cost.member for cost in costs] == ["own-m", "own-m", "m"]  # type: ignore[attr-defined]


FEE = {
    "cost_id": "fee",
    "amount": 900,
    "currency": "JPY",
    "scope": "hire",
    "member": "1",
    "kind": "agency_fee",
}


def test_a_cost_of_a_hire_joins_its_application() -> None:
    """It goes to the application's history, prefixed as the application is, and its own history is told."""
    moved = FEE | {"version": 2, "member": "2", "previous_member": "1"}
    fee, note, reversal = translate(
        standard_body("cost.recorded", **moved), to="acme-prefixed-events"
    ).events
    told: Any = note.data

    assert [event.subject for event in (fee, note, reversal)] == ["own-2", "cost/fee", "own-1"]
    assert (short_type(reversal.type), told.moved_to) == ("cost.reversed", "own-2")


@pytest.mark.parametrize("change", [{"member": None}, {"version": 2}, {"moved_to": "1"}])
def test_a_cost_of_a_hire_without_its_application_is_refused(change: dict[str, Any]) -> None:
    """It could count twice, or nowhere."""
    with pytest.raises(Malformed, match="not_canonical"):
        translate(standard_body("cost.recorded", **(FEE | change)))


def test_a_type_of_the_gateway_itself_is_refused() -> None:
    """Events that only Hirelay could report are no canonical type, so they are not accepted as if they counted."""
    with pytest.raises(Unmapped, match="none of the canonical types"):
        translate(standard_body("ingest.gap_detected", reason="x"))


def test_the_page_lists_what_is_not_counted() -> None:
    """The page has every type that no number contains yet, with the reason."""
    page = Path(__file__).parents[2] / "streams/ingest/vendors/standard/README.md"
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.read_text()
        .partition("## Not counted yet")[2]
        .partition("## ")[0]
        .splitlines()
        if line.startswith("| `")
    ]
    listed = {name.strip("`"): reason for names, reason in rows for name in names.split(", ")}

    assert listed == NOT_COUNTED


def fields_of(model: type[BaseModel]) -> set[tuple[str, str]]:
    """The (model, field) pairs of a model and all models inside it."""
    pairs = {(model.__name__, name) for name in model.model_fields}
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            pairs |= fields_of(inner)
    return pairs


def test_the_page_lists_every_field() -> None:
    """Every field that is accepted is on the page, and the page lists no field that is refused."""
    page = Path(__file__).parents[2] / "streams/ingest/vendors/standard/README.md"
    rows = [
        line.split("|")[2]
        for line in page.read_text().partition("## Fields")[2].splitlines()
        if line.startswith("| ")
    ]
    listed = {name for cell in rows for name in re.findall(r"`([a-z_]+)`", cell)}
    accepted = {
        name
        for model in {CloudEvent, StandardBody, *TYPES.values()}
        for _, name in fields_of(model)
    }

    assert listed == accepted
