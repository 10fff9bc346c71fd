"""Greenhouse signs the raw body, in which Unicode is already escaped, and no time."""

from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `Signature: sha256 <hex>` is the HMAC of the body.

    A replay is stopped later, by the content-derived event ids.
    """
    given = signature.one(headers, "signature")
    signature.match([given], signature.hexadecimal(secrets, body, b"sha256 "))
