"""A person's ids are replaced by where they stand, and everything else stays as it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.envelope import Event, event_id, full_type
from schemas.events.packs import decode_pack, encode
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.fold import fold
from schemas.funnel.rules import Rules
from schemas.privacy.packs import empty_pack, events_of
from schemas.privacy.pseudonyms import PersonIds, Pseudonyms
from schemas.privacy.references import Reference, references

KEY = b"k" * 32
TIME = "2026-03-02T03:00:00Z"


def event(name: str, subject: str, tenant: str = "aoba", **data: Any) -> dict[str, Any]:
    """An accepted event as JSON; its id depends on all of it."""
    return {
        "id": event_id("c", name, (subject,), json.dumps(data, sort_keys=True)),
        "source": f"urn:ats:greenhouse:{tenant}:c",
        "type": full_type(name),
        "time": TIME,
        "recordedtime": TIME,
        "tenant": tenant,
        "subject": subject,
        "deliveryid": "d-77",
        "data": data,
    }


def about(application: str, candidate: str) -> dict[str, Any]:
    """An application with the job 7001, whatever its own number."""
    return {"id": application, "candidate_id": candidate, "job_id": "7001", "applied_at": TIME}


def stories(application: str, candidate: str) -> list[dict[str, Any]]:
    """One application from its beginning to a rejection, with everything that has an id."""
    data = {"application": about(application, candidate)}
    return [
        event("application.created", application, **data, channel={"id": "doda"}),
        event(
            "interview.completed",
            application,
            **data,
            interview_id="i-1",
            start=TIME,
            end=TIME,
            interviewers=[{"user_id": "7001"}],
        ),
        event("feedback.submitted", application, **data, feedback_id="f-1", interview_id="i-1"),
        event("offer.sent", application, **data, offer_id="o-1", sent_at=TIME),
        event("application.rejected", application, **data, party="company"),
        event("candidate.updated", candidate, candidate_id=candidate),
    ]


def pack(*events: dict[str, Any]) -> bytes:
    """The record of these events."""
    return encode([json.dumps(one).encode() for one in events])


def erase(value: bytes, *ids: Reference, more: tuple[bytes, ...] = ()) -> tuple[bytes, Pseudonyms]:
    """Erase whoever these ids of aoba name from a record; `more` are other records of the log."""
    person = PersonIds("aoba", set(ids))
    for record in (value, *more):
        for one in events_of(record, "aoba"):
            person.note(one)
    person.close()
    pseudonyms = Pseudonyms(person, KEY)
    return pseudonyms.in_pack(value), pseudonyms


def bodies(value: bytes) -> list[Any]:
    """The events of aoba in a record, as JSON."""
    return list(events_of(value, "aoba"))


def contributions(value: bytes) -> list[Any]:
    """What the applications of a record contribute to cells."""
    histories: dict[str, list[Any]] = {}
    for index, one in enumerate(decode_pack(value).events):
        converted = to_funnel_event(one, 5, index)
        if converted is not None:
            histories.setdefault(one.subject, []).append(converted)
    return [fold(history, Rules("Asia/Tokyo")) for history in histories.values()]


def test_no_id_of_the_person_stays_and_the_numbers_do() -> None:
    """An erased application has other ids everywhere, the job of the same number keeps its own, and the facts are equal."""
    value = pack(*stories("7001", "9001"))

    erased, pseudonyms = erase(value, Reference("candidate", "9001"))

    before = {one for raw in events_of(value, "aoba") for one in references(raw)}
    after = {one for raw in events_of(erased, "aoba") for one in references(raw)}
    assert before.isdisjoint(after)
    assert b"9001" not in erased and b"d-77" not in erased and b"i-1" not in erased
    assert {one["data"]["application"]["job_id"] for one in bodies(erased)[:5]} == {"7001"}
    assert bodies(erased)[1]["data"]["interviewers"][0]["user_id"] == "7001"
    assert contributions(erased) == contributions(value)
    assert pseudonyms.events == 6


def test_others_keep_their_bytes() -> None:
    """Events of another person in the same record, and of another company with the same ids, are not touched."""
    mine, other = stories("a1", "p1"), stories("a2", "p2")
    elsewhere = event("application.created", "a1", "brightwater", application=about("a1", "p1"))
    value = pack(mine[0], other[0], elsewhere)

    erased, _ = erase(value, Reference("candidate", "p1"))

    assert json.loads(erased)["events"][1:] == [other[0], elsewhere]
    assert json.dumps(other[0]).encode() in erased
    untouched = pack(other[0], elsewhere)
    assert erase(untouched, Reference("candidate", "p1"))[0] == untouched


def test_a_person_is_followed_through_merges_links_and_costs() -> None:
    """Whoever was merged into the candidate, was invited for an application, or has a cost of a hire belongs to them."""
    link = event(
        "relay.invited", "a2", invitation_id="v1", token_id="t1", scope="candidate", application_id="a2"
    )  # fmt: skip
    registration = event(
        "relay.registered", "r1", registration_id="r1", token_id="t1", person="e" * 64, device="phone"
    )  # fmt: skip
    cost = event("cost.recorded", "a2", cost_id="c1", scope="hire", member="a2", amount=1)
    value = pack(
        event("candidate.merged", "p2", from_id="p2", into_id="p1"),
        event("application.created", "a2", application=about("a2", "p2")),
        *(link, registration, cost),
    )

    erased, pseudonyms = erase(value, Reference("candidate", "p1"))

    assert pseudonyms.events == 5
    for text in (b'"p2"', b'"a2"', b'"t1"', b'"r1"', b"eeee", b'"phone"'):
        assert text not in erased


def test_who_referred_a_candidate_is_another_person() -> None:
    """Erasing either of two people leaves the other's ids, and takes the own one out of the other's events."""
    mine = about("a1", "p1")
    theirs = about("a2", "p2") | {"referrer_candidate_id": "p1"}
    value = pack(
        event("application.created", "a1", application=mine),
        event("application.created", "a2", application=theirs),
    )

    without_referrer, _ = erase(value, Reference("candidate", "p1"))
    without_referred, _ = erase(value, Reference("candidate", "p2"))

    assert b'"p1"' not in without_referrer and b'"a1"' not in without_referrer
    assert b'"a2"' in without_referrer and b'"p2"' in without_referrer
    assert b'"p2"' not in without_referred and b'"p1"' in without_referred
    assert bodies(without_referred)[0]["data"]["application"] == mine


def test_a_link_of_the_whole_company_connects_nobody() -> None:
    """Two people who registered through one company-wide link are not one person."""
    link = event("relay.invited", "w", invitation_id="v", token_id="t", scope="tenant")
    people = [
        event("relay.registered", name, registration_id=name, token_id="t", person=name * 32)
        for name in ("a", "b")
    ]
    created = event("application.created", "a1", application=about("a1", "p1"))

    _, pseudonyms = erase(pack(link, *people, created), Reference("candidate", "p1"))

    assert pseudonyms.events == 1


@pytest.mark.parametrize("name", ["person", "persons"])
def test_the_ledger_keeps_its_rows_under_other_names(name: str) -> None:
    """A record of the relay's ledger keeps its amounts and the ids of others."""
    person = "e" * 64
    registration = event(
        "relay.registered", "r1", registration_id="r1", token_id="t1", person=person
    )
    link = event(
        "relay.invited", "a1", invitation_id="v1", token_id="t1", scope="candidate", application_id="a1"
    )  # fmt: skip
    created = event("application.created", "a1", application=about("a1", "p1"))
    _, pseudonyms = erase(pack(created, link, registration), Reference("candidate", "p1"))
    entry = {"kind": "counted", name: person if name == "person" else [person, "f" * 64]}
    fact = {"kind": "registered", "id": registration["id"], "registration": "r1", "token_id": "t1"}
    record = {"tenant": "aoba", "seq": 4, "fact": fact, "entries": [entry]}

    rewritten = json.loads(pseudonyms.in_ledger(json.dumps(record).encode()))

    assert person not in json.dumps(rewritten) and '"r1"' not in json.dumps(rewritten)
    assert rewritten["seq"] == 4 and rewritten["entries"][0]["kind"] == "counted"
    assert name == "person" or rewritten["entries"][0]["persons"][1] == "f" * 64
    other = json.dumps(record | {"tenant": "brightwater"}).encode()
    assert pseudonyms.in_ledger(other) == other


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_rewritten_events_are_still_events(application: str, candidate: str) -> None:
    """Whatever the ids look like, a rewritten record is a pack that the worker and the strict model read."""
    value = pack(*stories(application, candidate))

    erased, _ = erase(value, Reference("application", application))

    assert len(decode_pack(erased).events) == 6
    for raw in json.loads(erased)["events"][:1]:
        Event.model_validate_json(json.dumps(raw))
    assert erase(erased, Reference("candidate", candidate))[0] == erased


