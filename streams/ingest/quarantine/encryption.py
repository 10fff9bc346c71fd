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
NONCE_BYTES = 12  # bytes; the size AES-GCM is specified for
# Stored among the headers, whose names cannot start with a colon.
ADDRESS_KEY_HEADER = ":address-key"
# Credentials of the connection that a replay does not need.
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def encrypt(key: bytes, headers: Headers, body: bytes) -> str:
    """Return base64 of nonce and AES-256-GCM ciphertext; the plaintext is JSON with `headers` and base64 `body`."""
    stored = [[name, value] for name, value in headers if name not in CREDENTIAL_HEADERS]
    plaintext = json.dumps({"headers": stored, "body": base64.b64encode(body).decode()}).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plaintext, None)).decode()


def decrypt(key: bytes, sealed: str) -> tuple[Headers, bytes]:
    """Return headers and body of an encrypted delivery; raise Malformed for a wrong key or damaged data."""
    try:
        payload = base64.b64decode(sealed, validate=True)
        plaintext = json.loads(
            AESGCM(key).decrypt(payload[:NONCE_BYTES], payload[NONCE_BYTES:], None)
        )
    except (InvalidTag, ValueError) as error:
        raise Malformed("sealed", "not encrypted with this tenant's key, or damaged") from error
    return tuple((name, value) for name, value in plaintext["headers"]), base64.b64decode(
        plaintext["body"]
    )


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
    return QuarantineEntry.model_validate(
        {
            "id": entry_id(resolved.connection.id, body, unverified),
            "tenant": resolved.tenant.id,
            "connection": resolved.connection.id,
            "vendor": resolved.connection.vendor,
            "vendorevent": translation.event or None if translation is not None else None,
            "part": translation is not None and bool(translation.events),
            "reason": condition.reason,
            "detail": condition.detail[:500],
            "at": context.now,
            "sealed": encrypt(resolved.quarantine_key, headers, body),
        }
    )
