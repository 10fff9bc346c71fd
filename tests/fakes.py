"""Fakes for the gateway's dependencies: a publisher backed by lists, a settable clock, a fixed set of breaches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events.envelope import Event
from schemas.kafka.audit import AuditRecord
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.member_names import MemberName
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.kafka.publisher import EncodedEvent

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@dataclass
class ListPublisher:
    """Stores everything in lists, or raises Unavailable while `away`."""

    events: list[Event] = field(default_factory=list)
    entries: list[QuarantineEntry] = field(default_factory=list)
    counts: list[HealthCount] = field(default_factory=list)
    actions: list[BreachAction] = field(default_factory=list)
    audit: list[AuditRecord] = field(default_factory=list)
    names: list[MemberName] = field(default_factory=list)
    away: bool = False
    running: bool = False

    async def start(self) -> None:
        """Start."""
        self.running = True

    async def stop(self) -> None:
        """Stop."""
        self.running = False

    async def publish(self, events: Sequence[EncodedEvent]) -> None:
        """Store the events."""
        if self.away:
            raise Unavailable("broker_away")
        self.events.extend(Event.model_validate_json(encoded.body) for encoded in events)

    async def quarantine(self, entry: QuarantineEntry) -> None:
        """Store the entry."""
        if self.away:
            raise Unavailable("broker_away")
        self.entries.append(entry)

    async def record_action(self, action: BreachAction) -> None:
        """Store the action."""
        if self.away:
            raise Unavailable("broker_away")
        self.actions.append(action)

    async def record_audit(self, record: AuditRecord) -> None:
        """Store the record."""
        if self.away:
            raise Unavailable("broker_away")
        self.audit.append(record)

    async def report_health(self, counts: Sequence[HealthCount]) -> None:
        """Store the counts."""
        if self.away:
            raise Unavailable("broker_away")
        self.counts.extend(counts)

    async def report_names(self, names: Sequence[MemberName]) -> None:
        """Store the names."""
        if self.away:
            raise Unavailable("broker_away")
        self.names.extend(names)

    def ready(self) -> bool:
        """Return whether it accepts events."""
        return not self.away


@dataclass
class SetClock:
    """A clock that returns the time it was set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@dataclass
class SetBreaches:
    """Knows these breaches by tenant and id, or raises Unavailable while `away`."""

    breaches: set[tuple[str, str]] = field(default_factory=set)
    away: bool = False

    async def has(self, tenant: str, breach: str) -> bool:
        """Return whether the breach is in the set."""
        if self.away:
            raise Unavailable("breaches_unknown")
        return (tenant, breach) in self.breaches


@dataclass
class SetNames:
    """Knows these names by key, as the publisher's own records are the topic; raises Unavailable while `away`."""

    publisher: ListPublisher
    away: bool = False

    async def find(self, key: bytes) -> str | None:
        """Return the latest name."""
        if self.away:
            raise Unavailable("names_unknown")
        names = [record.name for record in self.publisher.names if record.key == key]
        return names[-1] if names else None


@dataclass
class ListDeliveryIds:
    """Remembers the first body of every delivery id, or raises Unavailable while `away`."""

    first: dict[bytes, bytes] = field(default_factory=dict)
    away: bool = False

    async def first_body(self, key: bytes, digest: bytes) -> bytes:
        """Return the first body's digest."""
        if self.away:
            raise Unavailable("delivery_ids_unknown")
        return self.first.setdefault(key, digest)

    async def close(self) -> None:
        """Close nothing."""