def test_a_record_without_events_takes_the_place_of_one() -> None:
    """An emptied record is read as a pack of nothing."""
    assert decode_pack(empty_pack()).events == []


def test_a_link_that_the_relay_issued_by_itself_leads_to_its_registration() -> None:
    """The link is in the ledger alone; its id is made of the application's, so both become others, and so does a withheld one."""
    created = event("application.created", "a1", application=about("a1", "p1"))
    registration = event("relay.registered", "r1", registration_id="r1", token_id="t1", person="e" * 64)  # fmt: skip
    issued = {
        "tenant": "aoba",
        "fact": {"kind": "invited", "id": "invited-v1", "invitation": "v1", "token_id": "t1", "scope": "candidate", "application": "a1"},
    }  # fmt: skip
    withheld = {
        "tenant": "aoba",
        "fact": {"kind": "withheld", "id": "withheld-a1", "application": "a1"},
    }
    person = PersonIds("aoba", {Reference("application", "a1")})
    for one in (created, registration):
        person.note(one)
    for record in (issued, withheld):
        person.note_ledger(record)
    person.close()
    pseudonyms = Pseudonyms(person, KEY)

    value = pseudonyms.in_pack(pack(created, registration))
    ledger = [pseudonyms.in_ledger(json.dumps(one).encode()) for one in (issued, withheld)]

    assert pseudonyms.events == 2 and b'"r1"' not in value
    for text in (b"a1", b"v1", b'"t1"'):
        assert not any(text in one for one in ledger)
    facts = [json.loads(one)["fact"] for one in ledger]
    assert facts[0]["id"] == f"invited-{facts[0]['invitation']}"
    assert facts[1]["id"] == f"withheld-{facts[0]['application']}"
