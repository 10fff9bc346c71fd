"""Verifies SmartRecruiters signatures (timestamp, body and four headers) and answers its handshake."""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Preflight, Secrets, first_header, header_values

# There are up to ten redeliveries, the last 24 hours after the ninth, and the timestamp is signed once per notification,
# so it must still be accepted then. A replay within the tolerance has the same signed event id and counts nothing.
TOLERANCE_S = 3 * 86_400
HANDSHAKE_HEADER = "x-hook-secret"
HANDSHAKE_SECRET = re.compile(r"[\x21-\x7e]{1,500}")
ID = re.compile(rb"[^.]{1,200}")
NAME = re.compile(rb"[a-z][a-z_-]*(\.[a-z][a-z_-]*)*")
VERSION = re.compile(rb"(v?[0-9]{1,10})?")
SIGNED_HEADERS = ("event-id", "event-name", "event-version", "link")


def verify(headers: Headers, body: bytes, secrets: Secrets, now: datetime) -> None:
    """Raise Unauthentic unless a `v1` signature in the list matches `time.body.id.name.version.link`.

    A missing header is signed as empty, so an empty one is refused; other signature schemes in the list are ignored.
    The parts are joined by a character that they contain: their forms, checked by `_require_unambiguous`, say where each
    ends.
    """
    received = signature.single_header(headers, "smartrecruiters-signature").split(b";")
    stamp = signature.optional_header(headers, "smartrecruiters-timestamp")
    if any(header_values(headers, name) == [""] for name in SIGNED_HEADERS):
        signature.refuse("a signed header is empty")
    parts = [signature.optional_header(headers, name) for name in SIGNED_HEADERS]
    if not stamp.isdigit():
        signature.refuse("smartrecruiters-timestamp is not a number of seconds")
    signed = b".".join((stamp, body, *parts))
    signature.require_match(
        (candidate.strip() for candidate in received), signature.hex_hmacs(secrets, signed, b"v1=")
    )
    _require_unambiguous(body, parts)
    signature.require_recent(stamp, now, TOLERANCE_S, "smartrecruiters-timestamp")


def _require_unambiguous(body: bytes, parts: Sequence[bytes]) -> None:
    """Refuse parts that could be cut from the signed text in another way.

    The time is digits. No JSON object begins with another one, so the body ends in one place. The id has no full stop.
    The version is the first part after it that is empty or a number, which no part of a name is. The link is the rest.
    """
    event_id, name, version, _ = parts
    try:
        is_object = body[:1] == b"{" and isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        signature.refuse("the body is not a JSON object")
    if not (ID.fullmatch(event_id) and NAME.fullmatch(name) and VERSION.fullmatch(version)):
        signature.refuse("event-id, event-name or event-version has an unknown form")


def delivery_id(headers: Headers, _body: bytes) -> str | None:
    """Return the signed id of the event, which is the same over all attempts."""
    return first_header(headers, "event-id")


def preflight(headers: Headers, _body: bytes) -> Preflight | None:
    """Echo the handshake secret; a request that names an event is a delivery, whatever other headers it has."""
    secrets = header_values(headers, HANDSHAKE_HEADER)
    if (
        len(secrets) != 1
        or header_values(headers, "event-name")
        or HANDSHAKE_SECRET.fullmatch(secrets[0]) is None
    ):
        return None
    return Preflight(status=200, headers=(("X-Hook-Secret", secrets[0]),))
