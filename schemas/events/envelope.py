"""The envelope of a canonical event (CloudEvents 1.0 structured JSON) and the table of event types."""

import hashlib
import json
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SerializeAsAny, ValidationInfo, field_validator

from schemas.events import application as event_application
from schemas.events import context as event_context
from schemas.events.application import FrozenModel, Id, Text

PREFIX, SUFFIX = "recruit.", ".v1"

TYPES: MappingProxyType[str, type[FrozenModel]] = MappingProxyType(
    {
        "application.created": event_application.Created,
        "application.updated": event_application.Updated,
        "application.channel_changed": event_application.Updated,
        "application.owner_changed": event_application.Updated,
        "application.transferred": event_application.Updated,
        "application.stage_changed": event_application.StageChanged,
        "interview.scheduled": event_application.InterviewData,
        "interview.rescheduled": event_application.InterviewData,
        "interview.cancelled": event_application.InterviewData,
        "interview.completed": event_application.InterviewData,
        "interview.no_show": event_application.InterviewData,
        "interview.deleted": event_application.InterviewData,
        "feedback.requested": event_application.Feedback,
        "feedback.submitted": event_application.Feedback,
        "feedback.updated": event_application.Feedback,
        "feedback.deleted": event_application.Feedback,
        "offer.created": event_application.OfferData,
        "offer.approved": event_application.OfferData,
        "offer.sent": event_application.OfferData,
        "offer.accepted": event_application.OfferData,
        "offer.declined": event_application.OfferData,
        "offer.expired": event_application.OfferData,
        "offer.revoked": event_application.OfferData,
        "offer.superseded": event_application.OfferData,
        "offer.deleted": event_application.OfferData,
        "application.rejected": event_application.Ended,
        "application.withdrawn": event_application.Ended,
        "application.closed": event_application.Ended,
        "application.reopened": event_application.Reopened,
        "application.hired": event_application.Hired,
        "application.unhired": event_application.Hired,
        "application.deleted": event_application.ApplicationDeleted,
        "candidate.created": event_application.CandidateData,
        "candidate.updated": event_application.CandidateData,
        "candidate.merged": event_application.Merged,
        "candidate.anonymized": event_application.Anonymized,
        "candidate.deleted": event_application.CandidateData,
        "job.opened": event_context.JobData,
        "job.updated": event_context.JobData,
        "job.paused": event_context.JobData,
        "job.closed": event_context.JobData,
        "job.deleted": event_context.JobData,
        "requirement.recorded": event_context.RequirementData,
        "opening.opened": event_context.OpeningData,
        "opening.filled": event_context.OpeningData,
        "opening.closed": event_context.OpeningData,
        "posting.published": event_context.PostingData,
        "posting.unpublished": event_context.PostingData,
        "pipeline.defined": event_context.Pipeline,
        "pipeline.remapped": event_context.PipelineRemapped,
        "cost.recorded": event_context.Cost,
        "cost.reversed": event_context.Cost,
        "employment.started": event_context.Employment,
        "employment.start_cancelled": event_context.Employment,
        "employment.confirmed": event_context.Employment,
        "employment.performance_rated": event_context.Employment,
        "employment.ended": event_context.Employment,
        "employment.end_cancelled": event_context.Employment,
        "survey.submitted": event_context.SurveyData,
        "relay.invited": event_context.RelayInvitation,
        "relay.clicked": event_context.RelayClick,
        "relay.registered": event_context.RelayRegistration,
        "relay.consent_withdrawn": event_context.RelayConsentWithdrawal,
        "relay.slot_reserved": event_context.RelaySlot,
        "relay.slot_released": event_context.RelaySlot,
        "relay.slot_redeemed": event_context.RelaySlot,
        "relay.candidate_offered": event_context.RelayOffer,
        "relay.credit_granted": event_context.Relay,
        "relay.credit_consumed": event_context.Relay,
        "relay.credit_expired": event_context.Relay,
        "relay.outcome": event_context.Relay,
    }
)


# unknown: it happened, and nobody knows when; `time` is a day on which it can be counted, and ends no duration.
TimeQuality = Literal["exact", "vendor_state", "received", "assumed", "unknown"]


class Event(FrozenModel):
    """One accepted event.

    `type` is the full name, `recruit.<name>.v1`; `time` is when it happened, `recordedtime` when we received it;
    `subject` is the id whose events must stay in order (application id, else candidate, job … id). `sequence` orders events
    of one source and one instant (CloudEvents Sequence extension): as an integer if it is one, else by its characters.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    source: Annotated[str, Field(pattern=r"^urn:ats:[^:]+:[^:]+:[^:]+$")]
    type: str
    time: AwareDatetime
    tenant: Id
    subject: Id
    recordedtime: AwareDatetime
    timequality: TimeQuality = "exact"
    ingestmode: Literal["webhook", "poll", "backfill", "csv", "api", "derived"] = "webhook"
    test: bool = False
    vendorevent: Text | None = None
    deliveryid: Text | None = None
    correlationid: Text | None = None
    sequence: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    data: SerializeAsAny[FrozenModel]

    @field_validator("time", "recordedtime")
    @classmethod
    def plausible_instant(cls, value: datetime) -> datetime:
        """Reject instants outside 1990..2100; they are decoding errors, not history."""
        if not 1990 <= value.year < 2100:
            msg = "instant outside the years 1990 to 2099"
            raise ValueError(msg)
        return value

    @field_validator("data", mode="before")
    @classmethod
    def data_of_type(cls, value: object, info: ValidationInfo) -> FrozenModel:
        """Parse `data` as the model of `type`; ValueError for an unknown type or another model."""
        name = str(info.data.get("type"))
        model = TYPES.get(short_type(name)) if name == full_type(short_type(name)) else None
        if model is None:
            msg = f"unknown event type {name[:80]!r}"
            raise ValueError(msg)
        if isinstance(value, FrozenModel):
            if type(value) is not model:
                msg = f"{name} carries {model.__name__}"
                raise ValueError(msg)
            return value
        # Strict JSON validation needs JSON: "1" is not 1, and an instant is a string with an offset.
        return model.model_validate_json(json.dumps(value))


def short_type(event_type: str) -> str:
    """`recruit.application.created.v1` → `application.created`."""
    return event_type.removeprefix(PREFIX).removesuffix(SUFFIX)


def full_type(name: str) -> str:
    """`application.created` → `recruit.application.created.v1`."""
    return f"{PREFIX}{name}{SUFFIX}"


def event_id(connection: str, name: str, entities: tuple[str, ...], occurrence: str) -> str:
    """Content-derived id: 32 hex digits of sha256 over connection, short type, entity ids and the occurrence.

    `occurrence` is the vendor's event id if that is stable across retries, else the fact itself
    (target stage and time, offer version and status …). Never the entity id alone.
    """
    parts = "\x1f".join((connection, name, *entities, occurrence))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
