"""Health counts of each connection in this process: absolute counts that readers may sum over processes."""

import secrets
from datetime import datetime

from schemas.kafka.connection_health import HealthCount, HealthKind
from streams.ingest.connections import ResolvedConnection

OTHER = "other"  # an event that is not in the vendor's documentation


class ConnectionHealth:
    """Counts since the process started; a restart is a new run, whose counts add to those of earlier runs."""

    def __init__(self) -> None:
        """Start a new run without counts."""
        self._run = secrets.token_hex(6)
        self._counts: dict[tuple[str, HealthKind, str], HealthCount] = {}
        self._changed: set[tuple[str, HealthKind, str]] = set()

    def record(
        self, resolved: ResolvedConnection, what: HealthKind, name: str, at: datetime, n: int = 1
    ) -> HealthCount:
        """Increase a count by `n` and return it."""
        connection = resolved.connection
        key = (connection.id, what, name)
        previous = self._counts.get(key)
        self._counts[key] = HealthCount(
            tenant=resolved.tenant.id,
            connection=connection.id,
            vendor=connection.vendor,
            run=self._run,
            what=what,
            name=name,
            total=n if previous is None else previous.total + n,
            last=at,
        )
        self._changed.add(key)
        return self._counts[key]

    def take_changed(self) -> list[HealthCount]:
        """Return the counts that changed since the last call."""
        keys, self._changed = self._changed, set()
        return [self._counts[key] for key in sorted(keys)]

    def restore(self, counts: list[HealthCount]) -> None:
        """Mark counts as changed again after they could not be published."""
        self._changed.update((count.connection, count.what, count.name) for count in counts)
