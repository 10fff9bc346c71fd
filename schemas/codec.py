"""Packs: up to 500 accepted events that share one partition, in one Kafka record `{"v": 1, "events": [...]}`."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from schemas.errors import Malformed

VERSION = 1
LARGEST = 500  # events in one pack


# Whole numbers that fit wherever they go; JSON knows no bound, msgpack and ClickHouse do.
Small = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]


class Named(msgspec.Struct, gc=False):
    """Any value that is known by its id."""

    id: str
    name: str | None = None
    vendor_kind: str | None = None


class Subject(msgspec.Struct, gc=False):
    """`Application` as the worker reads it."""

    id: str
    job_id: str | None = None
    kind: str | None = None
    applied_at: datetime | None = None


class Owned(msgspec.Struct, gc=False):
    """`Owners` as the worker reads it."""

    recruiter_id: str | None = None


class Person(msgspec.Struct, gc=False):
    """`Interviewer` as the worker reads it."""

    user_id: str
    role: str = "panel"


class Body(msgspec.Struct, gc=False):
    """The part of `data` that the worker reads; a field this version does not know is passed over."""

    application: Subject | None = None
    channel: Named | None = None
    owners: Owned | None = None
    stage: Named | None = None
    to_stage: Named | None = None
    interview_id: str | None = None
    interviewers: tuple[Person, ...] = ()
    feedback_id: str | None = None
    interviewer_id: str | None = None
    decision: Small | None = None
    offer_id: str | None = None
    version: Small | None = None


class Accepted(msgspec.Struct, gc=False):
    """One event as the worker reads it; `schemas.event.Event` says what each field means."""

    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    subject: str
    data: Body
    test: bool = False


class Pack(msgspec.Struct, gc=False):
    """One record."""

    v: int
    events: list[Accepted]


_HEX_ID = re.compile("[0-9a-f]{32}")
_decoder = msgspec.json.Decoder(Pack)


def encode(events: Sequence[bytes]) -> bytes:
    """One record from events already written as JSON."""
    return b'{"v":1,"events":[' + b",".join(events) + b"]}"


def decode(value: bytes | None) -> list[Accepted]:
    """The events of one record; raise Malformed for anything that `encode` cannot have written."""
    try:
        pack = _decoder.decode(value or b"")
    except (ValueError, RecursionError, UnicodeError) as error:
        raise Malformed("pack", str(error)[:200]) from error
    if pack.v != VERSION:
        raise Malformed("pack_version", str(pack.v))
    for event in pack.events:
        if not _sound(event):
            raise Malformed("pack_event", event.id[:40])
    return pack.events


def _sound(event: Accepted) -> bool:
    """What the fold relies on and only a foreign writer can break: a hex id, and instants of our time with a zone."""
    moments = [event.time]
    if event.data.application is not None and event.data.application.applied_at is not None:
        moments.append(event.data.application.applied_at)
    return _HEX_ID.fullmatch(event.id) is not None and all(
        moment.tzinfo is not None and 1990 <= moment.year < 2100 for moment in moments
    )
