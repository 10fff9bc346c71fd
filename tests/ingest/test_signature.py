"""Each vendor's verifier accepts exactly what was signed with an active secret."""

import base64
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import Unauthentic
from streams.ingest import signature
from streams.ingest import standard_webhooks as standard
from streams.ingest.vendor import Headers
from streams.ingest.vendors import VENDORS

MUTATIONS = 1_500
FOLDER = Path(__file__).parents[1] / "vendors"


@dataclass(frozen=True)
class Vector:
    """A signed delivery; the signature covers the whole body, or only the fields `inside` it."""

    id: str
    vendor: str
    headers: Headers
    body: bytes
    key: bytes
    seconds: int
    inside: tuple[str, ...] = ()

    def accepted(self, *keys: bytes, now: datetime | None = None) -> bool:
        """Return whether the vendor's verifier accepts it."""
        verify = next(vendor.verify for vendor in VENDORS if vendor.name == self.vendor)
        moment = now or datetime.fromtimestamp(self.seconds, UTC)
        try:
            verify(self.headers, self.body, keys or (self.key,), moment)
        except Unauthentic:
            return False
        return True


def read(path: Path) -> list[Vector]:
    """Read a vendor's vectors from `_vectors.json` beside its fixtures; bodies and headers are text."""
    vendor = next(vendor for vendor in VENDORS if vendor.name == path.parent.name)
    return [
        Vector(
            id=record["id"],
            vendor=vendor.name,
            headers=tuple((name, value) for name, value in record["headers"]),
            body=record["body"].encode(),
            key=vendor.key(record["secret"].encode()),
            seconds=record["seconds"],
            inside=tuple(record.get("inside", ())),
        )
        for record in json.loads(path.read_text())
    ]


# Computed from each vendor's documented scheme; those of Standard Webhooks and the second of SmartRecruiters are official.
VECTORS = [vector for path in sorted(FOLDER.glob("*/_vectors.json")) for vector in read(path)]
EACH_VECTOR = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)


def vector_of(name: str) -> Vector:
    """The vector of that id."""
    return next(vector for vector in VECTORS if vector.id == name)


def change_byte(data: bytes, draw: random.Random) -> bytes:
    """Return the data with one byte changed."""
    at = draw.randrange(len(data))
    changed = bytearray(data)
    changed[at] = (changed[at] + draw.randrange(1, 256)) % 256
    return bytes(changed)


def mutate(vector: Vector, draw: random.Random) -> Vector:
    """Return the delivery with one byte of the signature or the signed data changed."""
    places: list[Callable[[], Vector]] = [
        lambda index=index: replace(  # type: ignore[misc]
            vector,
            headers=tuple(
                (
                    name,
                    change_byte(value.encode(), draw).decode("latin-1") if index == at else value,
                )
                for at, (name, value) in enumerate(vector.headers)
            ),
        )
        for index in range(len(vector.headers))
    ]
    if not vector.inside:
        places.append(lambda: replace(vector, body=change_byte(vector.body, draw)))
    for name in vector.inside:
        places.append(lambda name=name: change_inner_byte(vector, name, draw))  # type: ignore[misc]
    return draw.choice(places)()


def change_inner_byte(vector: Vector, name: str, draw: random.Random) -> Vector:
    """Return the delivery with one byte of a signed value in the body changed."""
    value = json.loads(vector.body)[name]
    before = json.dumps(value).encode()
    start = vector.body.index(before)
    end = start + len(before)
    return replace(
        vector,
        body=vector.body[:start] + change_byte(vector.body[start:end], draw) + vector.body[end:],
    )


def test_every_vendor_has_a_vector() -> None:
    """Every vendor has at least one signature vector."""
    assert {vendor.name for vendor in VENDORS} == {vector.vendor for vector in VECTORS}


@EACH_VECTOR
def test_vector_is_accepted(vector: Vector) -> None:
    """A signed delivery is accepted, also while an old and a new secret are active."""
    assert vector.accepted()
    assert vector.accepted(b"another", vector.key)
    assert vector.accepted(vector.key, b"another")


@EACH_VECTOR
def test_other_secret_is_refused(vector: Vector) -> None:
    """A delivery signed with an inactive secret is refused."""
    assert not vector.accepted(vector.key + b"x")
    assert not vector.accepted(b"\x00")


@EACH_VECTOR
def test_every_changed_byte_is_refused(vector: Vector) -> None:
    """A delivery with one changed byte in the signature or the signed data is refused."""
    draw = random.Random(1)
    accepted = [
        mutant for mutant in (mutate(vector, draw) for _ in range(MUTATIONS)) if mutant.accepted()
    ]

    assert accepted == []


@EACH_VECTOR
def test_every_lost_or_doubled_header_is_refused(vector: Vector) -> None:
    """A delivery with a missing or repeated header is refused, even if one of the two is right."""
    headers = vector.headers
    for index, header in enumerate(headers):
        assert not replace(vector, headers=headers[:index] + headers[index + 1 :]).accepted()
        assert not replace(vector, headers=(*headers, header)).accepted()
        assert not replace(vector, headers=(*headers, (header[0], ""))).accepted()


