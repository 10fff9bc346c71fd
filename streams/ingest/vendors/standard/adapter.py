"""Canonical events from any system, in Standard Webhooks or CloudEvents envelopes, signed as Standard Webhooks are."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import Condition, Malformed, Unmapped
from schemas.events.envelope import TYPES, Event, event_id, full, short
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first, subject_of
from streams.ingest.vendors.standard import spelling, verifier
from streams.ingest.vendors.standard.payload import (
    CloudEvent,
    StandardBody,
    parse,
    without_extensions,
)

M = TypeVar("M", bound=BaseModel)
SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
LARGEST_BATCH = 500
DELIVERY_ID = "webhook-id"
PING = "ping"

# Ids that two systems of one tenant could both use; stages and channels keep the names that people configured.
PREFIXED = frozenset(
    {
        "candidate_id",
        "job_id",
        "opening_id",
        "application_id",
        "posting_id",
        "prior_application_ids",
        "interview_id",
        "schedule_id",
        "feedback_id",
        "interviewer_id",
        "submitted_by_id",
        "organizer_id",
        "user_id",
        "referrer_user_id",
        "by_user",
        "recruiter_id",
        "recruiter_ids",
        "coordinator_id",
        "sourcer_id",
        "hiring_manager_ids",
        "agency_id",
        "offer_id",
    }
)
MERGE = frozenset({"from_id", "into_id"})


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """The events of one verified delivery; raise Malformed or Unmapped.

    Of a batch the sound events are accepted and the others become faults, so that one bad row does not hold up the
    rest.
    """
    content_type = (first(headers, "content-type") or "").partition(";")[0].strip().casefold()
    delivery = (first(headers, DELIVERY_ID) or "")[:200]
    value = parse(body)
    if content_type == BATCH:
        return _batch(value, context, delivery)
    if content_type == SINGLE:
        event = _cloud_event(value, context, delivery)
        return Translation(event=short(event.type), events=(event,))
    read = _read(StandardBody, value)
    if read.type == PING:
        return Translation(event=PING, ping=True)
    sent = CloudEvent.model_construct(
        specversion="1.0",
        id=delivery,
        source="",
        type=read.type,
        time=read.timestamp,
        data=read.data,
    )
    occurrence = first(headers, DELIVERY_ID) or ""
    event = _event(sent, context, delivery, occurrence=occurrence)
    return Translation(event=short(event.type), events=(event,))


def _batch(value: object, context: Context, delivery: str) -> Translation:
    if not isinstance(value, list) or not value or len(value) > LARGEST_BATCH:
        raise Malformed("not_canonical", f"a batch is a list of 1 to {LARGEST_BATCH} events")
    events: list[Event] = []
    faults: list[Condition] = []
    for each in value:
        try:
            events.append(_cloud_event(each, context, delivery))
        except (Malformed, Unmapped) as fault:
            faults.append(fault)
    return Translation(event="batch", events=tuple(events), faults=tuple(faults))


def _cloud_event(value: object, context: Context, delivery: str) -> Event:
    sent = _read(CloudEvent, without_extensions(value))
    return _event(sent, context, delivery, occurrence=f"{sent.source}\x1f{sent.id}")


def _event(sent: CloudEvent, context: Context, delivery: str, *, occurrence: str) -> Event:
    """The event as ours: tenant, source, subject and times of receipt are never the sender's to choose."""
    name = short(sent.type)
    if name not in TYPES or sent.type not in {name, full(name)}:
        raise Unmapped("unmapped_event", "the type is none of the canonical types")
    connection = context.connection
    told = spelling.canonical(name, sent.data)
    data = _read(TYPES[name], _prefixed(told, name, connection.id_prefix))
    subject = subject_of(data)
    try:
        return Event(
            id=event_id(connection.id, name, (subject,), occurrence),
            source=context.source,
            type=full(name),
            time=sent.time or context.now,
            tenant=context.tenant.id,
            subject=subject,
            recordedtime=context.now,
            timequality="received" if sent.time is None else sent.timequality,
            ingestmode=sent.ingestmode,
            test=connection.test or sent.test,
            vendorevent=sent.vendorevent,
            deliveryid=delivery or sent.deliveryid,
            correlationid=sent.correlationid,
            data=data,
        )
    except (ValidationError, UnicodeError) as error:
        raise _refusal(error) from None  # the chained error would repeat what was sent


def _read(model: type[M], value: object) -> M:
    """The value as JSON sees it, so that strict models take instants and lists; raise Malformed."""
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise _refusal(error) from None  # the chained error would repeat what was sent
    except RecursionError:
        raise Malformed("not_canonical", "nested too deeply") from None


def _prefixed(data: dict[str, Any], name: str, prefix: str) -> dict[str, Any]:
    """The same data with the connection's prefix before every id that needs one."""
    if not prefix:
        return data
    names = PREFIXED | MERGE if name == "candidate.merged" else PREFIXED
    result: dict[str, Any] = {}
    for key, value in data.items():
        if key in names:
            result[key] = _with(prefix, value)
        elif isinstance(value, dict):
            result[key] = _prefixed(value, name, prefix)
        elif key == "interviewers" and isinstance(value, list):
            result[key] = [_prefixed(v, name, prefix) if isinstance(v, dict) else v for v in value]
        else:
            result[key] = value
    application = result.get("application")
    if isinstance(application, dict) and "id" in application:
        result["application"] = {**application, "id": _with(prefix, application["id"])}
    return result


def _with(prefix: str, value: object) -> object:
    if isinstance(value, list):
        return [_with(prefix, each) for each in value]
    return prefix + value if isinstance(value, str) else value


def _refusal(error: ValidationError | UnicodeError) -> Malformed:
    """Places and kinds, never values."""
    if isinstance(error, UnicodeError):
        return Malformed("not_canonical", "text that is not Unicode")
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = sorted({problem["type"] for problem in problems})
    # The last place of a forbidden field is the sender's own word, which might be anything.
    places = sorted(
        {
            ".".join(map(str, p["loc"][:-1] if p["type"] == "extra_forbidden" else p["loc"]))
            or "top"
            for p in problems
        }
    )
    return Malformed("not_canonical", f"{', '.join(places)[:300]}: {', '.join(kinds)[:100]}")


VENDOR = Vendor(
    name="standard",
    title="Standard Webhooks and CloudEvents",
    key=verifier.key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(TYPES) | {"batch"},
    ignored={},
    keyed_by="customer",
    make=verifier.make,
    handshake=True,
)
