"""Deliveries set aside: their bytes are sealed under the tenant's key, so that only its operators can open them."""

import base64
import hashlib
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import Condition, Malformed
from schemas.kafka.quarantine import SetAside
from streams.ingest.connections import ResolvedConnection
from streams.ingest.vendor import Context, Headers, Translation

NONCE = 12  # bytes; the size AES-GCM is specified for
ADDRESS = ":address-key"  # kept among the headers, whose names cannot begin so
# Passwords of the connection that no replay needs.
NEVER_KEPT = frozenset({"authorization", "proxy-authorization", "cookie"})


def seal(key: bytes, headers: Headers, body: bytes) -> str:
    """Base64 of nonce and AES-256-GCM ciphertext; the plaintext is JSON with `headers` and base64 `body`."""
    kept = [[name, value] for name, value in headers if name not in NEVER_KEPT]
    plain = json.dumps({"headers": kept, "body": base64.b64encode(body).decode()}).encode()
    nonce = secrets.token_bytes(NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode()


def open_sealed(key: bytes, sealed: str) -> tuple[Headers, bytes]:
    """Headers and body of a sealed delivery; raise Malformed if the key is another or a byte was changed."""
    try:
        whole = base64.b64decode(sealed, validate=True)
        plain = json.loads(AESGCM(key).decrypt(whole[:NONCE], whole[NONCE:], None))
    except (InvalidTag, ValueError) as error:
        raise Malformed("sealed", "not sealed with this tenant's key, or damaged") from error
    return tuple((name, value) for name, value in plain["headers"]), base64.b64decode(plain["body"])


def entry_id(connection: str, body: bytes) -> str:
    """The id under which these bytes are set aside, however often they are delivered: 32 hex digits."""
    return hashlib.sha256(connection.encode() + b"\x1f" + body).hexdigest()[:32]


def set_aside(  # noqa: PLR0913, PLR0917 - everything that an entry says
    door: ResolvedConnection,
    headers: Headers,
    body: bytes,
    why: Condition,
    context: Context,
    told: Translation | None = None,
) -> SetAside:
    """The `quarantine` entry of a delivery that could not be understood or trusted.

    `told` is the rest of it, where a part was accepted.
    """
    return SetAside.model_validate(
        {
            "id": entry_id(door.connection.id, body),
            "tenant": door.tenant.id,
            "connection": door.connection.id,
            "vendor": door.connection.vendor,
            "vendorevent": told.event or None if told is not None else None,
            "part": told is not None and bool(told.events),
            "reason": why.reason,
            "detail": why.detail[:500],
            "at": context.now,
            "sealed": seal(door.quarantine_key, headers, body),
        }
    )
