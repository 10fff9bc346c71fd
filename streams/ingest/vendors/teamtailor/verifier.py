"""Teamtailor signs time and body (v2); the legacy of partner set-ups signs an id alone."""

import base64
import binascii
import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets, values

TOLERANCE_S = 300  # Teamtailor does not send a second time, so its time is that of the only attempt
LEGACY = "teamtailor-signature"


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless `TT-Signature` is the base64 of `t=<seconds>,v2=<hex>`, the HMAC of `t.body`, and recent.

    Without that header, `Teamtailor-Signature` of a partner set-up is taken: the base64 of the hex HMAC of `resource_id`.
    It vouches for no body; give such a connection an `address_key`.
    """
    if values(headers, LEGACY) and not values(headers, "tt-signature"):
        _legacy(signature.one(headers, LEGACY), body, secrets)
        return
    given = signature.one(headers, "tt-signature")
    try:
        text = base64.b64decode(given, validate=True)
    except binascii.Error:
        signature.refuse("tt-signature is not base64")
    first, _, second = text.partition(b",")
    if not (first.startswith(b"t=") and second.startswith(b"v2=")):
        signature.refuse("tt-signature is not of version 2")
    stamp = first.removeprefix(b"t=")
    expected = [
        base64.b64encode(b"t=" + stamp + b"," + each)
        for each in signature.hexadecimal(secrets, stamp + b"." + body, b"v2=")
    ]
    signature.match([given], expected)
    signature.recent(stamp, now, TOLERANCE_S, "t of tt-signature")


def _legacy(given: bytes, body: bytes, secrets: Secrets) -> None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        signature.refuse("the body is not JSON")
    resource = found.get("resource_id") if isinstance(found, dict) else None
    if not isinstance(resource, str | int) or isinstance(resource, bool) or resource == "":
        signature.refuse("resource_id is missing")
    signed = str(resource).encode("utf-8", "surrogateescape")
    expected = [base64.b64encode(each) for each in signature.hexadecimal(secrets, signed)]
    signature.match([given], expected)
