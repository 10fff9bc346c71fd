"""Verifies Lever signatures, which are in the body and cover only its token and timestamp."""

import json
import re
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets

MAX_TOKEN_LENGTH = 200
# Milliseconds since 1970 have 13 digits from 2001 to 2286. Token and time are joined without a delimiter, so only a
# fixed length says where the time begins.
TIME = re.compile(r"[1-9][0-9]{12}")


class Digits(str):
    """A number as written in the JSON text: the signature covers its digits, not its value."""

    __slots__ = ()


def verify(_headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `signature` is the lower-case hex HMAC of `token` and `triggeredAt` as they are written.

    `triggeredAt` is the time of the event, not of the attempt, so its age is not limited. Each webhook has its own
    token, so a connection may have many active ones. Anyone who has seen one delivery could sign another body:
    see `delivery_id`; the connection needs an `address_key`.
    """
    envelope = _envelope(body)
    token, at, received = (envelope.get(name) for name in ("token", "triggeredAt", "signature"))
    if not (isinstance(token, str) and 0 < len(token) <= MAX_TOKEN_LENGTH):
        signature.refuse("token is missing")
    if not (isinstance(at, str) and TIME.fullmatch(at)):
        signature.refuse("triggeredAt is not a time in milliseconds")
    if not isinstance(received, str):
        signature.refuse("signature is missing")
    message = f"{token}{at}".encode("utf-8", "surrogateescape")
    signature.require_match(
        [received.encode("utf-8", "surrogateescape")], signature.hex_hmacs(secrets, message)
    )


def covers_body(_headers: Headers) -> bool:
    """Return False: the signature covers token and time only."""
    return False


def delivery_id(_headers: Headers, body: bytes) -> str | None:
    """Return the token, which Lever generates for every delivery; it is valid for one body only."""
    token = _envelope(body).get("token")
    return token if isinstance(token, str) else None


def _envelope(body: bytes) -> dict[str, object]:
    """Return the outermost object; refuse duplicate names, which parsers may resolve differently."""
    try:
        envelope = json.loads(body, object_pairs_hook=_with_unique_names, parse_int=Digits)
    except (ValueError, RecursionError):
        signature.refuse("the body is not a JSON object with unique names")
    return envelope if isinstance(envelope, dict) else {}


def _with_unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        msg = "duplicate name"
        raise ValueError(msg)
    return unique
