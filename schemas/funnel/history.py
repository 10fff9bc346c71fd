"""An application's history: its KPI-relevant events as they arrived, and the one order in which they happened."""

from collections.abc import Iterable

import msgspec

from schemas.events.envelope import TYPES, short
from schemas.events.packs import PackedData, PackedEvent, PackedReason, PackedReference
from schemas.instants import instant, local_day, milliseconds

# Types of one instant happen in the order of the table: a creation before a move, an ending last. Of the endings none
# comes before another: which one it was may be corrected.
RANK = {name: rank for rank, name in enumerate(TYPES)}
RANK |= dict.fromkeys(("application.withdrawn", "application.closed"), RANK["application.rejected"])
COUNTED = frozenset(
    name
    for name in TYPES
    if name.split(".")[0] in {"application", "interview", "feedback", "offer"}
)
EMPLOYMENT = frozenset(name for name in TYPES if name.startswith("employment."))
COSTS = frozenset(name for name in TYPES if name.startswith("cost."))
JOBS = frozenset({"job.opened", "job.updated", "job.paused", "job.closed"})
# Events about a candidate, a job or a pipeline: part of the history of every application they reach.
CONTEXT = JOBS | {
    "candidate.merged",
    "candidate.deleted",
    "candidate.anonymized",
    "pipeline.remapped",
}
LEAD = "lead"
STAGE_DATA = "candidate_stage_data"  # what Greenhouse calls an anonymisation that resets stages


class FunnelEvent(msgspec.Struct, array_like=True, gc=False):
    """One event of one application, as small as the fold needs it.

    `at` and `applied` are milliseconds since 1970 UTC, `id` 16 bytes; `offset` and `index` say where in the source
    partition the event was first accepted; `people` are interviewers who count (no shadows). `number` is a decision or
    a version, and 1 for a deletion by way of the candidate, an anonymisation that resets stages and a log record that is
    gone or an application that is a re-application, and of a rating tenths. `entity` is the interview, scorecard or offer, and of a merge the winner; `about` is the
    interview that a scorecard is of. `begin` and `end` are those of an interview in milliseconds; `on` and `until` local days
    (since 1970) on which an employment or a cost starts and ends. `amount` is money in minor units, in the currency
    `reason_name`; of a cost `reason` is its kind.
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
    nature: str | None = None
    applied: int | None = None
    stage: str | None = None
    stage_name: str | None = None
    stage_kind: str | None = None
    entity: str | None = None
    people: tuple[str, ...] = ()
    number: int | None = None
    test: bool = False
    candidate: str | None = None
    active: bool | None = None
    party: str | None = None
    reason: str | None = None
    reason_name: str | None = None
    moves: tuple[tuple[str, str], ...] = ()
    revision: int = 0
    log: str | None = None
    detail: str | None = None
    manager: str | None = None
    department: str | None = None
    location: str | None = None
    touches: tuple[str, ...] = ()
    about: str | None = None
    begin: int | None = None
    end: int | None = None
    on: int | None = None
    until: int | None = None
    amount: int | None = None


Order = tuple[int, int, int, bytes]


def order(happening: FunnelEvent) -> Order:
    """When it happened; ties by type, revision and id, so that the order never depends on arrival."""
    return (happening.at, RANK[happening.kind], happening.revision, happening.id)


def tenths(rating: float) -> int:
    """A rating in tenths of its own scale, from -1000 to 1000."""
    return max(-1_000, min(1_000, round(rating * 10)))


def happening(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The event as the fold reads it, or None when it says nothing about one application."""
    kind = short(event.type)
    data = event.data
    if kind not in COUNTED or data.application is None:
        return _aside(event, kind, offset, index)
    subject = data.application
    channel = data.channel if isinstance(data.channel, PackedReference) else None
    reason = data.reason if isinstance(data.reason, PackedReason) else None
    applied = subject.applied_at or (event.time if kind == "application.created" else None)
    revision = subject.revision
    stage = data.to_stage or data.stage
    people: tuple[str, ...] = ()
    if data.interviewers:
        people = tuple([each.user_id for each in data.interviewers if each.role != "shadow"])
    if data.interviewer_id is not None:
        people = (data.interviewer_id,)
    found = FunnelEvent(  # by position, in the order of the fields: by name it takes seven times as long
        milliseconds(event.time),
        kind,
        bytes.fromhex(event.id),
        offset,
        index,
        event.source.rpartition(":")[2],
        None if channel is None else channel.id,
        subject.job_id,
        None if data.owners is None else data.owners.recruiter_id,
        subject.kind,
        None if applied is None else milliseconds(applied),
        None if stage is None else stage.id,
        None if stage is None else stage.name,
        None if stage is None else stage.vendor_kind,
        data.interview_id if kind.startswith("interview.") else data.feedback_id or data.offer_id,
        people,
        _number(kind, data),
        event.test,
        subject.candidate_id,
        subject.active,
        data.party,
        None if reason is None else reason.id,
        data.currency if reason is None else reason.name,
        (),
        0 if revision is None else milliseconds(revision),
        data.log_id,
        None if channel is None else channel.detail,
    )
    _add(found, data)
    return found


