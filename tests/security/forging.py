"""Forged deliveries, made from genuine ones that an attacker has seen, whose key the attacker does not know.

A forgery carries a captured code and whatever the attacker may choose: changed bytes, another body, or the captured
signed text cut into other parts, also into those of another vendor's scheme.
"""

import base64
import hmac
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from streams.ingest.vendor import Headers, Vendor

Parts = tuple[bytes, ...]


@dataclass(frozen=True)
class Captured:
    """A genuine delivery: the scheme, the signed text, and its code under the secret of the attacked connection."""

    scheme: str
    signed: bytes
    code: bytes
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Scheme:
    """How a vendor signs: the number of parts, what joins them, and how parts and code become a request."""

    vendor: str
    parts: int
    glue: bytes
    wrap: Callable[[Parts, bytes], tuple[Headers, bytes]]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _plain(
    header: str, spell: Callable[[bytes], str]
) -> Callable[[Parts, bytes], tuple[Headers, bytes]]:
    return lambda parts, code: (((header, spell(code)),), parts[0])


def _smartrecruiters(parts: Parts, code: bytes) -> tuple[Headers, bytes]:
    stamp, body, *rest = parts
    names = ("event-id", "event-name", "event-version", "link")
    headers = tuple((name, _text(value)) for name, value in zip(names, rest, strict=True) if value)
    signature = ("smartrecruiters-signature", f"v1={code.hex()}")
    return (("smartrecruiters-timestamp", _text(stamp)), *headers, signature), body


def _standard(parts: Parts, code: bytes) -> tuple[Headers, bytes]:
    message, stamp, body = parts
    signature = "v1," + base64.b64encode(code).decode()
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    values = (_text(message), _text(stamp), signature)
    return (("content-type", "application/json"), *zip(names, values, strict=True)), body


def _teamtailor(parts: Parts, code: bytes) -> tuple[Headers, bytes]:
    stamp, body = parts
    text = b"t=" + stamp + b",v2=" + code.hex().encode()
    return (("tt-signature", base64.b64encode(text).decode()),), body


def _legacy(parts: Parts, code: bytes) -> tuple[Headers, bytes]:
    body = json.dumps({"resource_id": _text(parts[0]), "payload": EVENT}).encode()
    return (("teamtailor-signature", base64.b64encode(code.hex().encode()).decode()),), body


def _lever(parts: Parts, code: bytes) -> tuple[Headers, bytes]:
    token, at = (_text(part) for part in parts)
    data = {"event": "candidateHired", "data": {"opportunityId": "forged"}}
    return (), json.dumps(
        {**data, "token": token, "triggeredAt": at, "signature": code.hex()}
    ).encode()


EVENT = {"event_name": "job_application.update", "data": {"id": "7"}}
SCHEMES = (
    Scheme("greenhouse", 1, b"", _plain("signature", lambda code: f"sha256 {code.hex()}")),
    Scheme("ashby", 1, b"", _plain("ashby-signature", lambda code: f"sha256={code.hex()}")),
    Scheme("huntflow", 1, b"", _plain("x-huntflow-signature", bytes.hex)),
    Scheme("recruitee", 1, b"", _plain("x-recruitee-signature", bytes.hex)),
    Scheme("workable", 1, b"", _plain("x-workable-signature", bytes.hex)),
    Scheme("smartrecruiters", 6, b".", _smartrecruiters),
    Scheme("standard", 3, b".", _standard),
    Scheme("careerrelay", 3, b".", _standard),
    Scheme("teamtailor", 2, b".", _teamtailor),
    Scheme("teamtailor", 1, b"", _legacy),
    Scheme("lever", 2, b"", _lever),
)


