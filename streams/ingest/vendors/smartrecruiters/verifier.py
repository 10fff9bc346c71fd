"""Verifies SmartRecruiters signatures (timestamp, body and four headers) and answers its handshake."""

import re
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Preflight, Secrets, header_values

# There are up to ten redeliveries, the last 24 hours after the ninth, and the timestamp is signed once per notification,
# so it must still be accepted then. A replay within the tolerance has the same signed event id and counts nothing.
TOLERANCE_S = 3 * 86_400
HANDSHAKE_HEADER = "x-hook-secret"
HANDSHAKE_SECRET = re.compile(r"[\x21-\x7e]{1,500}")
SIGNED_HEADERS = ("event-id", "event-name", "event-version", "link")


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless a `v1` signature in the list matches `time.body.id.name.version.link`.

    A missing header is signed as empty; other signature schemes in the list are ignored.
    """
    received = signature.single_header(headers, "smartrecruiters-signature").split(b";")
    stamp = signature.optional_header(headers, "smartrecruiters-timestamp")
    parts = [signature.optional_header(headers, name) for name in SIGNED_HEADERS]
    signed = b".".join((stamp, body, *parts))
    signature.require_match(
        (candidate.strip() for candidate in received), signature.hex_hmacs(secrets, signed, b"v1=")
    )
    signature.require_recent(stamp, now, TOLERANCE_S, "smartrecruiters-timestamp")


def preflight(headers: Headers, _body: bytes) -> Preflight | None:
    """Echo the handshake secret; a request that names an event is a delivery, whatever other headers it has."""
    secrets = header_values(headers, HANDSHAKE_HEADER)
    if (
        len(secrets) != 1
        or header_values(headers, "event-name")
        or HANDSHAKE_SECRET.fullmatch(secrets[0]) is None
    ):
        return None
    return Preflight(status=200, headers=(("X-Hook-Secret", secrets[0]),))
