"""The gateway's connections with their secrets resolved, or one error that lists everything missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.tenants.config import Connection, Secret, Tenancy, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.secret_store import SecretStore
from streams.ingest.tokens import Token, parse_token

QUARANTINE_PURPOSE, PERSON_PURPOSE = b"hirelay/quarantine/1", b"hirelay/person/1"


@dataclass(frozen=True, kw_only=True)
class ResolvedConnection:
    """One connection with its keys; `secrets` is empty until the vendor has issued one."""

    tenant: Tenant
    connection: Connection
    secrets: tuple[bytes, ...] = field(repr=False)
    address_key: bytes = field(default=b"", repr=False)
    quarantine_key: bytes = field(repr=False)
    person_key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The validated tenancy, its connections by (vendor, connection id), and its API tokens."""

    tenancy: Tenancy
    connections: Mapping[tuple[str, str], ResolvedConnection]
    tokens: tuple[Token, ...] = ()


# Vendor name → parser of a secret's text into a signing key (ValueError if unusable).
KeyParsers = Mapping[str, Callable[[bytes], bytes]]


def load(path: Path, environ: Mapping[str, str], keys: KeyParsers) -> Configuration:
    """Load the configuration at `path`; raise Misconfigured with every problem in it.

    Secret files are relative to the directory of `path`.
    """
    return resolve(load_tenancy(path), SecretStore(environ, path.parent), keys)


def watched_files(path: Path, tenancy: Tenancy) -> list[Path]:
    """Return the files that a reload watches: the configuration and every secret file that it names."""
    secrets = [
        secret
        for tenant in tenancy.tenants
        for secret in (
            tenant.quarantine_key,
            tenant.person_key,
            *tenant.api_tokens,
            *(s for connection in tenant.connections for s in _all_secrets(connection)),
        )
    ]
    return [path, *(path.parent / secret.file for secret in secrets if secret.file is not None)]


def _all_secrets(connection: Connection) -> tuple[Secret, ...]:
    key = connection.address_key
    return connection.secrets if key is None else (*connection.secrets, key)


def resolve(tenancy: Tenancy, store: SecretStore, keys: KeyParsers) -> Configuration:
    """Resolve the connections and tokens of a tenancy; raise Misconfigured."""
    problems: list[str] = []
    resolved: dict[tuple[str, str], ResolvedConnection] = {}
    for tenant in tenancy.tenants:
        where = f"tenant {tenant.id}"
        quarantine = store.find(tenant.quarantine_key, f"{where}, quarantine_key", problems)
        person = store.find(tenant.person_key, f"{where}, person_key", problems)
        for connection in tenant.connections:
            resolved[connection.vendor, connection.id] = ResolvedConnection(
                tenant=tenant,
                connection=connection,
                secrets=_secrets(connection, store, keys, problems),
                address_key=_address_key(connection, store, problems),
                quarantine_key=derive_key(quarantine, QUARANTINE_PURPOSE),
                person_key=derive_key(person, PERSON_PURPOSE),
            )
    tokens = _tokens(tenancy, store, problems)
    if problems:
        raise Misconfigured(
            "\n".join(["the gateway cannot start:", *(f"  {problem}" for problem in problems)])
        )
    return Configuration(tenancy=tenancy, connections=resolved, tokens=tokens)


def derive_key(secret: bytes, purpose: bytes) -> bytes:
    """Derive a 32-byte key for one purpose from a secret of any length (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _secrets(
    connection: Connection, store: SecretStore, keys: KeyParsers, problems: list[str]
) -> tuple[bytes, ...]:
    owner = f"connection {connection.id}"
    parse_key = keys.get(connection.vendor)
    if parse_key is None:
        problems.append(
            f"{owner}: no vendor {connection.vendor!r}; known: {', '.join(sorted(keys))}"
        )
        return ()
    signing_keys: list[bytes] = []
    for number, secret in enumerate(connection.secrets, start=1):
        if store.is_pending(secret):
            continue
        text = store.find(secret, f"{owner}, secret {number}", problems)
        if not text:
            continue
        try:
            signing_keys.append(parse_key(text))
        except ValueError as error:
            problems.append(f"{owner}, secret {number} ({secret.env or secret.file}): {error}")
    return tuple(signing_keys)


def _tokens(tenancy: Tenancy, store: SecretStore, problems: list[str]) -> tuple[Token, ...]:
    """Return every active token; a token that two tenants share is a problem."""
    tokens: dict[bytes, Token] = {}
    for tenant in tenancy.tenants:
        for number, secret in enumerate(tenant.api_tokens, start=1):
            owner = f"tenant {tenant.id}, api_token {number}"
            text = b"" if store.is_pending(secret) else store.find(secret, owner, problems)
            if not text:
                continue
            try:
                api_token = parse_token(tenant, text)
            except ValueError as error:
                problems.append(f"{owner} ({secret.env or secret.file}): {error}")
                continue
            other = tokens.setdefault(api_token.digest, api_token).tenant
            if other.id != tenant.id:
                problems.append(
                    f"{owner}: the same as a token of tenant {other.id}; create another"
                )
    return tuple(tokens.values())


def _address_key(connection: Connection, store: SecretStore, problems: list[str]) -> bytes:
    if connection.address_key is None:
        return b""
    return store.find(connection.address_key, f"connection {connection.id}, address_key", problems)
