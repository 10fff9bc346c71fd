"""Verifies Teamtailor signatures: v2 covers time and body; the legacy partner scheme covers only an id."""

import base64
import binascii
import json
import re
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets, header_values

TOLERANCE_S = 300  # Teamtailor does not retry, so the signed time is that of the only attempt
RESOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
LEGACY_HEADER = "teamtailor-signature"


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless `TT-Signature` is the base64 of `t=<seconds>,v2=<hex>`, the HMAC of `t.body`, and recent.

    Without that header, the `Teamtailor-Signature` of a partner set-up is accepted: the base64 of the hex HMAC of
    `resource_id`. It does not cover the body, so such a connection needs an `address_key`.
    """
    if not covers_body(headers):
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
    if not stamp.isdigit():
        signature.refuse("t of tt-signature is not a number of seconds")
    expected = [
        base64.b64encode(b"t=" + stamp + b"," + digest)
        for digest in signature.hex_hmacs(secrets, stamp + b"." + body, b"v2=")
    ]
    signature.require_match([received], expected)
    signature.require_recent(stamp, now, TOLERANCE_S, "t of tt-signature")


def covers_body(headers: Headers) -> bool:
    """Return whether the signature covers the body: that of a partner set-up alone does not."""
    return not header_values(headers, LEGACY_HEADER) or bool(header_values(headers, "tt-signature"))


def _verify_legacy(received: bytes, body: bytes, secrets: Secrets) -> None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        signature.refuse("the body is not JSON")
    resource = content.get("resource_id") if isinstance(content, dict) else None
    # What version 2 signs has a full stop after the time, so no captured signature of it is one of an id.
    if not isinstance(resource, str | int) or RESOURCE.fullmatch(str(resource)) is None:
        signature.refuse("resource_id is missing or no id")
    signed = str(resource).encode()
    expected = [base64.b64encode(digest) for digest in signature.hex_hmacs(secrets, signed)]
    signature.require_match([received], expected)
