"""The envelope of a canonical event (CloudEvents 1.0 structured JSON) and the table of types it may hold."""

import hashlib
import json
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SerializeAsAny, ValidationInfo, field_validator

from schemas import candidate, surroundings
from schemas.candidate import Id, Text, Value

PREFIX, SUFFIX = "recruit.", ".v1"

TYPES: MappingProxyType[str, type[Value]] = MappingProxyType(
    {
        "application.created": candidate.Created,
        "application.updated": candidate.Updated,
        "application.channel_changed": candidate.Updated,
        "application.owner_changed": candidate.Updated,
        "application.transferred": candidate.Updated,
        "application.stage_changed": candidate.StageChanged,
        "interview.scheduled": candidate.Interview,
        "interview.rescheduled": candidate.Interview,
        "interview.cancelled": candidate.Interview,
        "interview.completed": candidate.Interview,
        "interview.no_show": candidate.Interview,
        "feedback.requested": candidate.Feedback,
        "feedback.submitted": candidate.Feedback,
        "feedback.updated": candidate.Feedback,
        "feedback.deleted": candidate.Feedback,
        "offer.created": candidate.Offer,
        "offer.approved": candidate.Offer,
        "offer.sent": candidate.Offer,
        "offer.accepted": candidate.Offer,
        "offer.declined": candidate.Offer,
        "offer.expired": candidate.Offer,
        "offer.revoked": candidate.Offer,
        "offer.superseded": candidate.Offer,
        "offer.deleted": candidate.Offer,
        "application.rejected": candidate.Ended,
        "application.withdrawn": candidate.Ended,
        "application.closed": candidate.Ended,
        "application.reopened": candidate.Reopened,
        "application.hired": candidate.Hired,
        "application.unhired": candidate.Hired,
        "application.deleted": candidate.Deleted,
        "candidate.created": candidate.CandidateData,
        "candidate.updated": candidate.CandidateData,
        "candidate.merged": candidate.Merged,
        "candidate.anonymized": candidate.Anonymized,
        "candidate.deleted": candidate.CandidateData,
        "job.opened": surroundings.Job,
        "job.updated": surroundings.Job,
        "job.paused": surroundings.Job,
        "job.closed": surroundings.Job,
        "job.deleted": surroundings.Job,
        "opening.opened": surroundings.Opening,
        "opening.filled": surroundings.Opening,
        "opening.closed": surroundings.Opening,
        "posting.published": surroundings.Posting,
        "posting.unpublished": surroundings.Posting,
        "pipeline.defined": surroundings.Pipeline,
        "pipeline.remapped": surroundings.PipelineRemapped,
        "cost.recorded": surroundings.Cost,
        "cost.reversed": surroundings.Cost,
        "employment.started": surroundings.Employment,
        "employment.confirmed": surroundings.Employment,
        "employment.performance_rated": surroundings.Employment,
        "employment.ended": surroundings.Employment,
        "survey.submitted": surroundings.Survey,
        "relay.invited": surroundings.Relay,
        "relay.clicked": surroundings.Relay,
        "relay.registered": surroundings.Relay,
        "relay.credit_granted": surroundings.Relay,
        "relay.credit_consumed": surroundings.Relay,
        "relay.credit_expired": surroundings.Relay,
        "relay.outcome": surroundings.Relay,
        "ingest.gap_detected": surroundings.Ingest,
        "ingest.quarantined": surroundings.Ingest,
        "ingest.connection_disabled": surroundings.Ingest,
    }
)


class Event(Value):
    """One accepted fact.

    `type` is the full name, `recruit.<name>.v1`; `time` is when it happened, `recordedtime` when we heard of it;
    `subject` is the id whose events must stay in order (application id, else candidate, job … id).
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    source: Annotated[str, Field(pattern=r"^urn:ats:[^:]+:[^:]+:[^:]+$")]
    type: str
    time: AwareDatetime
    tenant: Id
    subject: Id
    recordedtime: AwareDatetime
    timequality: Literal["exact", "vendor_state", "received", "assumed"] = "exact"
    ingestmode: Literal["webhook", "poll", "backfill", "csv", "api", "derived"] = "webhook"
    test: bool = False
    vendorevent: Text | None = None
    deliveryid: Text | None = None
    correlationid: Text | None = None
    data: SerializeAsAny[Value]

    @field_validator("time", "recordedtime")
    @classmethod
    def within_reason(cls, value: datetime) -> datetime:
        """Refuse instants outside 1990..2100, which are decoding mistakes, not history."""
        if not 1990 <= value.year < 2100:
            msg = "instant outside the years 1990 to 2099"
            raise ValueError(msg)
        return value

    @field_validator("data", mode="before")
    @classmethod
    def data_of_type(cls, value: object, info: ValidationInfo) -> Value:
        """Read `data` as the model that `type` names; ValueError for a type that is not ours or for another model."""
        name = str(info.data.get("type"))
        model = TYPES.get(short(name)) if name == full(short(name)) else None
        if model is None:
            msg = f"unknown event type {name[:80]!r}"
            raise ValueError(msg)
        if isinstance(value, Value):
            if type(value) is not model:
                msg = f"{name} carries {model.__name__}"
                raise ValueError(msg)
            return value
        # Strict JSON rules need JSON: "1" is not 1, and an instant is a string with an offset.
        return model.model_validate_json(json.dumps(value))


def short(event_type: str) -> str:
    """`recruit.application.created.v1` → `application.created`."""
    return event_type.removeprefix(PREFIX).removesuffix(SUFFIX)


def full(name: str) -> str:
    """`application.created` → `recruit.application.created.v1`."""
    return f"{PREFIX}{name}{SUFFIX}"


def event_id(connection: str, name: str, entities: tuple[str, ...], occurrence: str) -> str:
    """Content-derived id: 32 hex digits of sha256 over connection, short type, entity ids and the occurrence.

    `occurrence` is the vendor's event id where that is stable over retries, else the fact itself
    (target stage and time, offer version and status …). Never the entity id alone.
    """
    parts = "\x1f".join((connection, name, *entities, occurrence))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
