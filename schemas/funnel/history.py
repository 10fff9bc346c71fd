"""An application's history: its KPI-relevant events in compact form, and the one order in which they happened."""

from collections.abc import Iterable

import msgspec

from schemas.events import counting
from schemas.events.envelope import TYPES, short_type
from schemas.events.packs import PackedData, PackedEvent, PackedReason, PackedReference
from schemas.instants import milliseconds, parse_day, parse_instant

# Ties at one instant follow the order of the table: a creation before a move, an ending last. All endings rank alike,
# because the kind of ending may be corrected.
RANK = {name: rank for rank, name in enumerate(TYPES)}
RANK |= dict.fromkeys(("application.withdrawn", "application.closed"), RANK["application.rejected"])
APPLICATION_TYPES = frozenset(
    name
    for name in TYPES
    if name.split(".")[0] in {"application", "interview", "feedback", "offer"}
)
EMPLOYMENT_TYPES = frozenset(name for name in TYPES if name.startswith("employment."))
COST_TYPES = frozenset(name for name in TYPES if name.startswith("cost."))
# Events about a candidate, a job or a pipeline; they are part of the history of every application they reach.
CONTEXT_TYPES = counting.CONTEXT_TYPES
JOB_TYPES = frozenset(name for name in CONTEXT_TYPES if name.startswith("job."))
LEAD = "lead"
STAGE_DATA = "candidate_stage_data"  # Greenhouse's name for an anonymisation that resets stages


class FunnelEvent(msgspec.Struct, array_like=True, gc=False):
    """One event of one application, as small as the fold needs it.

    `at`, `applied_at`, `starts_at` and `ends_at` (of an interview) are milliseconds since 1970 UTC, `id` is 16 bytes.
    `offset` and `index` are where in the source partition the event was first accepted. `interviewers` excludes shadows.
    `entity` is the interview, scorecard or offer, and the winner of a merge; `interview_id` is a scorecard's interview.
    `number` is a decision, a version or a rating in tenths; it is 1 for a deletion because of the candidate, for an
    anonymisation that resets stages, for a log record that was withdrawn and for a re-application.
    `first_day` and `last_day` are the local days (since 1970) on which an employment or a cost starts and ends.
    `amount` is money in minor units of the currency in `reason_name`; the `reason` of a cost is its kind.
    """

    at: int
    kind: str
    id: bytes
    offset: int = -1
    index: int = 0
    connection: str = ""
    channel: str | None = None
    job: str | None = None
    recruiter: str | None = None
    application_kind: str | None = None
    applied_at: int | None = None
    stage: str | None = None
    stage_name: str | None = None
    stage_kind: str | None = None
    entity: str | None = None
    interviewers: tuple[str, ...] = ()
    number: int | None = None
    test: bool = False
    candidate: str | None = None
    active: bool | None = None
    party: str | None = None
    reason: str | None = None
    reason_name: str | None = None
    moves: tuple[tuple[str, str], ...] = ()
    revision: int = 0
    log_id: str | None = None
    source_detail: str | None = None
    hiring_manager: str | None = None
    department: str | None = None
    location: str | None = None
    touches: tuple[str, ...] = ()
    interview_id: str | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    amount: int | None = None


OrderKey = tuple[int, int, int, bytes]


def order_key(event: FunnelEvent) -> OrderKey:
    """The sort key: time, then type, revision and id, so that the order never depends on arrival."""
    return (event.at, RANK[event.kind], event.revision, event.id)


def rating_tenths(rating: float) -> int:
    """A rating in tenths of its own scale, clamped to -1000..1000."""
    return max(-1_000, min(1_000, round(rating * 10)))


