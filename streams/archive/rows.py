"""Pure conversions from Kafka records to rows of the base tables."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar

import msgspec

from schemas.alerting.actions import BreachAction
from schemas.alerting.breach import Breach
from schemas.cells import decode_cell, decode_key
from schemas.errors import Malformed
from schemas.events import packs
from schemas.events.application import FrozenModel
from schemas.events.envelope import short_type
from schemas.kafka.audit import AuditRecord
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.epochs import Epoch
from schemas.kafka.member_names import MemberName
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.topics import epoch_of
from sinks.clickhouse.rows import (
    AuditRow,
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    CellFlush,
    ConnectionCount,
    EpochRow,
    KpiCell,
    MemberRow,
    Quarantined,
)

_EPOCH = date(1970, 1, 1)

Model = TypeVar("Model", bound=FrozenModel)


class RecordPosition(NamedTuple):
    """Topic, partition and offset of a record."""

    topic: str
    partition: int
    offset: int


class _Reference(msgspec.Struct):
    id: str = ""
    name: str | None = None
    job_id: str | None = None
    job_name: str | None = None


class _Data(msgspec.Struct):
    application: _Reference = msgspec.field(default_factory=_Reference)
    channel: _Reference | str = msgspec.field(default_factory=_Reference)
    stage: _Reference | None = None
    to_stage: _Reference | None = None
    job_id: str | None = None
    name: str | None = None


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
    """Return one row per measure, with the offset of the write as version; raise Malformed."""
    cell_key, cell = decode_key(key), decode_cell(value)
    day = _EPOCH + timedelta(days=cell_key.day)
    epoch = epoch_of(source.topic)
    return [
        KpiCell(
            epoch,
            cell_key.tenant,
            cell_key.dimension,
            cell_key.member,
            day,
            cell_key.basis,
            measure,
            source.partition,
            n,
            cell.o,
        )
        for measure, n in cell.m.items()
    ]


def cell_flush(source: RecordPosition, timestamp: int) -> CellFlush:
    """Return the flush that a record, written at `timestamp` (Unix ms), belongs to."""
    as_of = datetime.fromtimestamp(timestamp / 1000, UTC)
    return CellFlush(epoch_of(source.topic), source.partition, as_of, source.offset)


def event_rows(source: RecordPosition, value: bytes) -> list[CandidateEvent]:
    """Return one row per event of a pack, none for copies; raise Malformed for a record that the worker quarantines."""
    if packs.decode_pack(value).forwarded:
        return []
    pack = _pack_decoder.decode(value)
    return [_event_row(source, index, bytes(raw)) for index, raw in enumerate(pack.events)]


def _event_row(source: RecordPosition, index: int, body: bytes) -> CandidateEvent:
    try:
        event = _event_decoder.decode(body)
    except ValueError as error:
        raise Malformed("event", str(error)[:200]) from error
    data = event.data
    stage = data.to_stage or data.stage or _Reference()
    application = data.application
    return CandidateEvent(
        tenant=event.tenant,
        event_id=event.id,
        type=short_type(event.type),
        subject=event.subject,
        connection=event.source.rpartition(":")[2],
        vendorevent=event.vendorevent or "",
        time=event.time.astimezone(UTC),
        recordedtime=event.recordedtime.astimezone(UTC),
        test=event.test,
        application_id=application.id,
        job_id=application.job_id or data.job_id or "",
        job_name=application.job_name or data.name or "",
        channel=data.channel.id if isinstance(data.channel, _Reference) else "",
        stage_id=stage.id,
        stage_name=stage.name or "",
        src_partition=source.partition,
        src_offset=source.offset,
        src_index=index,
        body=body.decode(),
    )


def job_name_rows(events: Iterable[CandidateEvent]) -> list[MemberRow]:
    """Return the latest name of each job that the events name."""
    latest: dict[tuple[str, str], MemberRow] = {}
    for event in events:
        if event.job_id and event.job_name:
            version = int(event.time.timestamp() * 1000)
            row = MemberRow(event.tenant, "job", event.job_id, "reported", event.job_name, version)
            earlier = latest.setdefault((event.tenant, event.job_id), row)
            if earlier.version <= version:
                latest[event.tenant, event.job_id] = row
    return list(latest.values())


def member_rows(_source: RecordPosition, value: bytes) -> list[MemberRow]:
    """Return the row of a name; raise Malformed."""
    name = _parse(MemberName, value)
    return [MemberRow(name.tenant, name.kind, name.member, name.source, name.name, name.version)]


def quarantine_rows(source: RecordPosition, value: bytes) -> list[Quarantined]:
    """Return the row of a quarantine entry; raise Malformed."""
    entry = _parse(QuarantineEntry, value)
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
    """Return the row of an epoch's state; raise Malformed."""
    epoch = _parse(Epoch, value)
    changed = epoch.changed.astimezone(UTC)
    return [EpochRow(epoch.number, epoch.state, epoch.facts, changed, source.offset)]


def breach_rows(source: RecordPosition, value: bytes) -> list[BreachRow]:
    """Return the row of a breach; raise Malformed."""
    breach = _parse(Breach, value)
    names = {*BreachRow._fields}
    columns = breach.model_dump(include=names) | breach.evidence.model_dump(include=names)
    columns |= {
        "ending": breach.ending or "",
        "told": breach.told.astimezone(UTC),
        "ended": breach.ended and breach.ended.astimezone(UTC),
        "body": value.decode(),
        "version": source.offset,
    }
    return [BreachRow(**columns)]


def action_rows(source: RecordPosition, value: bytes) -> list[BreachActionRow]:
    """Return the row of an action; raise Malformed."""
    action = _parse(BreachAction, value)
    return [
        BreachActionRow(
            action.tenant,
            action.breach,
            action.id,
            action.action,
            action.at.astimezone(UTC),
            action.recorded.astimezone(UTC),
            source.offset,
        )
    ]


def audit_rows(source: RecordPosition, value: bytes) -> list[AuditRow]:
    """Return the row of a record of the audit log; raise Malformed."""
    record = _parse(AuditRecord, value)
    at = record.at.astimezone(UTC)
    return [
        AuditRow(
            source.offset,
            record.tenant,
            at,
            record.by,
            record.action,
            record.subject,
            record.detail,
        )
    ]


def health_rows(source: RecordPosition, value: bytes) -> list[ConnectionCount]:
    """Return the row of a connection's health count; raise Malformed."""
    count = _parse(HealthCount, value)
    return [
        ConnectionCount(
            count.tenant,
            count.connection,
            count.vendor,
            count.run,
            count.what,
            count.name,
            count.total,
            count.last.astimezone(UTC),
            source.offset,
        )
    ]


def _parse(model: type[Model], value: bytes) -> Model:
    try:
        return model.model_validate_json(value)
    except ValueError as error:
        raise Malformed(model.__name__, str(error)[:200]) from error
