"""Verifies Recruitee signatures, which cover the raw body and no timestamp, and answers its setup test."""

import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Preflight, Secrets

TEST = {"test": True}
MAX_TEST_BYTES = 200  # bytes


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Recruitee-Signature` is the lower-case hex HMAC of the body."""
    received = signature.single_header(headers, "x-recruitee-signature")
    signature.require_match([received], signature.hex_hmacs(secrets, body))


def preflight(_headers: Headers, body: bytes) -> Preflight | None:
    """Answer `{"test": true}`, which carries no data: Recruitee creates the webhook and shows its secret only after that."""
    if len(body) > MAX_TEST_BYTES:
        return None
    try:
        return Preflight() if json.loads(body) == TEST else None
    except (ValueError, RecursionError):
        return None
