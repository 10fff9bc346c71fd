"""Workable signs the raw body with the account's API token or the OAuth application's secret, and no time."""

import base64
import hmac
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Workable-Signature` is the HMAC of the body, in lower-case hex or in base64.

    The vendor does not say which of the two it writes. A new API token is a new key: keep the old one active meanwhile.
    """
    given = signature.one(headers, "x-workable-signature")
    encoded = [base64.b64encode(hmac.digest(key, body, "sha256")) for key in secrets]
    signature.match([given], [*signature.hexadecimal(secrets, body), *encoded])
