"""Ashby signs the raw body, and no time."""

from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `Ashby-Signature: sha256=<hex>` is the HMAC of the body.

    Each of Ashby's webhook settings has a secret of its own, so a connection may have many active ones. A replay is
    stopped later, by the content-derived event ids.
    """
    given = signature.one(headers, "ashby-signature")
    signature.match([given], signature.hexadecimal(secrets, body, b"sha256="))