def capture(key: bytes, now: datetime) -> list[Captured]:
    """Return genuine deliveries of every scheme, all under one key, as if a customer had used one secret everywhere."""
    stamp = str(int(now.timestamp())).encode()
    body = json.dumps(
        {"action": "ping.1.2", "payload": {"x": "1.v1.2", "link": f"{stamp!r}.a.b"}}
    ).encode()
    texts: dict[str, tuple[Parts, ...]] = {
        "smartrecruiters": (
            (
                stamp,
                b'{"job_id":"j.1"}',
                b"id-1",
                b"application.status.updated",
                b"v201910",
                b"https://a.example/v1.2",
            ),
            (stamp, b"{}", b"id-2", b"candidate.deleted", b"", b""),
        ),
        "standard": ((b"msg_1", stamp, body), (b"msg_2", stamp, b'{"a": "1700000000.{}"}')),
        "careerrelay": ((b"msg_3", stamp, body),),
        "teamtailor": ((stamp, body), (b"123456",)),
        "lever": ((b"0123456789abcdef0123", b"1775012400000"), (b"token1", b"1775012400001")),
    }
    captured = []
    for scheme in SCHEMES:
        for parts in texts.get(scheme.vendor, ((body,),)):
            if len(parts) == scheme.parts:
                signed = scheme.glue.join(parts)
                code = hmac.digest(key, signed, "sha256")
                headers, sent = scheme.wrap(parts, code)
                captured.append(Captured(scheme.vendor, signed, code, headers, sent))
    return captured


def forgeries(
    vendor: Vendor, captured: list[Captured], draw: random.Random, count: int
) -> Iterator[tuple[Headers, bytes]]:
    """Yield requests to the vendor's verifier that nobody with the key has made."""
    schemes = [scheme for scheme in SCHEMES if scheme.vendor == vendor.name]
    own = [delivery for delivery in captured if delivery.scheme == vendor.name]
    genuine = {(delivery.headers, delivery.body) for delivery in captured}
    made = 0
    while made < count:
        forged = draw.choice((_recut, _changed))(schemes, own, captured, draw)
        if forged is not None and forged not in genuine:
            made += 1
            yield forged


def _recut(
    schemes: list[Scheme], _own: list[Captured], captured: list[Captured], draw: random.Random
) -> tuple[Headers, bytes] | None:
    """Cut a captured text into the parts of another scheme, or of the same in another way."""
    scheme, delivery = draw.choice(schemes), draw.choice(captured)
    if scheme.parts == 1 and scheme.glue == b"" and delivery.body == delivery.signed:
        return None  # the body of another connection with the same secret, which the configuration refuses
    parts = cut(delivery.signed, scheme, draw)
    return None if parts is None else scheme.wrap(parts, delivery.code)


def cut(signed: bytes, scheme: Scheme, draw: random.Random) -> Parts | None:
    """Return parts of the scheme that join to the signed text, anywhere it can be cut; None if it cannot."""
    places = [
        at for at in range(len(signed) + 1) if signed[at : at + len(scheme.glue)] == scheme.glue
    ]
    if len(places) < scheme.parts - 1:
        return None
    parts, start = [], 0
    for at in sorted(draw.sample(places, scheme.parts - 1)):
        parts.append(signed[start:at])
        start = at + len(scheme.glue)
    return (*parts, signed[start:])


def _changed(
    _schemes: list[Scheme], own: list[Captured], captured: list[Captured], draw: random.Random
) -> tuple[Headers, bytes]:
    """Change bytes, the body, a header or the code of a genuine delivery."""
    delivery, other = draw.choice(own), draw.choice(captured)
    headers, body = list(delivery.headers), bytearray(delivery.body)
    kind = draw.randrange(5)
    if kind == 0 and body:
        body[draw.randrange(len(body))] ^= draw.randrange(1, 256)
    elif kind == 1:
        body = bytearray(other.body)
    elif kind == 2 and headers:
        at = draw.randrange(len(headers))
        headers[at] = (headers[at][0], headers[at][1][: draw.randrange(len(headers[at][1]) + 1)])
    elif kind == 3 and headers:
        headers.append(draw.choice(headers))
    else:
        body += draw.choice((b" ", b"\n", b"x", b"{}", b"\x00"))
    return tuple(headers), bytes(body)