@EACH_VECTOR
def test_hostile_bodies_and_headers_are_refused_without_a_fault(vector: Vector) -> None:
    """Hostile bodies and headers are refused without any other exception."""
    bodies = (b"", b"\xff", b"[]", b"1", b'"x"', b"[" * 100_000, b"9" * 100_000, b'{"token": {}}')
    texts = (
        "",
        "=",
        "sha256=",
        "v1=",
        "é",
        "x" * 10_000,
        "\udcff",
        "dD0x",
        base64.b64encode(b"t=x,v2=y").decode(),
    )
    for body in bodies:
        assert not replace(vector, body=body).accepted()
    for text in texts:
        headers = tuple((name, text) for name, _ in vector.headers)
        assert not headers or not replace(vector, headers=headers).accepted()


def test_signature_lists_of_a_rotation() -> None:
    """During a rotation the sender signs with both secrets, and one valid signature is enough."""
    standard_vector = vector_of("standard")
    both = f"v1a,AAAA v1,AAAA {standard_vector.headers[2][1]}"
    smartrecruiters_vector = vector_of("smartrecruiters")
    listed = f"v2=00;v1={'0' * 64}; {smartrecruiters_vector.headers[-1][1]}"

    assert replace(
        standard_vector, headers=(*standard_vector.headers[:2], ("webhook-signature", both))
    ).accepted()
    assert replace(
        smartrecruiters_vector,
        headers=(*smartrecruiters_vector.headers[:-1], ("smartrecruiters-signature", listed)),
    ).accepted()


@pytest.mark.parametrize(
    ("name", "minutes", "expected"),
    [
        *[("standard", minutes, abs(minutes) < 5) for minutes in (-6, -4, 4, 6)],
        *[("teamtailor", minutes, abs(minutes) < 5) for minutes in (-6, -4, 4, 6)],
        ("smartrecruiters", -60 * 24 * 4, False),
        ("smartrecruiters", 60 * 24, True),
        ("smartrecruiters", 60 * 24 * 4, False),
    ],
)
def test_old_and_future_attempts(name: str, minutes: int, expected: bool) -> None:
    """A delivery whose signed time is outside the vendor's tolerance is refused as a possible replay."""
    vector = vector_of(name)
    now = datetime.fromtimestamp(vector.seconds, UTC) + timedelta(minutes=minutes)

    assert expected == vector.accepted(now=now)


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "٣", "9" * 40])
def test_strange_timestamps(stamp: str) -> None:
    """A signed timestamp that is not a number is refused."""
    standard_vector = vector_of("standard")
    mac = hmac.digest(standard_vector.key, b"m." + stamp.encode() + b".{}", "sha256")
    headers = (
        ("webhook-id", "m"),
        ("webhook-timestamp", stamp),
        ("webhook-signature", f"v1,{base64.b64encode(mac).decode()}"),
    )
    tt = hmac.digest(
        b"test-secret", stamp.encode() + b"." + vector_of("teamtailor").body, "sha256"
    ).hex()
    teamtailor_signature = base64.b64encode(f"t={stamp},v2={tt}".encode()).decode()

    assert not replace(standard_vector, headers=headers, body=b"{}").accepted()
    assert not replace(
        vector_of("teamtailor"), headers=(("tt-signature", teamtailor_signature),)
    ).accepted()


def test_the_older_signature_of_teamtailor_is_refused() -> None:
    """Teamtailor's version 1 signature is refused: it covers only the resource id, so any body could be sent with it."""
    body = b'{"payload": {"event_name": "job_application.update", "data": {"id": "7"}}}'
    digest = hmac.digest(b"test-secret", b"7", "sha256").hex()
    old = base64.b64encode(digest.encode()).decode()

    assert not replace(
        vector_of("teamtailor"), headers=(("tt-signature", old),), body=body
    ).accepted()


def test_lever_signs_digits_not_values() -> None:
    """Lever signs the time's digits as written; another spelling of the same number is refused."""
    body = vector_of("lever").body.decode()
    for other in ("1782974004990.0", "1.78297400499e12", "01782974004990"):
        changed = body.replace("1782974004990", other).encode()
        assert not replace(vector_of("lever"), body=changed).accepted()
    assert replace(
        vector_of("lever"), body=body.replace("1782974004990", '"1782974004990"').encode()
    ).accepted()


def test_a_duplicate_json_key_is_refused() -> None:
    """A duplicate key is refused, because two parsers could read two different tokens."""
    doubled = (
        vector_of("lever").body.decode().replace('"token"', '"token": "other", "token"').encode()
    )

    assert not replace(vector_of("lever"), body=doubled).accepted()


@pytest.mark.parametrize("secret", [b"", b"plain", b"whsec_", b"whsec_!!!", b"whsec_AAAA"])
def test_unusable_secrets(secret: bytes) -> None:
    """An unusable secret is refused before the gateway starts."""
    with pytest.raises(ValueError, match=r"secret|base64"):
        standard.key(secret)


def test_short_secrets() -> None:
    """A secret of a few letters is refused; a typed secret of sufficient length is accepted."""
    with pytest.raises(ValueError, match="7 bytes"):
        signature.plain_key(b"sevenXX")
    assert signature.plain_key(b"test-secret") == b"test-secret"
