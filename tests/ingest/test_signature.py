"""Only what was signed with an active secret, byte for byte, is trusted: every vendor by its own scheme."""

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
from streams.ingest.vendor import Headers
from streams.ingest.vendors import VENDORS
from streams.ingest.vendors.standard import verifier as standard

MUTATIONS = 1_500
FOLDER = Path(__file__).parents[1] / "vendors"


@dataclass(frozen=True)
class Vector:
    """A signed delivery. `names` are the headers that the signature is in or covers; of `body` all of it, unless `inside`."""

    id: str
    vendor: str
    headers: Headers
    body: bytes
    key: bytes
    seconds: int
    inside: tuple[str, ...] = ()

    def accepted(self, *keys: bytes, now: datetime | None = None) -> bool:
        """Whether the vendor's verifier trusts it."""
        verify = next(each.verify for each in VENDORS if each.name == self.vendor)
        moment = now or datetime.fromtimestamp(self.seconds, UTC)
        try:
            verify(self.headers, self.body, keys or (self.key,), moment)
        except Unauthentic:
            return False
        return True


def read(path: Path) -> list[Vector]:
    """The vectors of a vendor, in `_vectors.json` beside its fixtures; bodies and headers are text."""
    vendor = next(each for each in VENDORS if each.name == path.parent.name)
    return [
        Vector(
            id=each["id"],
            vendor=vendor.name,
            headers=tuple((name, value) for name, value in each["headers"]),
            body=each["body"].encode(),
            key=vendor.key(each["secret"].encode()),
            seconds=each["seconds"],
            inside=tuple(each.get("inside", ())),
        )
        for each in json.loads(path.read_text())
    ]


# Computed from each vendor's documented scheme; that of Standard Webhooks and the second of SmartRecruiters are official.
VECTORS = [vector for path in sorted(FOLDER.glob("*/_vectors.json")) for vector in read(path)]
EACH = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)


def of(name: str) -> Vector:
    """The vector of that id."""
    return next(each for each in VECTORS if each.id == name)


def with_byte(data: bytes, draw: random.Random) -> bytes:
    """The bytes with one of them changed."""
    at = draw.randrange(len(data))
    changed = bytearray(data)
    changed[at] = (changed[at] + draw.randrange(1, 256)) % 256
    return bytes(changed)


def mutated(vector: Vector, draw: random.Random) -> Vector:
    """The delivery with one byte changed of what is signed, or of the signature."""
    places: list[Callable[[], Vector]] = [
        lambda index=index: replace(  # type: ignore[misc]
            vector,
            headers=tuple(
                (name, with_byte(value.encode(), draw).decode("latin-1") if index == at else value)
                for at, (name, value) in enumerate(vector.headers)
            ),
        )
        for index in range(len(vector.headers))
    ]
    if not vector.inside:
        places.append(lambda: replace(vector, body=with_byte(vector.body, draw)))
    for name in vector.inside:
        places.append(lambda name=name: inner(vector, name, draw))  # type: ignore[misc]
    return draw.choice(places)()


def inner(vector: Vector, name: str, draw: random.Random) -> Vector:
    """One byte changed of a signed value within the body, in the bytes that are sent."""
    value = json.loads(vector.body)[name]
    before = json.dumps(value).encode()
    start = vector.body.index(before)
    end = start + len(before)
    return replace(
        vector,
        body=vector.body[:start] + with_byte(vector.body[start:end], draw) + vector.body[end:],
    )


def test_every_vendor_has_a_vector() -> None:
    """No vendor is trusted on paper only."""
    assert {vendor.name for vendor in VENDORS} == {vector.vendor for vector in VECTORS}


@EACH
def test_vector_is_accepted(vector: Vector) -> None:
    """What the vendor signs is trusted, with the old and the new secret active."""
    assert vector.accepted()
    assert vector.accepted(b"another", vector.key)
    assert vector.accepted(vector.key, b"another")


@EACH
def test_other_secret_is_refused(vector: Vector) -> None:
    """A secret that is not active opens nothing."""
    assert not vector.accepted(vector.key + b"x")
    assert not vector.accepted(b"\x00")


@EACH
def test_every_changed_byte_is_refused(vector: Vector) -> None:
    """One changed byte of what is signed or of the signature, and the delivery is refused."""
    draw = random.Random(1)
    accepted = [
        each for each in (mutated(vector, draw) for _ in range(MUTATIONS)) if each.accepted()
    ]

    assert accepted == []


