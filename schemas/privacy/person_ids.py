"""What a person is known by: a digest of an address under the company's keys, which a rotation of the key carries on.

Under the first key k1 it is HMAC-SHA256(k1, address) (RFC 2104), under the second `<id of k2>` and HMAC(k2, that), and so on.
So an id can be brought under a newer key by whoever has that key and without the address; who has only an older key can
neither compute the newer id of an address nor recognise one.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

KEY_ID_DIGITS = 8
DIGEST_DIGITS = 32


@dataclass(frozen=True)
class PersonKeys:
    """The keys of a company, the oldest first; without one, every address has the same unusable id."""

    keys: tuple[bytes, ...] = field(repr=False)

    def id_of(self, address: str) -> str:
        """Return the id of an e-mail address or another name of a person: 32 hex digits, 40 after a rotation."""
        normal = unicodedata.normalize("NFKC", address).strip().casefold()
        first, *newer = self.keys
        return _carried_on(_digest(first, normal), newer)

    def upgraded(self, id_: str) -> str | None:
        """Return an id under the newest key; None for one that no key of these has made."""
        of_key = {"": 0} | {key_id(key): n for n, key in enumerate(self.keys[1:], start=1)}
        number = of_key.get(generation(id_))
        if number is None or not _is_digest(id_):
            return None
        return _carried_on(id_, self.keys[number + 1 :])

    @property
    def generation(self) -> str:
        """The generation of ids that are made now."""
        return "" if len(self.keys) < 2 else key_id(self.keys[-1])


def generation(id_: str) -> str:
    """Return the id of the key that a person's id was brought under; empty for the company's first key."""
    return id_[:KEY_ID_DIGITS] if len(id_) == KEY_ID_DIGITS + DIGEST_DIGITS else ""


def key_id(key: bytes) -> str:
    """Return the public name of a key: 8 hex digits."""
    return hashlib.sha256(b"hirelay/person-key-id/" + key).hexdigest()[:KEY_ID_DIGITS]


def _carried_on(id_: str, keys: Sequence[bytes]) -> str:
    for key in keys:
        id_ = key_id(key) + _digest(key, id_)
    return id_


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()[:DIGEST_DIGITS]


def _is_digest(id_: str) -> bool:
    is_long_enough = len(id_) in {DIGEST_DIGITS, KEY_ID_DIGITS + DIGEST_DIGITS}
    return is_long_enough and all(digit in "0123456789abcdef" for digit in id_)