def to_funnel_event(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The event in the form the fold reads, or None if it concerns no single application."""
    kind = short_type(event.type)
    data = event.data
    if kind not in APPLICATION_TYPES or data.application is None:
        return _to_employment_or_cost_event(event, kind, offset, index)
    application = data.application
    channel = data.channel if isinstance(data.channel, PackedReference) else None
    reason = data.reason if isinstance(data.reason, PackedReason) else None
    applied_at = application.applied_at or (event.time if kind == "application.created" else None)
    revision = application.revision
    stage = data.to_stage or data.stage
    interviewers: tuple[str, ...] = ()
    if data.interviewers:
        interviewers = tuple(
            [person.user_id for person in data.interviewers if person.role != "shadow"]
        )
    if data.interviewer_id is not None:
        interviewers = (data.interviewer_id,)
    funnel_event = FunnelEvent(  # positional, in field order: keywords take seven times as long
        milliseconds(event.time),
        kind,
        bytes.fromhex(event.id),
        offset,
        index,
        event.source.rpartition(":")[2],
        None if channel is None else channel.id,
        application.job_id,
        None if data.owners is None else data.owners.recruiter_id,
        application.kind,
        None if applied_at is None else milliseconds(applied_at),
        None if stage is None else stage.id,
        None if stage is None else stage.name,
        None if stage is None else stage.vendor_kind,
        data.interview_id if kind.startswith("interview.") else data.feedback_id or data.offer_id,
        interviewers,
        _number(kind, data),
        event.test,
        application.candidate_id,
        application.active,
        data.party,
        None if reason is None else reason.id,
        data.currency if reason is None else reason.name,
        (),
        0 if revision is None else milliseconds(revision),
        data.log_id,
        None if channel is None else channel.detail,
    )
    _set_optional_fields(funnel_event, data)
    return funnel_event


def _set_optional_fields(event: FunnelEvent, data: PackedData) -> None:
    """Set the fields that few events carry."""
    if data.dims is not None:
        event.department, event.location = data.dims.department, data.dims.location
    if data.owners is not None and data.owners.hiring_manager_ids:
        event.hiring_manager = data.owners.hiring_manager_ids[0]
    if data.touches:
        event.touches = tuple(touch.id for touch in data.touches)
    if data.feedback_id is not None:
        event.interview_id = data.interview_id
    if data.start is not None:
        event.starts_at = parse_instant(data.start)
    if data.end is not None:
        event.ends_at = parse_instant(data.end)
    event.amount = data.amount


def _to_employment_or_cost_event(
    event: PackedEvent, kind: str, offset: int, index: int
) -> FunnelEvent | None:
    """An event outside the funnel: an employment counts for its application, a cost entry by itself; else None."""
    data = event.data
    funnel_event = FunnelEvent(
        at=milliseconds(event.time),
        kind=kind,
        id=bytes.fromhex(event.id),
        offset=offset,
        index=index,
        connection=event.source.rpartition(":")[2],
        test=event.test,
    )
    if kind in EMPLOYMENT_TYPES:
        funnel_event.first_day = parse_day(data.end if kind == "employment.ended" else data.start)
        funnel_event.number = None if data.rating is None else rating_tenths(data.rating)
        return funnel_event
    if kind in COST_TYPES:
        funnel_event.channel = data.member if data.scope in {"channel", "agency"} else None
        funnel_event.job = data.member if data.scope == "job" else None
        funnel_event.number, funnel_event.amount = data.version, data.amount
        funnel_event.reason, funnel_event.reason_name = data.kind, data.currency
        funnel_event.first_day = parse_day(data.period_from)
        funnel_event.last_day = parse_day(data.period_to)
        return funnel_event
    return None


def to_context_event(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The event as the fold of every application it reaches reads it, or None if it reaches none."""
    kind = short_type(event.type)
    if kind not in CONTEXT_TYPES or event.test:
        return None
    data = event.data
    if kind == "job.updated" and not (data.department or data.location or data.hiring_manager_ids):
        return None
    return FunnelEvent(
        at=milliseconds(event.time),
        kind=kind,
        id=bytes.fromhex(event.id),
        offset=offset,
        index=index,
        connection=event.source.rpartition(":")[2],
        job=data.job_id,
        candidate=data.from_id or data.candidate_id,
        entity=data.into_id,
        number=int(STAGE_DATA in data.fields),
        moves=tuple((move.from_id, move.to_id) for move in data.moves),
        department=data.department,
        location=data.location,
        hiring_manager=next(iter(data.hiring_manager_ids), None),
    )


def _number(kind: str, data: PackedData) -> int | None:
    if kind == "application.deleted":
        return int(data.cause == "candidate")
    if data.retracted or data.is_reapplication:
        return 1
    return data.decision if kind.startswith("feedback.") else data.version


def ordered_history(history: Iterable[FunnelEvent]) -> list[FunnelEvent]:
    """The history without duplicates, in the order in which events happened; the first arrival of an id wins.

    A record of the vendor's log contributes only its latest revision, and nothing once it is withdrawn. Leads are
    resolved to applications or prospects.
    """
    by_id: dict[bytes, FunnelEvent] = {}
    for event in history:
        by_id.setdefault(event.id, event)
    events = sorted(by_id.values(), key=order_key)
    if any(event.log_id is not None for event in events):
        events = _apply_log_corrections(events)
    if any(event.application_kind == LEAD for event in events):
        events = _resolve_leads(events)
    return events


def _resolve_leads(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """A lead is a prospect unless another event, at whatever time, gives another kind of application."""
    resolved = any(event.application_kind not in {None, LEAD} for event in events)
    kind = None if resolved else "prospect"
    return [
        msgspec.structs.replace(event, application_kind=kind)
        if event.application_kind == LEAD
        else event
        for event in events
    ]


def _apply_log_corrections(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """Keep the latest revision of each log record: one event per application, interview, scorecard and offer."""
    latest: dict[str | None, int] = {}
    for event in events:
        latest[event.log_id] = max(latest.get(event.log_id, 0), event.revision)
    current = {_log_key(event): event for event in events if event.revision == latest[event.log_id]}
    retracted = {event.log_id for event in current.values() if retracts_log(event)}
    return [
        event
        for event in events
        if event.log_id is None
        or (event.log_id not in retracted and current.get(_log_key(event)) is event)
    ]


def retracts_log(event: FunnelEvent) -> bool:
    """Whether the event withdraws a record of the vendor's log."""
    return event.log_id is not None and event.kind == "application.updated" and bool(event.number)


def _log_key(event: FunnelEvent) -> tuple[str | None, str, str | None]:
    return event.log_id, event.kind.partition(".")[0], event.entity
