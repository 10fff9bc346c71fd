"""Which values of a canonical event name a person: by the key under which they stand, never by their text."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from schemas.events.envelope import short_type

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]


class Reference(NamedTuple):
    """An id and what it is an id of: an application and a job may have the same number."""

    kind: str
    id: str


Replace = Callable[[Reference], str]

# Keys of `data`, at any depth, and what their values are ids of.
KINDS = {
    "application_id": "application",
    "prior_application_ids": "application",
    "candidate_id": "candidate",
    "referrer_candidate_id": "candidate",
    "interview_id": "interview",
    "interview_ids": "interview",
    "schedule_id": "schedule",
    "feedback_id": "feedback",
    "offer_id": "offer",
    "log_id": "log",
    "rating_id": "rating",
    "survey_id": "survey",
    "invitation_id": "invitation",
    "token_id": "token",
    "registration_id": "registration",
    "consent_id": "consent",
    "device": "device",
    "person": "person",
    "reopened_event_id": "event",
    "rejected_event_id": "event",
}
OWNERS = {"application": "application", "schedule": "schedule"}  # objects whose `id` is one
MERGED = {"from_id": "candidate", "into_id": "candidate"}
COST = {"previous_member": "application", "moved_to": "application"}
HIRE = {"member": "application"}
ENVELOPE = {"id": "event", "deliveryid": "delivery", "correlationid": "delivery"}
# Keys of a record of the relay's ledger, at any depth.
LEDGER_KINDS = KINDS | {
    "id": "event",
    "application": "application",
    "candidate": "candidate",
    "loser": "candidate",
    "winner": "candidate",
    "invitation": "invitation",
    "registration": "registration",
    "consent": "consent",
    "persons": "person",
}
# Ids of facts that the relay itself makes of other ids.
MADE_OF = {"invited-": "invitation", "withheld-": "application"}
# Ids that lead from one event of a person to others. A hash of a person's address does not: it comes from people.
LEADING = frozenset({"application", "candidate", "invitation", "registration"})


def references(event: JsonObject, kinds: dict[str, str] | None = None) -> Iterator[Reference]:
    """Yield every id in an event that is of a person, with repetitions; `kinds` are those of its keys, by default its own."""
    seen: list[Reference] = []

    def note(reference: Reference) -> str:
        seen.append(reference)
        return reference.id

    replaced(event, note, kinds)
    yield from seen


def leading_references(event: JsonObject) -> frozenset[Reference]:
    """Return the ids in an event that other events of the same person name.

    A link of Career Relay leads to its registrations, unless it is one of the whole company. Who referred a candidate is
    another person.
    """
    every = set(references(event, _kinds_of(event) | {"referrer_candidate_id": "referrer"}))
    return _leading(every, is_company_wide=_data(event).get("scope") == "tenant")


def leading_in_ledger(record: JsonObject) -> frozenset[Reference]:
    """Return the ids in the fact of a record of the relay's ledger that lead to others: links are issued there alone."""
    fact, every = record.get("fact"), set[Reference]()
    if not isinstance(fact, dict):
        return frozenset()

    def note(reference: Reference) -> str:
        every.add(reference)
        return reference.id

    replaced_in_ledger(fact, note)
    return _leading(every, is_company_wide=fact.get("scope") == "tenant")


def _leading(every: set[Reference], *, is_company_wide: bool) -> frozenset[Reference]:
    leading = {one for one in every if one.kind in LEADING}
    return frozenset(leading if is_company_wide else leading | _of_kind(every, "token"))


def replaced(
    event: JsonObject, replace: Replace, kinds: dict[str, str] | None = None
) -> JsonObject:
    """Return the event with every id that is of a person replaced; the subject follows the id that it repeats."""
    names: dict[str, str] = {}

    def note(reference: Reference) -> str:
        new = replace(reference)
        if reference.kind in LEADING or reference.kind == "survey":
            names.setdefault(reference.id, new)
        return new

    data = _replaced_object(_data(event), kinds or _kinds_of(event), note)
    envelope = {key: _replaced(value, ENVELOPE.get(key), {}, note) for key, value in event.items()}
    subject = event.get("subject")
    if isinstance(subject, str) and subject in names:
        envelope["subject"] = names[subject]
    return envelope | {"data": data}


def replaced_in_ledger(record: JsonObject, replace: Replace) -> JsonObject:
    """Return a record of the relay's ledger with every id that is of a person replaced."""

    def with_made(reference: Reference) -> str:
        for prefix, kind in MADE_OF.items():
            if reference.kind == "event" and reference.id.startswith(prefix):
                return prefix + replace(Reference(kind, reference.id.removeprefix(prefix)))
        return replace(reference)

    return {
        key: _replaced(value, LEDGER_KINDS.get(key), LEDGER_KINDS, with_made)
        for key, value in record.items()
    }


def _kinds_of(event: JsonObject) -> dict[str, str]:
    name = short_type(str(event.get("type")))
    if name == "candidate.merged":
        return KINDS | MERGED
    if name.startswith("cost."):
        is_of_a_hire = _data(event).get("scope") == "hire"
        return KINDS | COST | (HIRE if is_of_a_hire else {})
    return KINDS


def _replaced_object(data: JsonObject, kinds: dict[str, str], replace: Replace) -> JsonObject:
    """The application comes first in every event, so that a subject that is also another id follows it."""
    result: JsonObject = {}
    for key, value in data.items():
        own = {"id": OWNERS[key]} if key in OWNERS else {}
        result[key] = _replaced(value, kinds.get(key), kinds | own, replace)
    return result


def _replaced(
    value: JsonValue, kind: str | None, kinds: dict[str, str], replace: Replace
) -> JsonValue:
    if isinstance(value, dict):
        return {
            key: _replaced(inner, kinds.get(key), kinds, replace) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_replaced(inner, kind, kinds, replace) for inner in value]
    if isinstance(value, str) and kind is not None:
        return replace(Reference(kind, value))
    return value


def _data(event: JsonObject) -> JsonObject:
    data = event.get("data")
    return data if isinstance(data, dict) else {}


def _of_kind(references_: set[Reference], kind: str) -> set[Reference]:
    return {one for one in references_ if one.kind == kind}
