"""Standard: accepts canonical events from any system in Standard Webhooks or CloudEvents envelopes, signed as Standard Webhooks."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import Condition, Malformed, Unmapped
from schemas.events.envelope import TYPES, Event, event_id, full_type, short_type
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first_header, subject_of
from streams.ingest.vendors.standard import spelling, verifier
from streams.ingest.vendors.standard.payload import (
    CloudEvent,
    StandardBody,
    parse,
    without_extensions,
)

M = TypeVar("M", bound=BaseModel)
SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MAX_BATCH_SIZE = 500
DELIVERY_ID = "webhook-id"
PING = "ping"

# Ids that two systems of one tenant could both use; stages and channels keep their configured names.
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
IGNORED: Mapping[str, str] = {}  # the format is ours: every event is mapped


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the events of one verified delivery; raise Malformed or Unmapped.

    A batch accepts its valid events and turns the others into faults, so that one bad row does not block the rest.
    """
    content_type = (
        (first_header(headers, "content-type") or "").partition(";")[0].strip().casefold()
    )
    delivery = (first_header(headers, DELIVERY_ID) or "")[:200]
    value = parse(body)
    if content_type == BATCH:
        return _batch(value, context, delivery)
    if content_type == SINGLE:
        event = _cloud_event(value, context, delivery)
        return Translation(event=short_type(event.type), events=(event,))
    body_model = _read(StandardBody, value)
    if body_model.type == PING:
        return Translation(event=PING, ping=True)
    sent = CloudEvent.model_construct(
        specversion="1.0",
        id=delivery,
        source="",
        type=body_model.type,
        time=body_model.timestamp,
        data=body_model.data,
    )
    occurrence = first_header(headers, DELIVERY_ID) or ""
    event = _event(sent, context, delivery, occurrence=occurrence)
    return Translation(event=short_type(event.type), events=(event,))


def _batch(value: object, context: Context, delivery: str) -> Translation:
    if not isinstance(value, list) or not value or len(value) > MAX_BATCH_SIZE:
        raise Malformed("not_canonical", f"a batch is a list of 1 to {MAX_BATCH_SIZE} events")
    events: list[Event] = []
    faults: list[Condition] = []
    for cloud_event in value:
        try:
            events.append(_cloud_event(cloud_event, context, delivery))
        except (Malformed, Unmapped) as fault:
            faults.append(fault)
    return Translation(event="batch", events=tuple(events), faults=tuple(faults))


def _cloud_event(value: object, context: Context, delivery: str) -> Event:
    sent = _read(CloudEvent, without_extensions(value))
    return _event(sent, context, delivery, occurrence=f"{sent.source}\x1f{sent.id}")


def _event(sent: CloudEvent, context: Context, delivery: str, *, occurrence: str) -> Event:
    """Build our event; the sender never chooses tenant, source, subject or receipt time."""
    name = short_type(sent.type)
    if name not in TYPES or sent.type not in {name, full_type(name)}:
        raise Unmapped("unmapped_event", "the type is none of the canonical types")
    connection = context.connection
    canonical_data = spelling.to_canonical(name, sent.data)
    data = _read(TYPES[name], _prefixed(canonical_data, name, connection.id_prefix))
    subject = subject_of(data)
    try:
        return Event(
            id=event_id(connection.id, name, (subject,), occurrence),
            source=context.source,
            type=full_type(name),
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
        raise _malformed(error) from None  # the chained error would repeat the payload


def _read(model: type[M], value: object) -> M:
    """Validate the value as JSON, so that strict models accept timestamps and lists; raise Malformed."""
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise _malformed(error) from None  # the chained error would repeat the payload
    except RecursionError:
        raise Malformed("not_canonical", "nested too deeply") from None


def _prefixed(data: dict[str, Any], name: str, prefix: str) -> dict[str, Any]:
    """Return the data with the connection's prefix on every id that needs one."""
    if not prefix:
        return data
    names = PREFIXED | MERGE if name == "candidate.merged" else PREFIXED
    result: dict[str, Any] = {}
    for key, value in data.items():
        if key in names:
            result[key] = _with_prefix(prefix, value)
        elif isinstance(value, dict):
            result[key] = _prefixed(value, name, prefix)
        elif key == "interviewers" and isinstance(value, list):
            result[key] = [_prefixed(v, name, prefix) if isinstance(v, dict) else v for v in value]
        else:
            result[key] = value
    application = result.get("application")
    if isinstance(application, dict) and "id" in application:
        result["application"] = {**application, "id": _with_prefix(prefix, application["id"])}
    return result


def _with_prefix(prefix: str, value: object) -> object:
    if isinstance(value, list):
        return [_with_prefix(prefix, vendor_id) for vendor_id in value]
    return prefix + value if isinstance(value, str) else value


def _malformed(error: ValidationError | UnicodeError) -> Malformed:
    """Describe the errors by field path and kind, never by value."""
    if isinstance(error, UnicodeError):
        return Malformed("not_canonical", "text that is not Unicode")
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = sorted({problem["type"] for problem in problems})
    # The last path segment of a forbidden field is the sender's own name, which might be anything.
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
    ignored=IGNORED,
    key_issuer="customer",
    generate_secret=verifier.generate_secret,
    handshake=True,
    canonical=True,
)
