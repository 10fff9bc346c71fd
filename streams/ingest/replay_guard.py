"""Whom to trust a little: deliveries that nobody vouches for, and signatures that do not cover the body."""

import hashlib
from datetime import datetime

from schemas.errors import Unauthentic
from streams.ingest.http.answer import RETRY_AFTER_S, Refused

# Deliveries that nobody has vouched for, kept per connection and hour: enough to repair a mistaken secret, too few to
# fill the quarantine.
UNTRUSTED_PER_HOUR = 1_000
NONCES = (
    50_000  # remembered per connection: at a busy connection's 1 000 deliveries a day seven weeks
)


class ReplayGuard:
    """The memory of one process; what another process saw is not in it."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._untrusted: dict[str, tuple[int, int]] = {}
        self._nonces: dict[str, dict[str, bytes]] = {}

    def spend(self, connection: str, at: datetime) -> None:
        """Count an untrusted delivery that is about to be kept; raise Refused when the hour has had enough of them."""
        hour = int(at.timestamp()) // 3600
        since, count = self._untrusted.get(connection, (hour, 0))
        count = count + 1 if since == hour else 1
        if count > UNTRUSTED_PER_HOUR:
            raise Refused(
                429,
                "too_many_untrusted",
                "Too many deliveries that cannot be verified. Correct the secret, then send them again.",
                RETRY_AFTER_S,
            )
        self._untrusted[connection] = (hour, count)

    def once(self, connection: str, nonce: str, body: bytes) -> None:
        """Let a nonce vouch for one body, as often as it is delivered; raise Unauthentic for another body."""
        seen = self._nonces.setdefault(connection, {})
        digest = hashlib.sha256(body).digest()
        if seen.setdefault(nonce, digest) != digest:
            raise Unauthentic("bad_signature", "the signature was used before, for another body")
        if len(seen) > NONCES:
            del seen[next(iter(seen))]