@EACH
def test_every_lost_or_doubled_header_is_refused(vector: Vector) -> None:
    """A header that is missing, or there twice, is refused even if one of the two is right."""
    headers = vector.headers
    for index, header in enumerate(headers):
        assert not replace(vector, headers=headers[:index] + headers[index + 1 :]).accepted()
        assert not replace(vector, headers=(*headers, header)).accepted()
        assert not replace(vector, headers=(*headers, (header[0], ""))).accepted()


@EACH
def test_hostile_bodies_and_headers_are_refused_without_a_fault(vector: Vector) -> None:
    """Whatever is sent instead, the answer is no, and never an exception."""
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
    """While a secret is changed the sender signs with both, and one of them is enough."""
    ours = of("standard")
    both = f"v1a,AAAA v1,AAAA {ours.headers[2][1]}"
    theirs = of("smartrecruiters")
    listed = f"v2=00;v1={'0' * 64}; {theirs.headers[-1][1]}"

    assert replace(ours, headers=(*ours.headers[:2], ("webhook-signature", both))).accepted()
    assert replace(
        theirs, headers=(*theirs.headers[:-1], ("smartrecruiters-signature", listed))
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
    """A delivery that was signed longer ago than the vendor would still send it may be a replay."""
    vector = of(name)
    now = datetime.fromtimestamp(vector.seconds, UTC) + timedelta(minutes=minutes)

    assert expected == vector.accepted(now=now)


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "٣", "9" * 40])
def test_strange_timestamps(stamp: str) -> None:
    """A timestamp that is no number is refused, even when it is signed."""
    ours = of("standard")
    mac = hmac.digest(ours.key, b"m." + stamp.encode() + b".{}", "sha256")
    headers = (
        ("webhook-id", "m"),
        ("webhook-timestamp", stamp),
        ("webhook-signature", f"v1,{base64.b64encode(mac).decode()}"),
    )
    tt = hmac.digest(b"test-secret", stamp.encode() + b"." + of("teamtailor").body, "sha256").hex()
    theirs = base64.b64encode(f"t={stamp},v2={tt}".encode()).decode()

    assert not replace(ours, headers=headers, body=b"{}").accepted()
    assert not replace(of("teamtailor"), headers=(("tt-signature", theirs),)).accepted()


def test_the_older_signature_of_teamtailor_is_refused() -> None:
    """Version 1 signs the id of the resource and nothing else; whoever has seen one could send any body."""
    body = b'{"payload": {"event_name": "job_application.update", "data": {"id": "7"}}}'
    digest = hmac.digest(b"test-secret", b"7", "sha256").hex()
    old = base64.b64encode(digest.encode()).decode()

    assert not replace(of("teamtailor"), headers=(("tt-signature", old),), body=body).accepted()


def test_lever_signs_digits_not_values() -> None:
    """The time is signed as it is written; the same number written otherwise is another signature."""
    body = of("lever").body.decode()
    for other in ("1782974004990.0", "1.78297400499e12", "01782974004990"):
        changed = body.replace("1782974004990", other).encode()
        assert not replace(of("lever"), body=changed).accepted()
    assert replace(
        of("lever"), body=body.replace("1782974004990", '"1782974004990"').encode()
    ).accepted()


def test_a_name_that_stands_twice_is_refused() -> None:
    """Two readers of one body could take two tokens out of it."""
    doubled = of("lever").body.decode().replace('"token"', '"token": "other", "token"').encode()

    assert not replace(of("lever"), body=doubled).accepted()


@pytest.mark.parametrize("secret", [b"", b"plain", b"whsec_", b"whsec_!!!", b"whsec_AAAA"])
def test_unusable_secrets(secret: bytes) -> None:
    """A secret that cannot protect anything is noticed before the gateway opens."""
    with pytest.raises(ValueError, match=r"secret|base64"):
        standard.key(secret)


def test_short_secrets() -> None:
    """A secret of a few letters is refused; what customers may have typed is taken."""
    with pytest.raises(ValueError, match="7 bytes"):
        signature.plain_key(b"sevenXX")
    assert signature.plain_key(b"test-secret") == b"test-secret"
