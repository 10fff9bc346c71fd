"""Lever signs token and time, in the body; the rest of the body is vouched for by nobody."""

import json
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets

LONGEST_TOKEN, LONGEST_TIME = 200, 20


class Digits(str):
    """A number as it was written: its digits are signed, not its value."""

    __slots__ = ()


def verify(_headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `signature` is the lower-case hex HMAC of `token` and `triggeredAt` as they are written.

    `triggeredAt` is the time of the event, not of the attempt, so that no age of it is too old. Each webhook has a
    token of its own, so a connection may have many active ones. Who has seen one delivery could sign another body:
    see `nonce`, and give the connection an `address_key`.
    """
    envelope = _envelope(body)
    token, at, given = (envelope.get(name) for name in ("token", "triggeredAt", "signature"))
    if not (isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN):
        signature.refuse("token is missing")
    if not (isinstance(at, str) and at.isdigit() and len(at) <= LONGEST_TIME):
        signature.refuse("triggeredAt is missing")
    if not isinstance(given, str):
        signature.refuse("signature is missing")
    message = f"{token}{at}".encode("utf-8", "surrogateescape")
    signature.match(
        [given.encode("utf-8", "surrogateescape")], signature.hexadecimal(secrets, message)
    )


def nonce(body: bytes) -> str | None:
    """The token, which Lever makes anew for every delivery: it may vouch for one body only."""
    token = _envelope(body).get("token")
    return token if isinstance(token, str) else None


def _envelope(body: bytes) -> dict[str, object]:
    """The outermost object; a name that stands in it twice would let two readers see two deliveries."""
    try:
        found = json.loads(body, object_pairs_hook=_unique, parse_int=Digits)
    except (ValueError, RecursionError):
        signature.refuse("the body is not a JSON object with each name once")
    return found if isinstance(found, dict) else {}


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a name stands twice"
        raise ValueError(msg)
    return found
