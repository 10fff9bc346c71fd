"""From the packed event of an application to the record that the fold reads."""

from collections.abc import Callable

from schemas.events.envelope import TYPES
from schemas.events.packs import (
    PackedApplication,
    PackedData,
    PackedEvent,
    PackedReason,
    PackedReference,
    PackedSchedule,
)
from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    ApplicationEvent,
    DeletionEvent,
    EndingEvent,
    EventHeader,
    InterviewEvent,
    OfferEvent,
    ReopeningEvent,
    ScheduleSnapshot,
    ScorecardEvent,
    UpdateEvent,
    VendorStage,
)
from schemas.instants import milliseconds, parse_day, parse_instant

SHADOW = "shadow"
DECLINED = frozenset({"declined", "decline", "rejected", "no"})  # an interviewer's response


def to_attributes(
    event: PackedEvent, kind: str, application: PackedApplication
) -> ApplicationAttributes:
    """The application as of the event; one created without an instant of application was made at that moment."""
    data = event.data
    owners, dims = data.owners, data.dims
    applied_at = application.applied_at or (event.time if kind == "application.created" else None)
    channel = data.channel if isinstance(data.channel, PackedReference) else None
    return ApplicationAttributes(
        kind=application.kind,
        applied_at=None if applied_at is None else milliseconds(applied_at),
        candidate=application.candidate_id,
        job=application.job_id,
        channel=None if channel is None else channel.id,
        source_detail=None if channel is None else channel.detail,
        touches=tuple([touch.id for touch in data.touches]) if data.touches else (),
        recruiter=None if owners is None else owners.recruiter_id,
        hiring_managers=() if owners is None else owners.hiring_manager_ids,
        department=None if dims is None else dims.department,
        location=None if dims is None else dims.location,
        active=application.active,
        opening=application.opening_id,
    )


def happened_at(event: PackedEvent, kind: str) -> int:
    """When it happened, in milliseconds since 1970 UTC: what the data say of the thing itself, else the event's time.

    A stage is changed when it is entered, an offer made when it is sent and answered when it is resolved.
    """
    data = event.data
    moment = None
    if kind == "application.stage_changed":
        moment = data.entered_at
    elif kind == "offer.sent":
        moment = data.sent_at
    elif kind in OFFER_ANSWERS:
        moment = data.resolved_at
    return milliseconds(event.time if moment is None else moment)


def to_stage(stage: PackedReference | None) -> VendorStage | None:
    """The stage in the vendor's words."""
    if stage is None:
        return None
    return VendorStage(id=stage.id, name=stage.name, kind=stage.vendor_kind, order=stage.order)


def _update(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> UpdateEvent:
    return UpdateEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        stage=to_stage(data.to_stage or data.stage),
        is_reapplication=header.kind == "application.created" and bool(data.is_reapplication),
        retracts_log=header.kind == "application.updated" and bool(data.retracted),
        from_stage=to_stage(data.from_stage),
        schedule=_schedule(data.schedule),
    )


def _schedule(schedule: PackedSchedule | None) -> ScheduleSnapshot | None:
    if schedule is None:
        return None
    return ScheduleSnapshot(id=schedule.id, interview_ids=schedule.interview_ids)


def _ending(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> EndingEvent:
    reason = data.reason if isinstance(data.reason, PackedReason) else None
    return EndingEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        stage=to_stage(data.to_stage or data.stage),
        party=data.party,
        reason=None if reason is None else reason.id,
        reason_name=None if reason is None else reason.name,
        start_day=parse_day(data.start_date) if header.kind == "application.hired" else None,
    )


def _reopening(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> ReopeningEvent:
    return ReopeningEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        stage=to_stage(data.to_stage or data.stage),
    )


def _deletion(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> DeletionEvent:
    return DeletionEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        with_candidate=data.cause == "candidate",
    )


def _interview(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> InterviewEvent:
    people = data.interviewers
    present = [
        person.user_id
        for person in people
        if person.role != SHADOW and (person.response or "").casefold() not in DECLINED
    ]
    return InterviewEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        interview_id=data.interview_id or "",
        interviewers=tuple(dict.fromkeys(present)) if people else None,
        starts_at=None if data.start is None else parse_instant(data.start),
        ends_at=None if data.end is None else parse_instant(data.end),
        shadows=tuple([person.user_id for person in people if person.role == SHADOW]),
        schedule_id=data.schedule_id,
        round=data.round,
        stage=to_stage(data.stage),
    )


def _scorecard(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> ScorecardEvent:
    return ScorecardEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        scorecard_id=data.feedback_id or "",
        interview_id=data.interview_id,
        author=data.interviewer_id,
        decision=data.decision,
        submitted_at=None if data.submitted_at is None else milliseconds(data.submitted_at),
    )


def _offer(header: EventHeader, application: ApplicationAttributes, data: PackedData) -> OfferEvent:
    return OfferEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        offer_id=data.offer_id or "",
        version=data.version,
        amount=data.amount,
        currency=data.currency,
    )


ApplicationBuilder = Callable[[EventHeader, ApplicationAttributes, PackedData], ApplicationEvent]

ENDINGS = ("rejected", "withdrawn", "closed", "hired")
OFFER_ANSWERS = frozenset({"offer.accepted", "offer.declined", "offer.expired", "offer.revoked"})
APPLICATION_BUILDERS: dict[str, ApplicationBuilder] = {
    **{name: _update for name in TYPES if name.startswith("application.")},
    **{f"application.{name}": _ending for name in ENDINGS},
    "application.reopened": _reopening,
    "application.unhired": _reopening,
    "application.deleted": _deletion,
    **{name: _interview for name in TYPES if name.startswith("interview.")},
    **{name: _scorecard for name in TYPES if name.startswith("feedback.")},
    **{name: _offer for name in TYPES if name.startswith("offer.")},
}
