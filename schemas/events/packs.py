"""Packs: up to 500 accepted events that share one partition, in one Kafka record `{"v": 1, "events": [...]}`."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec

from schemas.errors import Malformed

VERSION = 1
MAX_EVENTS = 500  # events in one pack


# Bounded integers: JSON has no limit, msgpack and ClickHouse do.
Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Decision = Annotated[int, msgspec.Meta(ge=-2, le=2)]
SafeInt = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class PackedReference(msgspec.Struct, gc=False):
    """Any value that is identified by its id."""

    id: str
    name: str | None = None
    vendor_kind: str | None = None
    detail: str | None = None
    order: Int32 | None = None


class PackedApplication(msgspec.Struct, gc=False):
    """The fields of `Application` that the worker reads."""

    id: str
    job_id: str | None = None
    kind: str | None = None
    applied_at: datetime | None = None
    candidate_id: str | None = None
    active: bool | None = None
    revision: datetime | None = None
    opening_id: str | None = None


class PackedActor(msgspec.Struct, gc=False):
    """The field of `Actor` that the worker reads."""

    kind: str = "user"


class PackedOwners(msgspec.Struct, gc=False):
    """The fields of `Owners` that the worker reads."""

    recruiter_id: str | None = None
    hiring_manager_ids: tuple[str, ...] = ()


class PackedDims(msgspec.Struct, gc=False):
    """The fields of `Dims` that the worker reads."""

    department: str | None = None
    location: str | None = None


class PackedInterviewer(msgspec.Struct, gc=False):
    """The fields of `Interviewer` that the worker reads."""

    user_id: str
    role: str = "panel"
    response: str | None = None


class PackedSchedule(msgspec.Struct, gc=False):
    """The fields of `InterviewSchedule` that the worker reads."""

    id: str
    interview_ids: tuple[str, ...] = ()


class PackedPipelineStage(msgspec.Struct, gc=False):
    """The fields of `PipelineStage` that the worker reads."""

    id: str
    name: str | None = None
    milestone: str | None = None
    order: Int32 | None = None


class PackedStageMove(msgspec.Struct, gc=False):
    """The fields of `StageMove` that the worker reads."""

    from_id: str
    to_id: str


class PackedReason(msgspec.Struct, gc=False):
    """Why an application ended: the fields of `Reason` that the worker reads."""

    id: str | None = None
    name: str | None = None


class PackedData(msgspec.Struct, gc=False):
    """The part of `data` that the worker reads; unknown fields are ignored.

    In events that reach no application some fields have another shape, which is accepted but not used.
    """

    application: PackedApplication | None = None
    actor: PackedActor | None = None
    log_id: str | None = None
    revision: datetime | None = None
    retracted: bool | None = None
    is_reapplication: bool | None = None
    channel: PackedReference | str | None = None
    owners: PackedOwners | None = None
    stage: PackedReference | None = None
    to_stage: PackedReference | None = None
    from_stage: PackedReference | None = None
    entered_at: datetime | None = None
    interview_id: str | None = None
    interviewers: tuple[PackedInterviewer, ...] = ()
    schedule_id: str | None = None
    schedule: PackedSchedule | None = None
    round: Int32 | None = None
    feedback_id: str | None = None
    submitted_at: datetime | None = None
    interviewer_id: str | None = None
    decision: Decision | None = None
    offer_id: str | None = None
    version: Int32 | None = None
    sent_at: datetime | None = None
    resolved_at: datetime | None = None
    start_date: str | None = None
    reason: PackedReason | str | None = None
    party: str | None = None
    cause: str | None = None
    candidate_id: str | None = None
    from_id: str | None = None
    into_id: str | None = None
    fields: tuple[str, ...] = ()
    job_id: str | None = None
    opening_id: str | None = None
    moves: tuple[PackedStageMove, ...] = ()
    stages: tuple[PackedPipelineStage, ...] = ()
    dims: PackedDims | None = None
    touches: tuple[PackedReference, ...] = ()
    start: str | None = None
    end: str | None = None
    rating: float | None = None
    rating_id: str | None = None
    department: str | None = None
    location: str | None = None
    hiring_manager_ids: tuple[str, ...] = ()
    cost_id: str | None = None
    scope: str | None = None
    member: str | None = None
    previous_member: str | None = None
    moved_to: str | None = None
    kind: str | None = None
    amount: SafeInt | None = None
    currency: str | None = None
    period_from: str | None = None
    period_to: str | None = None


class PackedEvent(msgspec.Struct, gc=False):
    """One event as the worker reads it; `schemas.events.envelope.Event` documents the fields."""

    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    subject: str
    data: PackedData
    test: bool = False
    sequence: str | None = None
    ingestmode: str = "webhook"
    timequality: str = "exact"


class Pack(msgspec.Struct, gc=False):
    """One record. `forwarded` marks copies of events sent to other partitions than their own."""

    v: int
    events: list[PackedEvent]
    forwarded: bool = False


_HEX_ID = re.compile("[0-9a-f]{32}")
_decoder = msgspec.json.Decoder(Pack)
_encoder = msgspec.json.Encoder()


def encode(events: Sequence[bytes]) -> bytes:
    """Encode one record from events already serialised as JSON."""
    return b'{"v":1,"events":[' + b",".join(events) + b"]}"


def encode_forwarded(event: PackedEvent) -> bytes:
    """Encode one record with a copy of the event for another partition."""
    return _encoder.encode(Pack(VERSION, [event], forwarded=True))


def decode_events(value: bytes | None) -> list[PackedEvent]:
    """Decode the events of one record; raise Malformed for anything that `encode` cannot have written."""
    return decode_pack(value).events


def decode_pack(value: bytes | None) -> Pack:
    """Decode the whole record; raise Malformed as `decode_events` does."""
    try:
        pack = _decoder.decode(value or b"")
    except (ValueError, RecursionError, UnicodeError) as error:
        raise Malformed("pack", str(error)[:200]) from error
    if pack.v != VERSION:
        raise Malformed("pack_version", str(pack.v))
    for event in pack.events:
        if not _is_valid(event):
            raise Malformed("pack_event", event.id[:40])
    return pack


def _is_valid(event: PackedEvent) -> bool:
    """Check what the fold relies on and only a foreign writer can break: a hex id, plausible instants with a zone."""
    application, data = event.data.application, event.data
    instants = [data.entered_at, data.submitted_at, data.sent_at, data.resolved_at, data.revision]
    if application is not None:
        instants += [application.applied_at, application.revision]
    dates = (data.start, data.end, data.start_date, data.period_from, data.period_to)
    return (
        _HEX_ID.fullmatch(event.id) is not None
        and _is_plausible_instant(event.time)
        and all(moment is None or _is_plausible_instant(moment) for moment in instants)
        and all(text is None or _is_plausible_date(text) for text in dates)
    )


def _is_plausible_instant(moment: datetime) -> bool:
    return moment.tzinfo is not None and 1990 <= moment.year < 2100


def _is_plausible_date(text: str) -> bool:
    """Whether the text is an instant with an offset or a date, in the years 1970 to 2099."""
    try:
        if len(text) == len("2026-11-24"):
            return 1970 <= date.fromisoformat(text).year < 2100
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and 1970 <= moment.year < 2100
