"""Standard Webhooks 1.0: id, time of the attempt and body are signed, with one or several secrets."""

import base64
import binascii
import hmac
from datetime import datetime
from secrets import token_bytes

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets

TOLERANCE_S = 300  # the specification's: an attempt older or newer than this may be a replay
SCHEME = "whsec_"
SHORTEST_KEY = 16  # bytes; the specification asks for 24, its official example key has 24


def make() -> str:
    """A new secret of 256 bits."""
    return SCHEME + base64.b64encode(token_bytes(32)).decode()


def key(secret: bytes) -> bytes:
    """The bytes behind `whsec_<base64>`; ValueError for anything else."""
    text = secret.decode()
    if not text.startswith(SCHEME):
        msg = f"a Standard Webhooks secret starts with {SCHEME}"
        raise ValueError(msg)
    try:
        found = base64.b64decode(text.removeprefix(SCHEME), validate=True)
    except binascii.Error as error:
        msg = f"what follows {SCHEME} is not base64"
        raise ValueError(msg) from error
    if len(found) < SHORTEST_KEY:
        msg = f"the secret has {len(found)} bytes; use 24 to 64"
        raise ValueError(msg)
    return found


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless one `v1` signature of the list is that of id, time and body, and the time is ours.

    Asymmetric `v1a` signatures of the list are passed over.
    """
    message = signature.one(headers, "webhook-id")
    stamp = signature.one(headers, "webhook-timestamp")
    given = signature.one(headers, "webhook-signature").split(b" ")
    if not message:
        signature.refuse("webhook-id is empty")
    signed = b".".join((message, stamp, body))
    expected = [
        b"v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")) for secret in secrets
    ]
    signature.match(given, expected)
    signature.recent(stamp, now, TOLERANCE_S, "webhook-timestamp")


def sign(message_id: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """The headers of one attempt at `at`; a retry keeps the id and gets a new time. Raise ValueError as `key` does."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    digest = hmac.digest(key(secret.encode()), signed, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
