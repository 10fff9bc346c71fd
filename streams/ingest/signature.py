"""Parts of signature checks: raw bytes, constant time, every active secret tried, doubled headers refused.

How a vendor puts them together is in the vendor's own verifier: no two sign alike.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NoReturn

from schemas.errors import Unauthentic
from streams.ingest.vendor import Headers, Secrets, values

SHORTEST_KEY = (
    8  # bytes; customers type some of these themselves, and 16 or more is what they should type
)
SIGNATURES = 16  # of a list of signatures no more are looked at


def plain_key(secret: bytes) -> bytes:
    """The secret as it is; ValueError when it is too short to protect anything."""
    if len(secret) < SHORTEST_KEY:
        msg = f"the secret has {len(secret)} bytes; use at least {SHORTEST_KEY}, better 32"
        raise ValueError(msg)
    return secret


def one(headers: Headers, name: str) -> bytes:
    """The only value of a header; two of them mean that somebody in between may read another one than we do."""
    found = values(headers, name)
    if len(found) != 1:
        refuse(f"{len(found)} {name} headers, expected one")
    return found[0].encode("utf-8", "surrogateescape")


def at_most_one(headers: Headers, name: str) -> bytes:
    """The same for a header that may be left out, and is then empty."""
    return one(headers, name) if values(headers, name) else b""


def hexadecimal(secrets: Secrets, message: bytes, prefix: bytes = b"") -> list[bytes]:
    """The lower-case hex HMAC-SHA256 of the message under every active secret."""
    return [prefix + hmac.digest(key, message, "sha256").hex().encode() for key in secrets]


def match(given: Iterable[bytes], expected: Sequence[bytes]) -> None:
    """Compare texts, not decoded bytes: two texts of one value would be two signatures of one body."""
    matched = False
    for number, candidate in enumerate(given):
        if number >= SIGNATURES:
            break
        for each in expected:
            matched |= hmac.compare_digest(candidate, each)
    if not matched:
        refuse("no active secret gives this signature")


def recent(stamp: bytes, now: datetime, tolerance_s: int, name: str) -> None:
    """Refuse a signed time, in seconds since 1970, that is further from ours than a delivery can be."""
    if not (stamp.isdigit() and len(stamp) <= 11):
        refuse(f"{name} is not a number of seconds")
    if abs(now.timestamp() - int(stamp)) > tolerance_s:
        refuse(f"{name} is more than {tolerance_s} seconds away")


def refuse(why: str) -> NoReturn:
    """Raise the one condition of all verifiers; the detail is for operators and never sent."""
    raise Unauthentic("bad_signature", why)
