"""Limits for unverified deliveries, and replay protection for signatures that do not cover the body."""

import hashlib
from datetime import datetime

from schemas.errors import Unauthentic
from streams.ingest.http.answer import RETRY_AFTER_S, Refused

# Unverified deliveries quarantined per connection and hour: enough to recover from a wrong secret, too few to fill
# the quarantine.
UNVERIFIED_PER_HOUR = 1_000
MAX_NONCES = 50_000  # per connection: seven weeks at a busy connection's 1 000 deliveries a day


class ReplayGuard:
    """Counts and nonces seen by this process; other processes have their own."""

    def __init__(self) -> None:
        """Start empty."""
        self._unverified: dict[str, tuple[int, int]] = {}
        self._nonces: dict[str, dict[str, bytes]] = {}

    def count_unverified(self, connection: str, at: datetime) -> None:
        """Count an unverified delivery before it is quarantined; raise Refused when the hourly limit is reached."""
        hour = int(at.timestamp()) // 3600
        since, count = self._unverified.get(connection, (hour, 0))
        count = count + 1 if since == hour else 1
        if count > UNVERIFIED_PER_HOUR:
            raise Refused(
                429,
                "too_many_untrusted",
                "Too many deliveries that cannot be verified. Correct the secret, then send them again.",
                RETRY_AFTER_S,
            )
        self._unverified[connection] = (hour, count)

    def check_nonce(self, connection: str, nonce: str, body: bytes) -> None:
        """Allow a nonce for one body only, however often it is delivered; raise Unauthentic for another body."""
        seen = self._nonces.setdefault(connection, {})
        digest = hashlib.sha256(body).digest()
        if seen.setdefault(nonce, digest) != digest:
            raise Unauthentic("bad_signature", "the signature was used before, for another body")
        if len(seen) > MAX_NONCES:
            del seen[next(iter(seen))]
