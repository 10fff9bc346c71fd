"""Kafka records as rows of the base tables; pure."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar

import msgspec

from schemas.alerting.actions import BreachAction
from schemas.alerting.breach import Breach
from schemas.cells import decode_cell, decode_key
from schemas.errors import Malformed
from schemas.events import packs
from schemas.events.application import FrozenModel
from schemas.events.envelope import short
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.epochs import Epoch
from schemas.kafka.quarantine import SetAside
from schemas.kafka.topics import epoch_of
from sinks.clickhouse.rows import (
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    ConnectionCount,
    EpochRow,
    KpiCell,
    Quarantined,
)

_EPOCH = date(1970, 1, 1)

V = TypeVar("V", bound=FrozenModel)


class RecordPosition(NamedTuple):
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
    channel: _Named | str = msgspec.field(default_factory=_Named)
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
    vendorevent: str | None = None


class _Pack(msgspec.Struct):
    v: int
    events: list[msgspec.Raw]


_pack_decoder = msgspec.json.Decoder(_Pack)
_event_decoder = msgspec.json.Decoder(_Event)


def cell_rows(source: RecordPosition, key: bytes, value: bytes) -> list[KpiCell]:
    """One row a measure, with the offset of the write as version; raise Malformed."""
    where, cell = decode_key(key), decode_cell(value)
    day = _EPOCH + timedelta(days=where.day)
    epoch = epoch_of(source.topic)
    return [
        KpiCell(
            epoch,
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


def event_rows(source: RecordPosition, value: bytes) -> list[CandidateEvent]:
    """One row an event of a pack, none for copies; raise Malformed for a record that the worker sets aside."""
    if packs.read(value).forwarded:
        return []
    pack = _pack_decoder.decode(value)
    return [_event_row(source, index, bytes(raw)) for index, raw in enumerate(pack.events)]


def _event_row(source: RecordPosition, index: int, body: bytes) -> CandidateEvent:
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
        vendorevent=event.vendorevent or "",
        time=event.time.astimezone(UTC),
        recordedtime=event.recordedtime.astimezone(UTC),
        test=event.test,
        application_id=application.id,
        job_id=application.job_id or "",
        job_name=application.job_name or "",
        channel=event.data.channel.id if isinstance(event.data.channel, _Named) else "",
        stage_id=stage.id,
        stage_name=stage.name or "",
        src_partition=source.partition,
        src_offset=source.offset,
        src_index=index,
        body=body.decode(),
    )


def quarantine_rows(source: RecordPosition, value: bytes) -> list[Quarantined]:
    """The one row of what was set aside; raise Malformed."""
    entry = _read(SetAside, value)
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
            state=entry.state,
            resolution=entry.resolution,
            part=entry.part,
        )
    ]


def epoch_rows(source: RecordPosition, value: bytes) -> list[EpochRow]:
    """The one row of what an epoch has become; raise Malformed."""
    epoch = _read(Epoch, value)
    changed = epoch.changed.astimezone(UTC)
    return [EpochRow(epoch.number, epoch.state, epoch.facts, changed, source.offset)]


def breach_rows(source: RecordPosition, value: bytes) -> list[BreachRow]:
    """The one row of a breach; raise Malformed."""
    held = _read(Breach, value)
    named = {*BreachRow._fields}
    told = held.model_dump(include=named) | held.evidence.model_dump(include=named)
    told |= {
        "ending": held.ending or "",
        "told": held.told.astimezone(UTC),
        "ended": held.ended and held.ended.astimezone(UTC),
        "body": value.decode(),
        "version": source.offset,
    }
    return [BreachRow(**told)]


def action_rows(source: RecordPosition, value: bytes) -> list[BreachActionRow]:
    """The one row of an action; raise Malformed."""
    held = _read(BreachAction, value)
    return [
        BreachActionRow(
            held.tenant,
            held.breach,
            held.id,
            held.action,
            held.at.astimezone(UTC),
            held.recorded.astimezone(UTC),
            source.offset,
        )
    ]


def health_rows(source: RecordPosition, value: bytes) -> list[ConnectionCount]:
    """The one row of a count; raise Malformed."""
    held = _read(HealthCount, value)
    return [
        ConnectionCount(
            held.tenant,
            held.connection,
            held.vendor,
            held.run,
            held.what,
            held.name,
            held.total,
            held.last.astimezone(UTC),
            source.offset,
        )
    ]


def _read(model: type[V], value: bytes) -> V:
    try:
        return model.model_validate_json(value)
    except ValueError as error:
        raise Malformed(model.__name__, str(error)[:200]) from error
