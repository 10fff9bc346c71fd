"""Verifies the signatures of the systems that send canonical events: Standard Webhooks 1.0."""

from datetime import datetime

from streams.ingest import standard_webhooks
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless a signature covers id, time and body, and the time is recent."""
    standard_webhooks.verify(headers, body, secrets, now)
