"""From an accepted event of a pack to the record that the fold reads."""

from collections.abc import Callable

from schemas.events.envelope import TYPES, short_type
from schemas.events.packs import PackedData, PackedEvent
from schemas.funnel.application_conversion import (
    APPLICATION_BUILDERS,
    happened_at,
    to_attributes,
)
from schemas.funnel.funnel_events import (
    AnonymizationEvent,
    CandidateDeletionEvent,
    ContextEvent,
    CostEvent,
    EmploymentEvent,
    EventHeader,
    FunnelEvent,
    JobEvent,
    MergeEvent,
    OpeningEvent,
    PipelineDefinitionEvent,
    PipelineEvent,
    PipelineStageMeaning,
)
from schemas.instants import milliseconds, parse_day

SEQUENCE_LENGTH = 64
UNDATED = "unknown"  # of `timequality`
IMPORTED = frozenset({"backfill", "csv"})
# Greenhouse's names for an anonymisation that resets stages, and one that erases offers.
STAGE_DATA, OFFER_DATA = "candidate_stage_data", "all_offer_versions"


def to_funnel_event(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The record of an event about one application or cost entry, or None if it concerns none."""
    kind = short_type(event.type)
    build = APPLICATION_BUILDERS.get(kind)
    if build is not None:
        if event.data.application is None:
            return None
        application = to_attributes(event, kind, event.data.application)
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
    application, actor = event.data.application, event.data.actor
    revision = event.data.revision if application is None else application.revision
    return EventHeader(
        at=happened_at(event, kind),
        kind=kind,
        id=bytes.fromhex(event.id),
        offset=offset,
        index=index,
        connection=event.source.rpartition(":")[2],
        test=event.test,
        revision=0 if revision is None else milliseconds(revision),
        sequence=_sequence_key(event.sequence),
        by_person=actor is None or actor.kind == "user",
        imported=event.ingestmode in IMPORTED,
        undated=event.timequality == UNDATED,
    )


def _sequence_key(sequence: str | None) -> str:
    """The sequence so that text comparison orders integers by value; empty if there is none."""
    if sequence is None:
        return ""
    return sequence.rjust(SEQUENCE_LENGTH, "0") if sequence.isdecimal() else sequence


def _employment(header: EventHeader, data: PackedData) -> EmploymentEvent:
    day = data.end if header.kind == "employment.ended" else data.start
    return EmploymentEvent(
        header=header,
        day=parse_day(day),
        rating_tenths=None if data.rating is None else rating_tenths(data.rating),
        rating_id=data.rating_id,
        log_id=data.log_id,
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
    is_news = bool(data.department or data.location or managers or data.log_id)
    if data.job_id is None or (header.kind == "job.updated" and not is_news):
        return None
    return JobEvent(
        header=header,
        job=data.job_id,
        hiring_managers=managers,
        department=data.department,
        location=data.location,
        log_id=data.log_id,
        retracts_log=bool(data.retracted),
    )


def _opening(header: EventHeader, data: PackedData) -> OpeningEvent | None:
    return None if data.opening_id is None else OpeningEvent(header=header, opening=data.opening_id)


def _pipeline_definition(header: EventHeader, data: PackedData) -> PipelineDefinitionEvent | None:
    if data.job_id is None:
        return None
    numbered = any(stage.order is not None for stage in data.stages)
    stages = [
        PipelineStageMeaning(
            id=stage.id,
            order=stage.order if numbered else position,
            name=stage.name,
            milestone=stage.milestone,
        )
        for position, stage in enumerate(data.stages)
    ]
    return PipelineDefinitionEvent(header=header, job=data.job_id, stages=tuple(stages))


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
        header=header,
        candidate=data.candidate_id,
        resets_stages=STAGE_DATA in data.fields,
        erases_offers=OFFER_DATA in data.fields,
    )


OtherBuilder = Callable[[EventHeader, PackedData], EmploymentEvent | CostEvent]
ContextBuilder = Callable[[EventHeader, PackedData], ContextEvent | None]

OTHER_BUILDERS: dict[str, OtherBuilder] = {
    **{name: _employment for name in TYPES if name.startswith("employment.")},
    **{name: _cost for name in TYPES if name.startswith("cost.")},
}
CONTEXT_BUILDERS: dict[str, ContextBuilder] = {
    "job.opened": _job,
    "job.updated": _job,
    "job.paused": _job,
    "job.closed": _job,
    "opening.opened": _opening,
    "opening.filled": _opening,
    "opening.closed": _opening,
    "pipeline.defined": _pipeline_definition,
    "pipeline.remapped": _pipeline,
    "candidate.merged": _merge,
    "candidate.deleted": _candidate_deletion,
    "candidate.anonymized": _anonymization,
}
