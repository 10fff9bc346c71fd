"""Recruitee signs the raw body, and no time; it shows the secret only after a test was answered."""

import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Greeting, Headers, Secrets

TEST = {"test": True}
LONGEST_TEST = 200  # bytes


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Recruitee-Signature` is the lower-case hex HMAC of the body."""
    given = signature.one(headers, "x-recruitee-signature")
    signature.match([given], signature.hexadecimal(secrets, body))


def greet(_headers: Headers, body: bytes) -> Greeting | None:
    """Answer `{"test": true}`, which says nothing: without that answer Recruitee creates no webhook and shows no secret."""
    if len(body) > LONGEST_TEST:
        return None
    try:
        return Greeting() if json.loads(body) == TEST else None
    except (ValueError, RecursionError):
        return None
