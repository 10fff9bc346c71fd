"""Packs: up to 500 accepted events that share one partition, in one Kafka record `{"v": 1, "events": [...]}`."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec

from schemas.errors import Malformed

VERSION = 1
LARGEST = 500  # events in one pack


# Whole numbers that fit wherever they go; JSON knows no bound, msgpack and ClickHouse do.
Small = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Wide = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class PackedReference(msgspec.Struct, gc=False):
    """Any value that is known by its id."""

    id: str
    name: str | None = None
    vendor_kind: str | None = None
    detail: str | None = None


class PackedApplication(msgspec.Struct, gc=False):
    """`Application` as the worker reads it."""

    id: str
    job_id: str | None = None
    kind: str | None = None
    applied_at: datetime | None = None
    candidate_id: str | None = None
    active: bool | None = None
    revision: datetime | None = None


class Owned(msgspec.Struct, gc=False):
    """`Owners` as the worker reads it."""

    recruiter_id: str | None = None
    hiring_manager_ids: tuple[str, ...] = ()


class Where(msgspec.Struct, gc=False):
    """`Dims` as the worker reads it."""

    department: str | None = None
    location: str | None = None


class PackedInterviewer(msgspec.Struct, gc=False):
    """`Interviewer` as the worker reads it."""

    user_id: str
    role: str = "panel"


class Move(msgspec.Struct, gc=False):
    """`StageMove` as the worker reads it."""

    from_id: str
    to_id: str


class PackedReason(msgspec.Struct, gc=False):
    """Why an application ended, as the worker reads it."""

    id: str | None = None
    name: str | None = None


class PackedData(msgspec.Struct, gc=False):
    """The part of `data` that the worker reads; a field this version does not know is passed over.

    Of events that reach no application some fields have another shape, which is taken and not read.
    """

    application: PackedApplication | None = None
    log_id: str | None = None
    retracted: bool | None = None
    is_reapplication: bool | None = None
    channel: PackedReference | str | None = None
    owners: Owned | None = None
    stage: PackedReference | None = None
    to_stage: PackedReference | None = None
    interview_id: str | None = None
    interviewers: tuple[PackedInterviewer, ...] = ()
    feedback_id: str | None = None
    interviewer_id: str | None = None
    decision: Small | None = None
    offer_id: str | None = None
    version: Small | None = None
    reason: PackedReason | str | None = None
    party: str | None = None
    cause: str | None = None
    candidate_id: str | None = None
    from_id: str | None = None
    into_id: str | None = None
    fields: tuple[str, ...] = ()
    job_id: str | None = None
    moves: tuple[Move, ...] = ()
    dims: Where | None = None
    touches: tuple[PackedReference, ...] = ()
    start: str | None = None
    end: str | None = None
    rating: float | None = None
    department: str | None = None
    location: str | None = None
    hiring_manager_ids: tuple[str, ...] = ()
    scope: str | None = None
    member: str | None = None
    kind: str | None = None
    amount: Wide | None = None
    currency: str | None = None
    period_from: str | None = None
    period_to: str | None = None


class PackedEvent(msgspec.Struct, gc=False):
    """One event as the worker reads it; `schemas.events.envelope.Event` says what each field means."""

    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    subject: str
    data: PackedData
    test: bool = False


class Pack(msgspec.Struct, gc=False):
    """One record. `forwarded` marks copies of events for partitions that are not their own."""

    v: int
    events: list[PackedEvent]
    forwarded: bool = False


_HEX_ID = re.compile("[0-9a-f]{32}")
_decoder = msgspec.json.Decoder(Pack)
_encoder = msgspec.json.Encoder()


def encode(events: Sequence[bytes]) -> bytes:
    """One record from events already written as JSON."""
    return b'{"v":1,"events":[' + b",".join(events) + b"]}"


def forwarded(event: PackedEvent) -> bytes:
    """One record with a copy of the event for another partition."""
    return _encoder.encode(Pack(VERSION, [event], forwarded=True))


def decode(value: bytes | None) -> list[PackedEvent]:
    """The events of one record; raise Malformed for anything that `encode` cannot have written."""
    return read(value).events


def read(value: bytes | None) -> Pack:
    """The whole record; raise Malformed as `decode` does."""
    try:
        pack = _decoder.decode(value or b"")
    except (ValueError, RecursionError, UnicodeError) as error:
        raise Malformed("pack", str(error)[:200]) from error
    if pack.v != VERSION:
        raise Malformed("pack_version", str(pack.v))
    for event in pack.events:
        if not _sound(event):
            raise Malformed("pack_event", event.id[:40])
    return pack


def _sound(event: PackedEvent) -> bool:
    """What the fold relies on and only a foreign writer can break: a hex id, and instants of our time with a zone."""
    subject, data = event.data.application, event.data
    return (
        _HEX_ID.fullmatch(event.id) is not None
        and _ours(event.time)
        and (subject is None or subject.applied_at is None or _ours(subject.applied_at))
        and (subject is None or subject.revision is None or _ours(subject.revision))
        and (data.start is None or _reads(data.start))
        and (data.end is None or _reads(data.end))
        and (data.period_from is None or _reads(data.period_from))
        and (data.period_to is None or _reads(data.period_to))
    )


def _ours(moment: datetime) -> bool:
    return moment.tzinfo is not None and 1990 <= moment.year < 2100


def _reads(text: str) -> bool:
    """Whether it is an instant with an offset, or a day, of our time."""
    try:
        if len(text) == len("2026-11-24"):
            return 1970 <= date.fromisoformat(text).year < 2100
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    return found.tzinfo is not None and 1970 <= found.year < 2100
