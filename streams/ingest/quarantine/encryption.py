"""Encryption of quarantined deliveries under the tenant's key, so that only its operators can decrypt them."""

import base64
import hashlib
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import Condition, Malformed
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.connections import ResolvedConnection
from streams.ingest.vendor import Context, Headers, Translation

UNVERIFIED_REASONS = frozenset({"bad_signature", "pending_secret"})
FORMAT = "2"
NONCE_BYTES = 12  # bytes; the size AES-GCM is specified for
# Stored among the headers, whose names cannot start with a colon.
ADDRESS_KEY_HEADER = ":address-key"
# Credentials of the connection that a replay does not need.
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def encrypt(key: bytes, headers: Headers, body: bytes, identity: str = "") -> str:
    """Return `2.<key id>.<base64 of nonce and AES-256-GCM ciphertext>`; the plaintext is JSON with `headers` and `body`.

    `identity` (of tenant, connection and entry) is authenticated, so that a text moved to another entry cannot be
    decrypted there.
    """
    stored = [[name, value] for name, value in headers if name not in CREDENTIAL_HEADERS]
    plaintext = json.dumps({"headers": stored, "body": base64.b64encode(body).decode()}).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, plaintext, identity.encode())
    return f"{FORMAT}.{key_id(key)}.{base64.b64encode(nonce + ciphertext).decode()}"


def decrypt(keys: tuple[bytes, ...], sealed: str, identity: str = "") -> tuple[Headers, bytes]:
    """Return headers and body of an encrypted delivery; raise Malformed for an unknown key or damaged data.

    A text without a format is of the first one, which authenticates no identity and names no key.
    """
    version, _, rest = sealed.partition(".")
    name, _, encoded = rest.partition(".")
    is_first = not rest
    matching = [key for key in keys if is_first or (version == FORMAT and key_id(key) == name)]
    associated = None if is_first else identity.encode()
    for key in matching:
        try:
            payload = base64.b64decode(sealed if is_first else encoded, validate=True)
            nonce, ciphertext = payload[:NONCE_BYTES], payload[NONCE_BYTES:]
            plaintext = json.loads(AESGCM(key).decrypt(nonce, ciphertext, associated))
        except (InvalidTag, ValueError):
            continue
        stored = tuple((header, value) for header, value in plaintext["headers"])
        return stored, base64.b64decode(plaintext["body"])
    raise Malformed(
        "sealed",
        "not encrypted with a key of this tenant, or damaged; list an older key under previous_quarantine_keys",
    )


def key_id(key: bytes) -> str:
    """Return the public name of a key: 8 hex digits."""
    return hashlib.sha256(b"hirelay/key-id/" + key).hexdigest()[:8]


def identity_of(tenant: str, connection: str, entry: str) -> str:
    """Return what a ciphertext is bound to."""
    return f"{tenant}/{connection}/{entry}"


def entry_id(connection: str, body: bytes, unverified: Headers = ()) -> str:
    """Return the id of a quarantined body, the same for every redelivery: 32 hex digits.

    Of an unverified delivery the headers count too, so that a repeat of its body by someone who cannot sign it never
    takes the place of the genuine one that waits for a secret.
    """
    own = "".join(f"\x1f{name}\x1e{value}" for name, value in unverified)
    text = connection.encode() + b"\x1f" + body + own.encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def quarantine_entry(  # noqa: PLR0913, PLR0917 - all fields of an entry
    resolved: ResolvedConnection,
    headers: Headers,
    body: bytes,
    condition: Condition,
    context: Context,
    translation: Translation | None = None,
) -> QuarantineEntry:
    """Build the `quarantine` entry of a delivery that could not be parsed or verified.

    `translation` is the rest of the delivery if a part was accepted.
    """
    unverified = headers if condition.reason in UNVERIFIED_REASONS else ()
    entry = entry_id(resolved.connection.id, body, unverified)
    identity = identity_of(resolved.tenant.id, resolved.connection.id, entry)
    return QuarantineEntry.model_validate(
        {
            "id": entry,
            "tenant": resolved.tenant.id,
            "connection": resolved.connection.id,
            "vendor": resolved.connection.vendor,
            "vendorevent": translation.event or None if translation is not None else None,
            "part": translation is not None and bool(translation.events),
            "reason": condition.reason,
            "detail": condition.detail[:500],
            "at": context.now,
            "sealed": encrypt(resolved.quarantine_key, headers, body, identity),
        }
    )
