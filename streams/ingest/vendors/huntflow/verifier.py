"""Verifies Huntflow signatures, which cover the raw body (with Unicode and `</` already escaped) and no timestamp."""

import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Preflight, Secrets, header_values

PING = "PING"
MAX_PING_BYTES = 2_000  # bytes


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Huntflow-Signature` is the lower-case hex HMAC of the body.

    Huntflow omits the header if the webhook has no secret; such a webhook is not trusted.
    """
    received = signature.single_header(headers, "x-huntflow-signature")
    signature.require_match([received], signature.hex_hmacs(secrets, body))


def preflight(headers: Headers, body: bytes) -> Preflight | None:
    """Answer a PING, which carries no data and has no documented body; a body with an event is not a ping."""
    if header_values(headers, "x-huntflow-event") != [PING] or len(body) > MAX_PING_BYTES:
        return None
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return Preflight()
    return None if isinstance(content, dict) and content.get("event") else Preflight()
