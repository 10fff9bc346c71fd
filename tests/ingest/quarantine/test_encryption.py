"""A quarantined delivery is readable only with its tenant's key, and keeps its id over redeliveries."""

import base64

import pytest

from schemas.errors import Malformed
from streams.ingest.quarantine import encryption
from tests.ingest.gateways import configuration, context

CONNECTION = configuration().connections["greenhouse", "acme-greenhouse"]
HEADERS = (("signature", "s"), ("authorization", "Basic x"))


def test_encrypted_body_decrypts_with_its_key() -> None:
    """Decryption returns the original bytes and headers, without the connection's credentials."""
    sealed = encryption.encrypt(CONNECTION.quarantine_key, HEADERS, b"\x00body")

    assert encryption.decrypt(CONNECTION.quarantine_key, sealed) == (
        (("signature", "s"),),
        b"\x00body",
    )


def test_other_key_and_damage_are_refused() -> None:
    """A wrong key and a changed byte are refused."""
    sealed = encryption.encrypt(CONNECTION.quarantine_key, HEADERS, b"body")
    damaged = bytearray(base64.b64decode(sealed))
    damaged[20] ^= 1
    for key, text in (
        (CONNECTION.person_key, sealed),
        (CONNECTION.quarantine_key, base64.b64encode(damaged).decode()),
        (CONNECTION.quarantine_key, "!"),
    ):
        with pytest.raises(Malformed):
            encryption.decrypt(key, text)


def test_entry_keeps_its_id() -> None:
    """The same bytes on the same connection get the same id, and the entry shows nothing of the content."""
    condition = Malformed("not_json", "the body is not JSON")
    first, again = (
        encryption.quarantine_entry(CONNECTION, HEADERS, b"Taro", condition, context())
        for _ in range(2)
    )

    assert first.id == again.id
    assert first.sealed != again.sealed
    assert "Taro" not in first.model_dump_json()
