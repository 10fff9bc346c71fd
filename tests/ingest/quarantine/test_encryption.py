"""A quarantined delivery is readable only with its tenant's key, and keeps its id over redeliveries."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import Malformed
from streams.ingest.quarantine import encryption
from tests.ingest.gateways import configuration, context

CONNECTION = configuration().connections["greenhouse", "acme-greenhouse"]
KEY = CONNECTION.quarantine_key
HEADERS = (("signature", "s"), ("authorization", "Basic x"))


def test_encrypted_body_decrypts_with_its_key() -> None:
    """Decryption returns the original bytes and headers, without the connection's credentials."""
    sealed = encryption.encrypt(KEY, HEADERS, b"\x00body", "acme/gh/1")

    assert encryption.decrypt((KEY,), sealed, "acme/gh/1") == ((("signature", "s"),), b"\x00body")


def test_other_key_place_and_damage_are_refused() -> None:
    """A wrong key, another entry's place and a changed byte are refused."""
    sealed = encryption.encrypt(KEY, HEADERS, b"body", "acme/gh/1")
    version, name, encoded = sealed.split(".")
    damaged = bytearray(base64.b64decode(encoded))
    damaged[20] ^= 1
    for key, text, place in (
        (CONNECTION.person_keys.keys[0], sealed, "acme/gh/1"),
        (KEY, sealed, "acme/gh/2"),
        (KEY, f"{version}.{name}.{base64.b64encode(damaged).decode()}", "acme/gh/1"),
        (KEY, f"3.{name}.{encoded}", "acme/gh/1"),
        (KEY, encoded, "acme/gh/1"),
        (KEY, "!", "acme/gh/1"),
    ):
        with pytest.raises(Malformed):
            encryption.decrypt((key,), text, place)


def test_a_rotated_key_loses_nothing() -> None:
    """What was encrypted under a previous key, in either format, is read with it; without it, it is refused."""
    nonce, old = bytes(12), bytes(range(32))
    plaintext = b'{"headers": [["a", "b"]], "body": "Ym9keQ=="}'
    first_format = base64.b64encode(nonce + AESGCM(old).encrypt(nonce, plaintext, None)).decode()
    for text in (first_format, encryption.encrypt(old, (("a", "b"),), b"body", "place")):
        assert encryption.decrypt((KEY, old), text, "place") == ((("a", "b"),), b"body")
        with pytest.raises(Malformed, match="previous_quarantine_keys"):
            encryption.decrypt((KEY,), text, "place")


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
