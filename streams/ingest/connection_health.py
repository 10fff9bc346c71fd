"""How each connection is doing, as this process sees it: absolute counts that anybody may add up."""

import secrets
from datetime import datetime

from schemas.kafka.connection_health import HealthCount, What
from streams.ingest.connections import ResolvedConnection

OTHER = "other"  # an event that the vendor's documentation does not name


class ConnectionHealth:
    """Counts since the start of the process; a restart is another run, and adds to the ones before."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._run = secrets.token_hex(6)
        self._counts: dict[tuple[str, What, str], HealthCount] = {}
        self._changed: set[tuple[str, What, str]] = set()

    def note(self, door: ResolvedConnection, what: What, name: str, at: datetime) -> HealthCount:
        """One more; the count as it is now."""
        connection = door.connection
        key = (connection.id, what, name)
        held = self._counts.get(key)
        self._counts[key] = HealthCount(
            tenant=door.tenant.id,
            connection=connection.id,
            vendor=connection.vendor,
            run=self._run,
            what=what,
            name=name,
            total=1 if held is None else held.total + 1,
            last=at,
        )
        self._changed.add(key)
        return self._counts[key]

    def changed(self) -> list[HealthCount]:
        """What has changed since the last time this was asked."""
        keys, self._changed = self._changed, set()
        return [self._counts[key] for key in sorted(keys)]

    def again(self, counts: list[HealthCount]) -> None:
        """These could not be told: they are changes still."""
        self._changed.update((each.connection, each.what, each.name) for each in counts)
