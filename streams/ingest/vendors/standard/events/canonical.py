"""Standard's envelopes as canonical events: the sender never chooses tenant, source, subject or receipt time."""

import difflib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import Malformed, Unmapped
from schemas.events.application import FrozenModel
from schemas.events.context import Pipeline
from schemas.events.envelope import TYPES, Event, event_id, full_type, short_type
from schemas.tenants.milestones import MILESTONES
from streams.ingest.problems import describe
from streams.ingest.vendor import Context, subject_of
from streams.ingest.vendors.standard.events import spelling
from streams.ingest.vendors.standard.payload import (
    MAX_PARTS,
    CloudEvent,
    StandardBody,
    has_large_part,
    without_extensions,
)

M = TypeVar("M", bound=BaseModel)

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
        "rating_id",
    }
)
MERGE = frozenset({"from_id", "into_id"})
MEMBERS = frozenset({"member", "previous_member"})
PREFIXED_SCOPES = frozenset({"job", "hire"})  # of a cost; channels and agencies go by name


def standard_webhook(body: StandardBody, context: Context, delivery: str, message_id: str) -> Event:
    """Return the event of a Standard Webhooks body; its message id tells occurrences apart."""
    sent = CloudEvent.model_construct(
        specversion="1.0",
        id=delivery,
        source="",
        type=body.type,
        time=body.timestamp,
        sequence=body.sequence,
        data=body.data,
    )
    return _event(sent, context, delivery, occurrence=message_id)


def cloud_event(value: object, context: Context, delivery: str) -> Event:
    """Return the event of one CloudEvent; raise Malformed or Unmapped."""
    sent = read(CloudEvent, without_extensions(value))
    return _event(sent, context, delivery, occurrence=f"{sent.source}\x1f{sent.id}")


def _event(sent: CloudEvent, context: Context, delivery: str, *, occurrence: str) -> Event:
    """Build our event; the sender never chooses tenant, source, subject or receipt time."""
    name = short_type(sent.type)
    if name not in TYPES or sent.type not in {name, full_type(name)}:
        raise Unmapped("unmapped_event", _unknown_type(name))
    connection = context.connection
    data = _read_data(name, spelling.to_canonical(name, sent.data), connection.id_prefix)
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
            sequence=sent.sequence,
            data=data,
        )
    except (ValidationError, UnicodeError) as error:
        raise _malformed(error, Event) from None  # the chained error would repeat the payload


def _read_data(name: str, data: dict[str, Any], prefix: str) -> FrozenModel:
    """Read the data of an event of that type, with the connection's prefix on its ids; raise Malformed."""
    model = read(TYPES[name], _prefixed(data, name, prefix), "data")
    if isinstance(model, Pipeline):
        _check_milestones(model)
    return model


def read(model: type[M], value: object, place: str = "") -> M:
    """Validate the value as JSON, so that strict models accept timestamps and lists; raise Malformed.

    `place` is where the value stands in the body. What no event needs so much of is refused before it is validated, which
    takes time in proportion to what is wrong.
    """
    if has_large_part(value):
        raise Malformed("not_canonical", f"an object or list has more than {MAX_PARTS} parts")
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise _malformed(
            error, model, place
        ) from None  # the chained error would repeat the payload
    except RecursionError:
        raise Malformed("not_canonical", "nested too deeply") from None


def _prefixed(data: dict[str, Any], name: str, prefix: str) -> dict[str, Any]:
    """Return the data with the connection's prefix on every id that needs one."""
    return _with_ids(data, name, lambda vendor_id: prefix + vendor_id) if prefix else data


def without_prefix(data: dict[str, Any], name: str, prefix: str) -> dict[str, Any]:
    """Return the data of an accepted event of that type as its sender wrote it, before the prefix was put before ids."""
    return _with_ids(data, name, lambda own_id: own_id.removeprefix(prefix)) if prefix else data


def _with_ids(data: dict[str, Any], name: str, change: Callable[[str], str]) -> dict[str, Any]:
    """Return the data with every id that two systems could both use changed."""
    names = PREFIXED | MERGE if name == "candidate.merged" else PREFIXED
    if name.startswith("cost.") and data.get("scope") in PREFIXED_SCOPES:
        names |= MEMBERS
    result: dict[str, Any] = {}
    for key, value in data.items():
        if key in names:
            result[key] = _changed(change, value)
        elif isinstance(value, dict):
            result[key] = _with_ids(value, name, change)
        elif isinstance(value, list):
            result[key] = [_with_ids(v, name, change) if isinstance(v, dict) else v for v in value]
        else:
            result[key] = value
    application = result.get("application")
    if isinstance(application, dict) and "id" in application:
        result["application"] = {**application, "id": _changed(change, application["id"])}
    return result


def _changed(change: Callable[[str], str], value: object) -> object:
    if isinstance(value, list):
        return [_changed(change, own_id) for own_id in value]
    return change(value) if isinstance(value, str) else value


def _malformed(
    error: ValidationError | UnicodeError, model: type[BaseModel], place: str = ""
) -> Malformed:
    """Describe what is wrong and where, never by value."""
    if isinstance(error, UnicodeError):
        return Malformed("not_canonical", "the body contains text that is not Unicode")
    return Malformed("not_canonical", describe(error, model, place))


def _unknown_type(name: str) -> str:
    """Say that the type is none of ours, and which one may be meant; the sender's word is not repeated."""
    suggestions = difflib.get_close_matches(name, TYPES, 1)
    hint = f"perhaps {suggestions[0]} is meant" if suggestions else "the setup page lists them"
    return f"the type is none of the canonical types; {hint}"


def _check_milestones(pipeline: Pipeline) -> None:
    """Raise Malformed if a stage names a milestone that we do not have."""
    for index, stage in enumerate(pipeline.stages):
        if stage.milestone is not None and stage.milestone not in MILESTONES:
            raise Malformed(
                "not_canonical",
                f"data.stages[{index}].milestone is none of ours: write one of {', '.join(MILESTONES)}, or leave it out",
            )
