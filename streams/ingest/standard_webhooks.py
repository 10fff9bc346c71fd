"""Verifies and creates Standard Webhooks 1.0 signatures, which cover id, attempt time and body, with one or more secrets."""

import base64
import binascii
import hmac
from datetime import datetime
from secrets import token_bytes

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets, first_header, header_values

TOLERANCE_S = 300  # from the specification: an older or newer attempt may be a replay
SCHEME = "whsec_"
MIN_KEY_BYTES = 16  # bytes; the specification asks for 24, its official example key has 24


def generate_secret() -> str:
    """Return a new 256-bit secret."""
    return SCHEME + base64.b64encode(token_bytes(32)).decode()


def key(secret: bytes) -> bytes:
    """Decode `whsec_<base64>` to bytes; raise ValueError for anything else."""
    text = secret.decode()
    if not text.startswith(SCHEME):
        msg = f"a Standard Webhooks secret starts with {SCHEME}"
        raise ValueError(msg)
    try:
        key_bytes = base64.b64decode(text.removeprefix(SCHEME), validate=True)
    except binascii.Error as error:
        msg = f"what follows {SCHEME} is not base64"
        raise ValueError(msg) from error
    if len(key_bytes) < MIN_KEY_BYTES:
        msg = f"the secret has {len(key_bytes)} bytes; use 24 to 64"
        raise ValueError(msg)
    return key_bytes


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless a `v1` signature in the list matches id, time and body, and the time is recent.

    Asymmetric `v1a` signatures in the list are ignored.
    """
    prefix = header_prefix(headers)
    message = signature.single_header(headers, prefix + "id")
    stamp = signature.single_header(headers, prefix + "timestamp")
    received = signature.single_header(headers, prefix + "signature").split(b" ")
    # The parts are joined by full stops; the body is the rest.
    if not message or b"." in message:
        signature.refuse(f"{prefix}id is empty or has a full stop")
    if not stamp.isdigit():
        signature.refuse(f"{prefix}timestamp is not a number of seconds")
    signed = b".".join((message, stamp, body))
    expected = [
        b"v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")) for secret in secrets
    ]
    signature.require_match(received, expected)
    signature.require_recent(stamp, now, TOLERANCE_S, prefix + "timestamp")


def header_prefix(headers: Headers) -> str:
    """Return the prefix of the three headers that are verified: `webhook-`, or `svix-` if the former do not sign."""
    signed = header_values(headers, "webhook-signature")
    return "svix-" if not signed and header_values(headers, "svix-signature") else "webhook-"


def delivery_id(headers: Headers) -> str:
    """Return the id that the signature covers; empty if there is none."""
    return first_header(headers, header_prefix(headers) + "id") or ""


def signed_id(headers: Headers, _body: bytes) -> str | None:
    """Return the id as the memory of deliveries keeps it."""
    return delivery_id(headers) or None


def sign(message_id: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers of one attempt at `at`; a retry keeps the id and gets a new time. Raises ValueError as `key` does."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    digest = hmac.digest(key(secret.encode()), signed, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
