"""Huntflow signs the raw body, in which Unicode and `</` are already escaped, and no time."""

import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Greeting, Headers, Secrets, values

PING = "PING"
LONGEST_PING = 2_000  # bytes


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Huntflow-Signature` is the lower-case hex HMAC of the body.

    Huntflow leaves the header out where the webhook has no secret; such a webhook is not trusted.
    """
    given = signature.one(headers, "x-huntflow-signature")
    signature.match([given], signature.hexadecimal(secrets, body))


def greet(headers: Headers, body: bytes) -> Greeting | None:
    """Answer a PING, which says nothing and whose body is not documented; a body with an event is no ping."""
    if values(headers, "x-huntflow-event") != [PING] or len(body) > LONGEST_PING:
        return None
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return Greeting()
    return None if isinstance(found, dict) and found.get("event") else Greeting()
