"""From an accepted event of a pack to the record that the fold reads."""

from collections.abc import Callable

from schemas.events.envelope import TYPES, short_type
from schemas.events.packs import (
    PackedApplication,
    PackedData,
    PackedEvent,
    PackedReason,
    PackedReference,
)
from schemas.funnel.funnel_events import (
    AnonymizationEvent,
    ApplicationAttributes,
    ApplicationEvent,
    CandidateDeletionEvent,
    ContextEvent,
    CostEvent,
    DeletionEvent,
    EmploymentEvent,
    EndingEvent,
    EventHeader,
    FunnelEvent,
    InterviewEvent,
    JobEvent,
    MergeEvent,
    OfferEvent,
    PipelineEvent,
    ReopeningEvent,
    ScorecardEvent,
    UpdateEvent,
    VendorStage,
)
from schemas.instants import milliseconds, parse_day, parse_instant

STAGE_DATA = "candidate_stage_data"  # Greenhouse's name for an anonymisation that resets stages


def to_funnel_event(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The record of an event about one application or cost entry, or None if it concerns none."""
    kind = short_type(event.type)
    build = APPLICATION_BUILDERS.get(kind)
    if build is not None:
        if event.data.application is None:
            return None
        application = _attributes(event, kind, event.data.application)
        return build(_header(event, kind, offset, index), application, event.data)
    build_other = OTHER_BUILDERS.get(kind)
    if build_other is None:
        return None
    return build_other(_header(event, kind, offset, index), event.data)


def to_context_event(event: PackedEvent, offset: int = -1, index: int = 0) -> ContextEvent | None:
    """The record of an event that reaches applications through their candidate or job, or None if it reaches none."""
    kind = short_type(event.type)
    build = CONTEXT_BUILDERS.get(kind)
    if build is None or event.test:
        return None
    return build(_header(event, kind, offset, index), event.data)


def rating_tenths(rating: float) -> int:
    """A rating in tenths of its own scale, clamped to -1000..1000."""
    return max(-1_000, min(1_000, round(rating * 10)))


def _header(event: PackedEvent, kind: str, offset: int, index: int) -> EventHeader:
    application = event.data.application
    revision = None if application is None else application.revision
    return EventHeader(
        at=milliseconds(event.time),
        kind=kind,
        id=bytes.fromhex(event.id),
        offset=offset,
        index=index,
        connection=event.source.rpartition(":")[2],
        test=event.test,
        revision=0 if revision is None else milliseconds(revision),
    )


def _attributes(
    event: PackedEvent, kind: str, application: PackedApplication
) -> ApplicationAttributes:
    """The application as of the event; one created without an instant of application was made at that moment."""
    data = event.data
    owners, dims = data.owners, data.dims
    applied_at = application.applied_at or (event.time if kind == "application.created" else None)
    channel = data.channel if isinstance(data.channel, PackedReference) else None
    managers = () if owners is None else owners.hiring_manager_ids
    return ApplicationAttributes(
        kind=application.kind,
        applied_at=None if applied_at is None else milliseconds(applied_at),
        candidate=application.candidate_id,
        job=application.job_id,
        channel=None if channel is None else channel.id,
        source_detail=None if channel is None else channel.detail,
        touches=tuple([touch.id for touch in data.touches]) if data.touches else (),
        recruiter=None if owners is None else owners.recruiter_id,
        hiring_manager=managers[0] if managers else None,
        department=None if dims is None else dims.department,
        location=None if dims is None else dims.location,
        active=application.active,
    )


def _stage(data: PackedData) -> VendorStage | None:
    stage = data.to_stage or data.stage
    if stage is None:
        return None
    return VendorStage(id=stage.id, name=stage.name, kind=stage.vendor_kind)


def _update(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> UpdateEvent:
    return UpdateEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        stage=_stage(data),
        is_reapplication=header.kind == "application.created" and bool(data.is_reapplication),
        retracts_log=header.kind == "application.updated" and bool(data.retracted),
    )


def _ending(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> EndingEvent:
    reason = data.reason if isinstance(data.reason, PackedReason) else None
    return EndingEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        stage=_stage(data),
        party=data.party,
        reason=None if reason is None else reason.id,
        reason_name=None if reason is None else reason.name,
    )


def _reopening(
    header: EventHeader, application: ApplicationAttributes, data: PackedData
) -> ReopeningEvent:
    return ReopeningEvent(
        header=header, application=application, log_id=data.log_id, stage=_stage(data)
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
    people = [person.user_id for person in data.interviewers if person.role != "shadow"]
    return InterviewEvent(
        header=header,
        application=application,
        log_id=data.log_id,
        interview_id=data.interview_id or "",
        interviewers=tuple(people),
        starts_at=None if data.start is None else parse_instant(data.start),
        ends_at=None if data.end is None else parse_instant(data.end),
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


def _employment(header: EventHeader, data: PackedData) -> EmploymentEvent:
    day = data.end if header.kind == "employment.ended" else data.start
    return EmploymentEvent(
        header=header,
        day=parse_day(day),
        rating_tenths=None if data.rating is None else rating_tenths(data.rating),
    )


def _cost(header: EventHeader, data: PackedData) -> CostEvent:
    return CostEvent(
        header=header,
        cost_id=data.cost_id or "",
        scope=data.scope or "company",
        previous_member=data.previous_member,
        moved_to=data.moved_to,
        version=data.version,
        amount=data.amount,
        currency=data.currency,
        cost_kind=data.kind,
        channel=data.member if data.scope in {"channel", "agency"} else None,
        job=data.member if data.scope == "job" else None,
        first_day=parse_day(data.period_from),
        last_day=parse_day(data.period_to),
    )


def _job(header: EventHeader, data: PackedData) -> JobEvent | None:
    managers = data.hiring_manager_ids
    describes = bool(data.department or data.location or managers)
    if data.job_id is None or (header.kind == "job.updated" and not describes):
        return None
    return JobEvent(
        header=header,
        job=data.job_id,
        hiring_manager=managers[0] if managers else None,
        department=data.department,
        location=data.location,
    )


def _pipeline(header: EventHeader, data: PackedData) -> PipelineEvent | None:
    if data.job_id is None:
        return None
    moves = tuple([(move.from_id, move.to_id) for move in data.moves])
    return PipelineEvent(header=header, job=data.job_id, moves=moves)


def _merge(header: EventHeader, data: PackedData) -> MergeEvent | None:
    if data.from_id is None or data.into_id is None:
        return None
    return MergeEvent(header=header, loser=data.from_id, winner=data.into_id)


def _candidate_deletion(header: EventHeader, data: PackedData) -> CandidateDeletionEvent | None:
    if data.candidate_id is None:
        return None
    return CandidateDeletionEvent(header=header, candidate=data.candidate_id)


def _anonymization(header: EventHeader, data: PackedData) -> AnonymizationEvent | None:
    if data.candidate_id is None:
        return None
    return AnonymizationEvent(
        header=header, candidate=data.candidate_id, resets_stages=STAGE_DATA in data.fields
    )


ApplicationBuilder = Callable[[EventHeader, ApplicationAttributes, PackedData], ApplicationEvent]
OtherBuilder = Callable[[EventHeader, PackedData], EmploymentEvent | CostEvent]
ContextBuilder = Callable[[EventHeader, PackedData], ContextEvent | None]

ENDINGS = ("rejected", "withdrawn", "closed", "hired")
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
OTHER_BUILDERS: dict[str, OtherBuilder] = {
    **{name: _employment for name in TYPES if name.startswith("employment.")},
    **{name: _cost for name in TYPES if name.startswith("cost.")},
}
CONTEXT_BUILDERS: dict[str, ContextBuilder] = {
    "job.opened": _job,
    "job.updated": _job,
    "job.paused": _job,
    "job.closed": _job,
    "pipeline.remapped": _pipeline,
    "candidate.merged": _merge,
    "candidate.deleted": _candidate_deletion,
    "candidate.anonymized": _anonymization,
}
