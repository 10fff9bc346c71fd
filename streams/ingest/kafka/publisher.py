"""The interface through which the gateway publishes events, quarantine entries, actions and health counts."""

from collections.abc import Sequence
from typing import Protocol

from schemas.alerting.actions import BreachAction
from schemas.events.envelope import Event
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.quarantine import QuarantineEntry


class Publisher(Protocol):
    """Guarantees that a record is stored, or raises Unavailable."""

    async def start(self) -> None:
        """Start; return at once, even while the broker is unavailable."""

    async def stop(self) -> None:
        """Flush what was accepted, then stop."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Return only after every event is acknowledged; raise Unavailable if any may not be."""

    async def quarantine(self, entry: QuarantineEntry) -> None:
        """Return only after the entry is acknowledged; raise Unavailable if it may not be."""

    async def record_action(self, action: BreachAction) -> None:
        """Return only after the action is acknowledged; raise Unavailable if it may not be."""

    async def report_health(self, counts: Sequence[HealthCount]) -> None:
        """Return only after all counts are acknowledged; raise Unavailable if any may not be."""

    def ready(self) -> bool:
        """Return whether `publish` could succeed now."""
