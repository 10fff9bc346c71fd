"""SmartRecruiters signs time, body and four headers; it asks for its handshake back before it sends anything."""

import re
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Greeting, Headers, Secrets, values

# Up to ten redeliveries, the last 24 hours after the ninth: a time that is signed once per notification must still be
# young enough then. A replay within it has the same event id, which is signed, and counts nothing.
TOLERANCE_S = 3 * 86_400
HANDSHAKE = "x-hook-secret"
ECHO = re.compile(r"[\x21-\x7e]{1,500}")
SIGNED = ("event-id", "event-name", "event-version", "link")


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless one `v1` signature of the list is that of `time.body.id.name.version.link`.

    A header that is left out is signed as empty; other schemes of the list are passed over.
    """
    given = signature.one(headers, "smartrecruiters-signature").split(b";")
    stamp = signature.at_most_one(headers, "smartrecruiters-timestamp")
    parts = [signature.at_most_one(headers, name) for name in SIGNED]
    signed = b".".join((stamp, body, *parts))
    signature.match(
        (each.strip() for each in given), signature.hexadecimal(secrets, signed, b"v1=")
    )
    signature.recent(stamp, now, TOLERANCE_S, "smartrecruiters-timestamp")


def greet(headers: Headers, _body: bytes) -> Greeting | None:
    """Give the handshake's secret back; a request that names an event is a delivery, whatever else it carries."""
    found = values(headers, HANDSHAKE)
    if len(found) != 1 or values(headers, "event-name") or ECHO.fullmatch(found[0]) is None:
        return None
    return Greeting(status=200, headers=(("X-Hook-Secret", found[0]),))
