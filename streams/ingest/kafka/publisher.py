"""Where accepted events and deliveries set aside go: the seam between the gateway and Kafka."""

from collections.abc import Sequence
from typing import Protocol

from schemas.alerting.actions import BreachAction
from schemas.events.envelope import Event
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.quarantine import SetAside


class Publisher(Protocol):
    """Takes responsibility for what it is given, or raises Unavailable."""

    async def start(self) -> None:
        """Begin; return at once, also while the broker is away."""

    async def stop(self) -> None:
        """Hand over what was accepted, then end."""

    async def accept(self, events: Sequence[Event]) -> None:
        """Return only after every event is acknowledged; raise Unavailable if one may not be."""

    async def set_aside(self, entry: SetAside) -> None:
        """Return only after the entry is acknowledged; raise Unavailable if it may not be."""

    async def note(self, action: BreachAction) -> None:
        """Return only after the action is acknowledged; raise Unavailable if it may not be."""

    async def report(self, counts: Sequence[HealthCount]) -> None:
        """Return only after the counts are acknowledged; raise Unavailable if one may not be."""

    def ready(self) -> bool:
        """Whether an `accept` now has a chance."""
