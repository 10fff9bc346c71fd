"""What is set aside can be read by its tenant alone, and is the same entry however often it comes."""

import base64

import pytest

from schemas.errors import Malformed
from streams.ingest.quarantine import encryption
from tests.ingest.gateways import configuration, context

DOOR = configuration().doors["greenhouse", "acme-greenhouse"]
HEADERS = (("signature", "s"), ("authorization", "Basic x"))


def test_sealed_opens_with_its_key() -> None:
    """An operator of the tenant reads back the very bytes, without the connection's password."""
    sealed = encryption.seal(DOOR.quarantine_key, HEADERS, b"\x00body")

    assert encryption.open_sealed(DOOR.quarantine_key, sealed) == (
        (("signature", "s"),),
        b"\x00body",
    )


def test_other_key_and_damage_are_refused() -> None:
    """Neither another tenant's key nor a changed byte opens it."""
    sealed = encryption.seal(DOOR.quarantine_key, HEADERS, b"body")
    damaged = bytearray(base64.b64decode(sealed))
    damaged[20] ^= 1
    for key, text in (
        (DOOR.person_key, sealed),
        (DOOR.quarantine_key, base64.b64encode(damaged).decode()),
        (DOOR.quarantine_key, "!"),
    ):
        with pytest.raises(Malformed):
            encryption.open_sealed(key, text)


def test_entry_keeps_its_id() -> None:
    """The same bytes at the same door are one entry, and show nothing of their content."""
    why = Malformed("not_json", "the body is not JSON")
    first, again = (encryption.set_aside(DOOR, HEADERS, b"Taro", why, context()) for _ in range(2))

    assert first.id == again.id
    assert first.sealed != again.sealed
    assert "Taro" not in first.model_dump_json()
