"""Stand-ins for the seams: a publisher that is a list, a producer that is a list, a clock that is set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events.envelope import Event
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.quarantine import SetAside

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@dataclass
class ListPublisher:
    """Accepts everything into lists, or nothing while it is `away`."""

    events: list[Event] = field(default_factory=list)
    entries: list[SetAside] = field(default_factory=list)
    counts: list[HealthCount] = field(default_factory=list)
    actions: list[BreachAction] = field(default_factory=list)
    away: bool = False
    running: bool = False

    async def start(self) -> None:
        """Begin."""
        self.running = True

    async def stop(self) -> None:
        """End."""
        self.running = False

    async def accept(self, events: Sequence[Event]) -> None:
        """Keep the events."""
        if self.away:
            raise Unavailable("broker_away")
        self.events.extend(events)

    async def set_aside(self, entry: SetAside) -> None:
        """Keep the entry."""
        if self.away:
            raise Unavailable("broker_away")
        self.entries.append(entry)

    async def note(self, action: BreachAction) -> None:
        """Keep the action."""
        if self.away:
            raise Unavailable("broker_away")
        self.actions.append(action)

    async def report(self, counts: Sequence[HealthCount]) -> None:
        """Keep the counts."""
        if self.away:
            raise Unavailable("broker_away")
        self.counts.extend(counts)

    def ready(self) -> bool:
        """Whether it accepts."""
        return not self.away


@dataclass
class SetClock:
    """Tells the time that it was set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Tell it."""
        return self.now


@dataclass
class SetBreaches:
    """Knows these breaches, by tenant and id, or nothing while it is `away`."""

    known: set[tuple[str, str]] = field(default_factory=set)
    away: bool = False

    async def has(self, tenant: str, breach: str) -> bool:
        """Look it up."""
        if self.away:
            raise Unavailable("breaches_unknown")
        return (tenant, breach) in self.known
