"""The lanes of the spool: each is one kind of record, with its bytes on disk and the way it takes to Kafka."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from schemas.alerting.actions import BreachAction
from schemas.kafka.audit import AuditRecord
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.kafka.publisher import EncodedEvent, Publisher

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class SpoolLane(Generic[Value]):
    """One lane: the order is kept within it, and a lane that Kafka refuses does not hold up the others.

    `decode` raises ValueError for bytes that `encode` did not write. `send` raises Unavailable.
    """

    name: str
    encode: Callable[[Value], bytes]
    decode: Callable[[bytes], Value]
    send: Callable[[Publisher, Value], Awaitable[None]]


def _encode_events(events: Sequence[EncodedEvent]) -> bytes:
    return msgspec.msgpack.encode([(event.key, event.body) for event in events])


def _decode_events(payload: bytes) -> Sequence[EncodedEvent]:
    try:
        pairs = msgspec.msgpack.decode(payload, type=list[tuple[bytes, bytes]])
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    return [EncodedEvent(key, body) for key, body in pairs]


EVENTS: SpoolLane[Sequence[EncodedEvent]] = SpoolLane(
    name="events",
    encode=_encode_events,
    decode=_decode_events,
    send=lambda kafka, events: kafka.publish(events),
)
QUARANTINE: SpoolLane[QuarantineEntry] = SpoolLane(
    name="quarantine",
    encode=lambda entry: entry.model_dump_json(exclude_none=True).encode(),
    decode=QuarantineEntry.model_validate_json,
    send=lambda kafka, entry: kafka.quarantine(entry),
)
ACTIONS: SpoolLane[BreachAction] = SpoolLane(
    name="actions",
    encode=lambda action: action.model_dump_json().encode(),
    decode=BreachAction.model_validate_json,
    send=lambda kafka, action: kafka.record_action(action),
)
AUDIT: SpoolLane[AuditRecord] = SpoolLane(
    name="audit",
    encode=lambda record: record.model_dump_json().encode(),
    decode=AuditRecord.model_validate_json,
    send=lambda kafka, record: kafka.record_audit(record),
)
LANES: tuple[SpoolLane[Any], ...] = (EVENTS, QUARANTINE, ACTIONS, AUDIT)
