"""Limits for unverified deliveries, and the memory of delivery ids: one id is one body."""

from datetime import datetime

from streams.ingest.http.answer import RETRY_AFTER_S, Refused
from streams.ingest.incoming_request import IncomingRequest

# Unverified deliveries quarantined per connection and hour: enough to recover from a wrong secret, too few to fill
# the quarantine.
UNVERIFIED_PER_HOUR = 1_000
UNVERIFIED_BYTES_PER_HOUR = 50_000_000  # 1 000 deliveries of an ordinary size
MAX_IDS = 50_000  # per connection: seven weeks at a busy connection's 1 000 deliveries a day


class ReplayGuard:
    """Counts and delivery ids of this process; `SharedDeliveryIds` is the memory that gateways share."""

    def __init__(self) -> None:
        """Start empty."""
        self._unverified: dict[str, tuple[int, int, int]] = {}
        self._bodies: dict[str, dict[bytes, bytes]] = {}

    def count_unverified(self, connection: str, at: datetime, size: int = 0) -> None:
        """Count an unverified delivery of `size` bytes before it is quarantined; raise Refused at an hourly limit."""
        hour = int(at.timestamp()) // 3600
        since, count, total = self._unverified.get(connection, (hour, 0, 0))
        count, total = (count + 1, total + size) if since == hour else (1, size)
        if count > UNVERIFIED_PER_HOUR or total > UNVERIFIED_BYTES_PER_HOUR:
            raise Refused(
                429,
                "too_many_untrusted",
                "Too many deliveries that cannot be verified. Correct the secret, then send them again.",
                RETRY_AFTER_S,
            )
        self._unverified[connection] = (hour, count, total)

    def is_reused(self, request: IncomingRequest) -> bool:
        """Return whether the id of a verified delivery came before with another body; remember the first body."""
        key = request.delivery_key
        if key is None:
            return False
        bodies = self._bodies.setdefault(request.resolved.connection.id, {})
        first = bodies.setdefault(key, request.body_digest)
        if len(bodies) > MAX_IDS:
            del bodies[next(iter(bodies))]
        return first != request.body_digest