def _add(found: FunnelEvent, data: PackedData) -> None:
    """What few events carry."""
    if data.dims is not None:
        found.department, found.location = data.dims.department, data.dims.location
    if data.owners is not None and data.owners.hiring_manager_ids:
        found.manager = data.owners.hiring_manager_ids[0]
    if data.touches:
        found.touches = tuple(touch.id for touch in data.touches)
    if data.feedback_id is not None:
        found.about = data.interview_id
    if data.start is not None:
        found.begin = instant(data.start)
    if data.end is not None:
        found.end = instant(data.end)
    found.amount = data.amount


def _aside(event: PackedEvent, kind: str, offset: int, index: int) -> FunnelEvent | None:
    """Events beside the funnel that count by themselves: employments, of their application, and costs, of their own."""
    data = event.data
    told = FunnelEvent(
        at=milliseconds(event.time),
        kind=kind,
        id=bytes.fromhex(event.id),
        offset=offset,
        index=index,
        connection=event.source.rpartition(":")[2],
        test=event.test,
    )
    if kind in EMPLOYMENT:
        told.on = local_day(data.end if kind == "employment.ended" else data.start)
        told.number = None if data.rating is None else tenths(data.rating)
        return told
    if kind in COSTS:
        told.channel = data.member if data.scope in {"channel", "agency"} else None
        told.job = data.member if data.scope == "job" else None
        told.number, told.amount = data.version, data.amount
        told.reason, told.reason_name = data.kind, data.currency
        told.on, told.until = local_day(data.period_from), local_day(data.period_to)
        return told
    return None


def context(event: PackedEvent, offset: int = -1, index: int = 0) -> FunnelEvent | None:
    """The event as the fold of every application that it reaches reads it, or None when it reaches none."""
    kind = short(event.type)
    if kind not in CONTEXT or event.test:
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
        manager=next(iter(data.hiring_manager_ids), None),
    )


def _number(kind: str, data: PackedData) -> int | None:
    if kind == "application.deleted":
        return int(data.cause == "candidate")
    if data.retracted or data.is_reapplication:
        return 1
    return data.decision if kind.startswith("feedback.") else data.version


def in_order(history: Iterable[FunnelEvent]) -> list[FunnelEvent]:
    """The history as a set, in the order in which things happened; of one id the first to arrive stands.

    Of a record of the vendor's log only what it says last is in it, and nothing of one that is gone. Whether a lead has
    applied is settled.
    """
    kept: dict[bytes, FunnelEvent] = {}
    for each in history:
        kept.setdefault(each.id, each)
    events = sorted(kept.values(), key=order)
    if any(each.log is not None for each in events):
        events = _corrected(events)
    return _settled(events) if any(each.nature == LEAD for each in events) else events


def _settled(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """Who is said to be no more than a lead is a prospect, unless another event, of whatever time, says what he is."""
    known = any(each.nature not in {None, LEAD} for each in events)
    nature = None if known else "prospect"
    return [
        msgspec.structs.replace(each, nature=nature) if each.nature == LEAD else each
        for each in events
    ]


def _corrected(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """A record tells what its latest revision says: one thing of the application, one of each interview and scorecard."""
    latest: dict[str | None, int] = {}
    for each in events:
        latest[each.log] = max(latest.get(each.log, 0), each.revision)
    last = {_told(each): each for each in events if each.revision == latest[each.log]}
    gone = {each.log for each in last.values() if retracts(each)}
    return [
        each
        for each in events
        if each.log is None or (each.log not in gone and last.get(_told(each)) is each)
    ]


def retracts(event: FunnelEvent) -> bool:
    """Whether the event says that a record of the vendor's log is gone."""
    return event.log is not None and event.kind == "application.updated" and bool(event.number)


def _told(event: FunnelEvent) -> tuple[str | None, str, str | None]:
    return event.log, event.kind.partition(".")[0], event.entity
