"""An application's history: its KPI-relevant events as they arrived, and the one order in which they happened."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from schemas.codec import Accepted, Body, Named, Reason
from schemas.event import TYPES, short

# Types of one instant happen in the order of the table: a creation before a move, an ending last. Of the endings none
# comes before another: which one it was may be corrected.
RANK = {name: rank for rank, name in enumerate(TYPES)}
RANK |= dict.fromkeys(("application.withdrawn", "application.closed"), RANK["application.rejected"])
COUNTED = frozenset(
    name
    for name in TYPES
    if name.split(".")[0] in {"application", "interview", "feedback", "offer"}
)
# Events about a candidate or a pipeline: part of the history of every application they reach.
CONTEXT = frozenset(
    {"candidate.merged", "candidate.deleted", "candidate.anonymized", "pipeline.remapped"}
)
STAGE_DATA = "candidate_stage_data"  # what Greenhouse calls an anonymisation that resets stages

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Happening(msgspec.Struct, array_like=True, gc=False):
    """One event of one application, as small as the fold needs it.

    `at` and `applied` are milliseconds since 1970 UTC, `id` 16 bytes; `offset` and `index` say where in the source
    partition the event was first accepted; `people` are interviewers who count (no shadows). `number` is a decision or
    a version, and 1 for a deletion by way of the candidate, an anonymisation that resets stages and a log record that is
    gone. `entity` is the
    interview, scorecard or offer, and of a merge the winner.
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


Order = tuple[int, int, int, bytes]


def order(happening: Happening) -> Order:
    """When it happened; ties by type, revision and id, so that the order never depends on arrival."""
    return (happening.at, RANK[happening.kind], happening.revision, happening.id)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC; exact, without floating point."""
    return (moment - _EPOCH) // _MILLISECOND


def happening(event: Accepted, offset: int = -1, index: int = 0) -> Happening | None:
    """The event as the fold reads it, or None when it says nothing about one application."""
    kind = short(event.type)
    data = event.data
    if kind not in COUNTED or data.application is None:
        return None
    subject = data.application
    channel = data.channel if isinstance(data.channel, Named) else None
    reason = data.reason if isinstance(data.reason, Reason) else None
    applied = subject.applied_at or (event.time if kind == "application.created" else None)
    revision = subject.revision
    stage = data.to_stage or data.stage
    people: tuple[str, ...] = ()
    if data.interviewers:
        people = tuple(each.user_id for each in data.interviewers if each.role != "shadow")
    if data.interviewer_id is not None:
        people = (data.interviewer_id,)
    return (
        Happening(  # by position, in the order of the fields: by name it takes seven times as long
            milliseconds(event.time),
            kind,
            bytes.fromhex(event.id),
            offset,
            index,
            event.source.rpartition(":")[2],
            channel.id if channel is not None else None,
            subject.job_id,
            data.owners.recruiter_id if data.owners is not None else None,
            subject.kind,
            None if applied is None else milliseconds(applied),
            stage.id if stage is not None else None,
            stage.name if stage is not None else None,
            stage.vendor_kind if stage is not None else None,
            data.interview_id
            if kind.startswith("interview.")
            else data.feedback_id or data.offer_id,
            people,
            _number(kind, data),
            event.test,
            subject.candidate_id,
            subject.active,
            data.party,
            reason.id if reason is not None else None,
            reason.name if reason is not None else None,
            (),
            0 if revision is None else milliseconds(revision),
            data.log_id,
        )
    )


def context(event: Accepted, offset: int = -1, index: int = 0) -> Happening | None:
    """The event as the fold of every application that it reaches reads it, or None when it reaches none."""
    kind = short(event.type)
    if kind not in CONTEXT or event.test:
        return None
    data = event.data
    return Happening(
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
    )


def _number(kind: str, data: Body) -> int | None:
    if kind == "application.deleted":
        return int(data.cause == "candidate")
    if data.retracted:
        return 1
    return data.decision if kind.startswith("feedback.") else data.version


def in_order(history: Iterable[Happening]) -> list[Happening]:
    """The history as a set, in the order in which things happened; of one id the first to arrive stands.

    Of a record of the vendor's log only what it says last is in it, and nothing of one that is gone.
    """
    kept: dict[bytes, Happening] = {}
    for each in history:
        kept.setdefault(each.id, each)
    events = sorted(kept.values(), key=order)
    return _corrected(events) if any(each.log is not None for each in events) else events


def _corrected(events: list[Happening]) -> list[Happening]:
    """A record tells one thing about the application, and one about each interview, scorecard and offer."""
    last: dict[tuple[str | None, str, str | None], Happening] = {}
    for each in sorted(events, key=lambda each: (each.revision, order(each))):
        last[_told(each)] = each
    gone = {each.log for each in last.values() if retracts(each)}
    return [
        each
        for each in events
        if each.log is None or (each.log not in gone and last[_told(each)] is each)
    ]


def retracts(event: Happening) -> bool:
    """Whether the event says that a record of the vendor's log is gone."""
    return event.log is not None and event.kind == "application.updated" and bool(event.number)


def _told(event: Happening) -> tuple[str | None, str, str | None]:
    return event.log, event.kind.partition(".")[0], event.entity
