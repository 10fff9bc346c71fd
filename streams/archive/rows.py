"""Kafka records as rows of the base tables; pure."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from schemas import codec
from schemas.cells import decode_cell, decode_key
from schemas.errors import Malformed
from schemas.event import short
from schemas.quarantine import SetAside
from schemas.rows import CandidateEvent, KpiCell, Quarantined

_EPOCH = date(1970, 1, 1)


class Source(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


class _Named(msgspec.Struct):
    id: str = ""
    name: str | None = None
    job_id: str | None = None
    job_name: str | None = None


class _Data(msgspec.Struct):
    application: _Named = msgspec.field(default_factory=_Named)
    channel: _Named = msgspec.field(default_factory=_Named)
    stage: _Named | None = None
    to_stage: _Named | None = None


class _Event(msgspec.Struct):
    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    subject: str
    recordedtime: datetime
    data: _Data
    test: bool = False


class _Pack(msgspec.Struct):
    v: int
    events: list[msgspec.Raw]


_pack_decoder = msgspec.json.Decoder(_Pack)
_event_decoder = msgspec.json.Decoder(_Event)


def cell_rows(source: Source, key: bytes, value: bytes) -> list[KpiCell]:
    """One row a measure, with the offset of the write as version; raise Malformed."""
    where, cell = decode_key(key), decode_cell(value)
    day = _EPOCH + timedelta(days=where.day)
    return [
        KpiCell(
            where.tenant,
            where.dimension,
            where.member,
            day,
            where.basis,
            measure,
            source.partition,
            n,
            cell.o,
        )
        for measure, n in cell.m.items()
    ]


def event_rows(source: Source, value: bytes) -> list[CandidateEvent]:
    """One row an event of a pack; raise Malformed for a record that the worker sets aside."""
    codec.decode(value)
    pack = _pack_decoder.decode(value)
    return [_event_row(source, index, bytes(raw)) for index, raw in enumerate(pack.events)]


def _event_row(source: Source, index: int, body: bytes) -> CandidateEvent:
    try:
        event = _event_decoder.decode(body)
    except ValueError as error:
        raise Malformed("event", str(error)[:200]) from error
    stage = event.data.to_stage or event.data.stage or _Named()
    application = event.data.application
    return CandidateEvent(
        tenant=event.tenant,
        event_id=event.id,
        type=short(event.type),
        subject=event.subject,
        connection=event.source.rpartition(":")[2],
        time=event.time.astimezone(UTC),
        recordedtime=event.recordedtime.astimezone(UTC),
        test=event.test,
        application_id=application.id,
        job_id=application.job_id or "",
        job_name=application.job_name or "",
        channel=event.data.channel.id,
        stage_id=stage.id,
        stage_name=stage.name or "",
        src_partition=source.partition,
        src_offset=source.offset,
        src_index=index,
        body=body.decode(),
    )


def quarantine_rows(source: Source, value: bytes) -> list[Quarantined]:
    """The one row of what was set aside; raise Malformed."""
    try:
        entry = SetAside.model_validate_json(value)
    except ValueError as error:
        raise Malformed("set_aside", str(error)[:200]) from error
    return [
        Quarantined(
            id=entry.id,
            tenant=entry.tenant or "",
            connection=entry.connection or "",
            vendor=entry.vendor or "",
            vendorevent=entry.vendorevent or "",
            reason=entry.reason,
            detail=entry.detail,
            at=entry.at.astimezone(UTC),
            rawref=entry.rawref or f"{source.topic}/{source.partition}/{source.offset}",
            src_partition=source.partition,
            src_offset=source.offset,
        )
    ]
