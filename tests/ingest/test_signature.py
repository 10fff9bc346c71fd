"""Only what was signed with an active secret, byte for byte, is trusted."""

import base64
import hmac
import random
from datetime import UTC, datetime, timedelta

import pytest

from schemas.errors import Unauthentic
from streams.ingest.vendor import Headers
from streams.ingest.vendors.greenhouse import verifier as greenhouse
from streams.ingest.vendors.standard import verifier as standard

# Computed from Greenhouse's documented scheme.
GREENHOUSE_KEY = b"test-secret"
GREENHOUSE_BODY = (
    '{"action":"candidate_stage_change","payload":{"application":{"id":1,'
    '"jobs":[{"id":2,"name":"\\u003cb\\u003e採用\\u003c/b\\u003e"}]}}}'
).encode()
GREENHOUSE: Headers = (
    ("signature", "sha256 891e2e3b4f7c3cb5058264bb56408f575d83cd6972e141a544dc87e20e74b01c"),
)
# The official vector of Standard Webhooks 1.0.
STANDARD_KEY = standard.key(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD: Headers = (
    ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
    ("webhook-timestamp", "1614265330"),
    ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
)
THEN = datetime.fromtimestamp(1614265330, UTC)
CASES = [
    pytest.param(greenhouse.verify, GREENHOUSE, GREENHOUSE_BODY, GREENHOUSE_KEY, id="greenhouse"),
    pytest.param(standard.verify, STANDARD, STANDARD_BODY, STANDARD_KEY, id="standard"),
]


def accepts(verify, headers: Headers, body: bytes, *keys: bytes, now: datetime = THEN) -> bool:  # type: ignore[no-untyped-def]
    """Whether the delivery is trusted."""
    try:
        verify(headers, body, keys, now)
    except Unauthentic:
        return False
    return True


@pytest.mark.parametrize(("verify", "headers", "body", "key"), CASES)
def test_vector_is_accepted(verify, headers, body, key) -> None:  # type: ignore[no-untyped-def]
    """What the vendor signs is trusted, with the old and the new secret active."""
    assert accepts(verify, headers, body, b"another", key)
    assert accepts(verify, headers, body, key, b"another")


@pytest.mark.parametrize(("verify", "headers", "body", "key"), CASES)
def test_other_secret_is_refused(verify, headers, body, key) -> None:  # type: ignore[no-untyped-def]
    """A secret that is not active opens nothing."""
    assert not accepts(verify, headers, body, key + b"x")
    assert not accepts(verify, headers, body)


@pytest.mark.parametrize(("verify", "headers", "body", "key"), CASES)
def test_every_changed_byte_is_refused(verify, headers, body, key) -> None:  # type: ignore[no-untyped-def]
    """One changed byte, in the body or in a header, and the delivery is refused."""
    draw = random.Random(1)
    for _ in range(1_500):
        parts = [value.encode() for _, value in headers] + [body]
        which = draw.randrange(len(parts))
        at = draw.randrange(len(parts[which]))
        changed = bytearray(parts[which])
        changed[at] = (changed[at] + draw.randrange(1, 128)) % 256
        parts[which] = bytes(changed)
        names = [name for name, _ in headers]
        values = [part.decode("latin-1") for part in parts[:-1]]
        assert not accepts(verify, tuple(zip(names, values, strict=True)), parts[-1], key)


@pytest.mark.parametrize(("verify", "headers", "body", "key"), CASES)
def test_every_lost_or_doubled_header_is_refused(verify, headers, body, key) -> None:  # type: ignore[no-untyped-def]
    """A header that is missing, or there twice, is refused even if one of the two is right."""
    for index in range(len(headers)):
        assert not accepts(verify, headers[:index] + headers[index + 1 :], body, key)
        assert not accepts(verify, (*headers, headers[index]), body, key)


def test_signature_list() -> None:
    """While a secret is changed the sender signs with both, and one of them is enough."""
    both = (*STANDARD[:2], ("webhook-signature", f"v1a,AAAA v1,AAAA {STANDARD[2][1]}"))

    assert accepts(standard.verify, both, STANDARD_BODY, STANDARD_KEY)


@pytest.mark.parametrize(("minutes", "expected"), [(-6, False), (-4, True), (4, True), (6, False)])
def test_old_and_future_attempts(minutes: int, expected: bool) -> None:
    """A delivery that was signed more than five minutes away may be a replay."""
    now = THEN + timedelta(minutes=minutes)

    assert expected == accepts(standard.verify, STANDARD, STANDARD_BODY, STANDARD_KEY, now=now)


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "٣", "9" * 40])
def test_strange_timestamps(stamp: str) -> None:
    """A timestamp that is no number is refused, even when it is signed."""
    signed = b"m." + stamp.encode() + b".{}"
    mac = base64.b64encode(hmac.digest(STANDARD_KEY, signed, "sha256")).decode()
    headers = (
        ("webhook-id", "m"),
        ("webhook-timestamp", stamp),
        ("webhook-signature", f"v1,{mac}"),
    )

    assert not accepts(standard.verify, headers, b"{}", STANDARD_KEY)


@pytest.mark.parametrize("secret", [b"", b"plain", b"whsec_", b"whsec_!!!", b"whsec_AAAA"])
def test_unusable_secrets(secret: bytes) -> None:
    """A secret that cannot protect anything is noticed before the gateway opens."""
    with pytest.raises(ValueError, match=r"secret|base64"):
        standard.key(secret)
