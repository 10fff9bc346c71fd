"""Signatures over the raw bytes of a delivery: constant time, every active secret tried, doubles refused."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

from schemas.errors import Unauthentic
from streams.ingest.vendor import Headers, Secrets, values

TOLERANCE_S = 300  # Standard Webhooks: an attempt older or newer than this may be a replay
SCHEME = "whsec_"
SHORTEST_KEY = 16  # bytes; the specification asks for 24, its official example key has 24


def plain_key(secret: bytes) -> bytes:
    """The secret as it is; ValueError when it is too short to protect anything."""
    if len(secret) < SHORTEST_KEY:
        msg = f"the secret has {len(secret)} bytes; use at least {SHORTEST_KEY}"
        raise ValueError(msg)
    return secret


def standard_key(secret: bytes) -> bytes:
    """The bytes behind `whsec_<base64>`; ValueError for anything else."""
    text = secret.decode()
    if not text.startswith(SCHEME):
        msg = f"a Standard Webhooks secret starts with {SCHEME}"
        raise ValueError(msg)
    try:
        return plain_key(base64.b64decode(text.removeprefix(SCHEME), validate=True))
    except binascii.Error as error:
        msg = f"what follows {SCHEME} is not base64"
        raise ValueError(msg) from error


def greenhouse(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `Signature: sha256 <hex>` is the HMAC of the body.

    Greenhouse signs no time, so a replay is stopped later, by the content-derived event ids.
    """
    given = _one(headers, "signature")
    expected = [b"sha256 " + hmac.digest(key, body, "sha256").hex().encode() for key in secrets]
    _match([given], expected)


def standard(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless one `v1` signature of the list is that of id, time and body, and the time is ours.

    Standard Webhooks 1.0; asymmetric `v1a` signatures of the list are passed over.
    """
    message = _one(headers, "webhook-id")
    stamp = _one(headers, "webhook-timestamp")
    given = _one(headers, "webhook-signature").split(b" ")
    if not message or not (stamp.isdigit() and len(stamp) <= 11):
        raise Unauthentic("bad_signature", "webhook-id or webhook-timestamp is not usable")
    signed = b".".join((message, stamp, body))
    expected = [
        b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in secrets
    ]
    _match(given, expected)
    if abs(now.astimezone(UTC).timestamp() - int(stamp)) > TOLERANCE_S:
        raise Unauthentic("bad_signature", "webhook-timestamp is more than five minutes away")


def _one(headers: Headers, name: str) -> bytes:
    """The only value of a header; two of them mean that somebody in between may read another one than we do."""
    found = values(headers, name)
    if len(found) != 1:
        raise Unauthentic("bad_signature", f"{len(found)} {name} headers, expected one")
    return found[0].encode("utf-8", "surrogateescape")


def _match(given: list[bytes], expected: list[bytes]) -> None:
    """Compare texts, not decoded bytes: two texts of one value would be two signatures of one body."""
    matched = False
    for candidate in given[:16]:
        for each in expected:
            matched |= hmac.compare_digest(candidate, each)
    if not matched:
        raise Unauthentic("bad_signature", "no active secret gives this signature")
