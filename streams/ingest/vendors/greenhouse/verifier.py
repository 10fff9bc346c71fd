"""Verifies Greenhouse signatures, which cover the raw body (with Unicode already escaped) and no timestamp."""

from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `Signature: sha256 <hex>` is the HMAC of the body.

    Replays are deduplicated later by the content-derived event ids.
    """
    received = signature.single_header(headers, "signature")
    signature.require_match([received], signature.hex_hmacs(secrets, body, b"sha256 "))
