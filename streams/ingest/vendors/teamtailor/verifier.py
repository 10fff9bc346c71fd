"""Verifies Teamtailor signatures: v2 covers time and body; the legacy partner scheme covers only an id."""

import base64
import binascii
import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets, header_values

TOLERANCE_S = 300  # Teamtailor does not retry, so the signed time is that of the only attempt
LEGACY_HEADER = "teamtailor-signature"


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless `TT-Signature` is the base64 of `t=<seconds>,v2=<hex>`, the HMAC of `t.body`, and recent.

    Without that header, the `Teamtailor-Signature` of a partner set-up is accepted: the base64 of the hex HMAC of
    `resource_id`. It does not cover the body, so give such a connection an `address_key`.
    """
    if header_values(headers, LEGACY_HEADER) and not header_values(headers, "tt-signature"):
        _verify_legacy(signature.single_header(headers, LEGACY_HEADER), body, secrets)
        return
    received = signature.single_header(headers, "tt-signature")
    try:
        text = base64.b64decode(received, validate=True)
    except binascii.Error:
        signature.refuse("tt-signature is not base64")
    first, _, second = text.partition(b",")
    if not (first.startswith(b"t=") and second.startswith(b"v2=")):
        signature.refuse("tt-signature is not of version 2")
    stamp = first.removeprefix(b"t=")
    expected = [
        base64.b64encode(b"t=" + stamp + b"," + digest)
        for digest in signature.hex_hmacs(secrets, stamp + b"." + body, b"v2=")
    ]
    signature.require_match([received], expected)
    signature.require_recent(stamp, now, TOLERANCE_S, "t of tt-signature")


def _verify_legacy(received: bytes, body: bytes, secrets: Secrets) -> None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        signature.refuse("the body is not JSON")
    resource = content.get("resource_id") if isinstance(content, dict) else None
    if not isinstance(resource, str | int) or isinstance(resource, bool) or resource == "":
        signature.refuse("resource_id is missing")
    signed = str(resource).encode("utf-8", "surrogateescape")
    expected = [base64.b64encode(digest) for digest in signature.hex_hmacs(secrets, signed)]
    signature.require_match([received], expected)
