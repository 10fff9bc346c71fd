"""The interface through which the gateway publishes encoded events, quarantine entries, actions and health counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.alerting.actions import BreachAction
from schemas.events.envelope import Event
from schemas.kafka.audit import AuditRecord
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.member_names import MemberName
from schemas.kafka.quarantine import QuarantineEntry


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An accepted event as a pack contains it: `body` is its JSON, `key` determines its partition."""

    key: bytes
    body: bytes


def encode(event: Event) -> EncodedEvent:
    """Encode an event; raise ValueError if it contains text that is not Unicode."""
    body = event.model_dump_json(exclude_none=True).encode()
    return EncodedEvent(key=partition_key(event), body=body)


def partition_key(event: Event) -> bytes:
    """Return the key that determines the partition; events of one key stay in order."""
    return f"{event.tenant}/{event.subject}".encode()


class Publisher(Protocol):
    """Guarantees that a record is stored, by Kafka or in the spool on disk, or raises Unavailable."""

    async def start(self) -> None:
        """Start; return at once, even while the broker is unavailable."""

    async def stop(self) -> None:
        """Flush what was accepted, then stop."""

    async def publish(self, events: Sequence[EncodedEvent]) -> None:
        """Return only after every event is stored; raise Unavailable if any may not be."""

    async def quarantine(self, entry: QuarantineEntry) -> None:
        """Return only after the entry is stored; raise Unavailable if it may not be."""

    async def record_action(self, action: BreachAction) -> None:
        """Return only after the action is stored; raise Unavailable if it may not be."""

    async def record_audit(self, record: AuditRecord) -> None:
        """Return only after the record is stored; raise Unavailable if it may not be."""

    async def report_health(self, counts: Sequence[HealthCount]) -> None:
        """Return only after all counts are acknowledged; raise Unavailable if any may not be."""

    async def report_names(self, names: Sequence[MemberName]) -> None:
        """Return only after all names are acknowledged; raise Unavailable if any may not be."""

    def ready(self) -> bool:
        """Return whether `publish` could succeed now."""
