"""Verifies Workable signatures over the raw body, keyed with the API token or OAuth application secret; no timestamp."""

import base64
import hmac
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Workable-Signature` is the HMAC of the body, in lower-case hex or in base64.

    Workable does not document which encoding it uses. A new API token is a new key: keep the old one active meanwhile.
    """
    received = signature.single_header(headers, "x-workable-signature")
    encoded = [base64.b64encode(hmac.digest(key, body, "sha256")) for key in secrets]
    signature.require_match([received], [*signature.hex_hmacs(secrets, body), *encoded])
