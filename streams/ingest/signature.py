"""Building blocks for signature checks: raw bytes, constant time, every active secret, no repeated headers.

Each vendor's verifier combines them in its own way, because no two vendors sign alike.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NoReturn

from schemas.errors import Unauthentic
from streams.ingest.vendor import Headers, Secrets, header_values

MIN_KEY_BYTES = 8  # bytes; customers type some secrets themselves and should use at least 16
MAX_SIGNATURES = 16  # signatures checked in one list; the rest are ignored


def plain_key(secret: bytes) -> bytes:
    """Return the secret unchanged; raise ValueError when it is too short to protect anything."""
    if len(secret) < MIN_KEY_BYTES:
        msg = f"the secret has {len(secret)} bytes; use at least {MIN_KEY_BYTES}, better 32"
        raise ValueError(msg)
    return secret


def single_header(headers: Headers, name: str) -> bytes:
    """Return the only value of a header.

    A repeated header is refused: an intermediary might read a different value than we do.
    """
    texts = header_values(headers, name)
    if len(texts) != 1:
        refuse(f"{len(texts)} {name} headers, expected one")
    return texts[0].encode("utf-8", "surrogateescape")


def optional_header(headers: Headers, name: str) -> bytes:
    """Return the only value of a header, or empty bytes if the header is missing."""
    return single_header(headers, name) if header_values(headers, name) else b""


def hex_hmacs(secrets: Secrets, message: bytes, prefix: bytes = b"") -> list[bytes]:
    """Return the lower-case hex HMAC-SHA256 of the message for every active secret."""
    return [prefix + hmac.digest(key, message, "sha256").hex().encode() for key in secrets]


def require_match(signatures: Iterable[bytes], expected: Sequence[bytes]) -> None:
    """Raise Unauthentic unless a given signature matches an expected one.

    Texts are compared, not decoded bytes: otherwise two spellings would be valid signatures of one body.
    """
    matched = False
    for number, received in enumerate(signatures):
        if number >= MAX_SIGNATURES:
            break
        for expected_signature in expected:
            matched |= hmac.compare_digest(received, expected_signature)
    if not matched:
        refuse("no active secret gives this signature")


def require_recent(stamp: bytes, now: datetime, tolerance_s: int, name: str) -> None:
    """Refuse a signed time (seconds since 1970) that is more than `tolerance_s` away from `now`."""
    if not (stamp.isdigit() and len(stamp) <= 11):
        refuse(f"{name} is not a number of seconds")
    if abs(now.timestamp() - int(stamp)) > tolerance_s:
        refuse(f"{name} is more than {tolerance_s} seconds away")


def refuse(detail: str) -> NoReturn:
    """Raise the condition that all verifiers share; the detail is for operators and is never sent."""
    raise Unauthentic("bad_signature", detail)
