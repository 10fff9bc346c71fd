"""The gateway's connections with their secrets resolved, or one error that lists everything missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.privacy.person_ids import PersonKeys
from schemas.tenants.config import Connection, Secret, Tenancy, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.secret_store import SecretStore
from streams.ingest.secret_safety import unsafe_secrets
from streams.ingest.tokens import Token, access_tokens, parse_token

QUARANTINE_PURPOSE, PERSON_PURPOSE = b"hirelay/quarantine/1", b"hirelay/person/1"


@dataclass(frozen=True, kw_only=True)
class ResolvedConnection:
    """One connection with its keys; `secrets` is empty until the vendor has issued one.

    `secret_ends` has the first day (UTC) on which each of them is refused; left out, none of them ends.
    """

    tenant: Tenant
    connection: Connection
    secrets: tuple[bytes, ...] = field(repr=False)
    secret_ends: tuple[date | None, ...] = ()
    address_key: bytes = field(default=b"", repr=False)
    quarantine_key: bytes = field(repr=False)
    previous_quarantine_keys: tuple[bytes, ...] = field(default=(), repr=False)
    person_keys: PersonKeys

    def active_secrets(self, day: date) -> tuple[bytes, ...]:
        """Return the secrets that verify deliveries of that day (UTC)."""
        ends = self.secret_ends or (None,) * len(self.secrets)
        return tuple(
            secret
            for secret, end in zip(self.secrets, ends, strict=True)
            if end is None or day < end
        )


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The validated tenancy, its connections by (vendor, connection id), and its API tokens."""

    tenancy: Tenancy
    connections: Mapping[tuple[str, str], ResolvedConnection]
    tokens: tuple[Token, ...] = ()


class Scheme(Protocol):
    """What a connection has to know of its vendor."""

    @property
    def key(self) -> Callable[[bytes], bytes]:
        """Parses a secret's text into a signing key; raises ValueError if it is unusable."""

    @property
    def needs_address_key(self) -> bool:
        """Whether no signature of the vendor covers the body."""


Schemes = Mapping[str, Scheme]  # by the vendor's name


def load(path: Path, environ: Mapping[str, str], schemes: Schemes) -> Configuration:
    """Load the configuration at `path`; raise Misconfigured with every problem in it.

    Secret files are relative to the directory of `path`.
    """
    tenancy, store = load_tenancy(path), SecretStore(environ, path.parent)
    configuration = resolve(tenancy, store, schemes)
    unsafe = list(unsafe_secrets(tenancy, path.parent, lambda secret: store.find(secret, "", [])))
    if unsafe:
        raise _misconfigured(unsafe)
    return configuration


def watched_files(path: Path, tenancy: Tenancy) -> list[Path]:
    """Return the files that a reload watches: the configuration and every secret file that it names."""
    secrets = [
        secret
        for tenant in tenancy.tenants
        for secret in (
            tenant.quarantine_key,
            *tenant.person_keys,
            *tenant.previous_quarantine_keys,
            *tenant.api_tokens,
            *(s for connection in tenant.connections for s in _all_secrets(connection)),
        )
    ]
    return [path, *(path.parent / secret.file for secret in secrets if secret.file is not None)]


def _all_secrets(connection: Connection) -> tuple[Secret, ...]:
    key = connection.address_key
    return connection.secrets if key is None else (*connection.secrets, key)


def resolve(tenancy: Tenancy, store: SecretStore, schemes: Schemes) -> Configuration:
    """Resolve the connections and tokens of a tenancy; raise Misconfigured."""
    problems: list[str] = []
    resolved: dict[tuple[str, str], ResolvedConnection] = {}
    for tenant in tenancy.tenants:
        where = f"tenant {tenant.id}"
        quarantine = store.find(tenant.quarantine_key, f"{where}, quarantine_key", problems)
        previous = _previous_keys(tenant, store, problems)
        person_keys = find_person_keys(tenant, store, problems)
        for connection in tenant.connections:
            dated = _secrets(connection, store, schemes, problems)
            resolved[connection.vendor, connection.id] = ResolvedConnection(
                tenant=tenant,
                connection=connection,
                secrets=tuple(key for key, _ in dated),
                secret_ends=tuple(end for _, end in dated),
                address_key=_address_key(connection, store, problems),
                quarantine_key=derive_key(quarantine, QUARANTINE_PURPOSE),
                previous_quarantine_keys=previous,
                person_keys=person_keys,
            )
    tokens = _tokens(tenancy, store, problems)
    if problems:
        raise _misconfigured(problems)
    return Configuration(tenancy=tenancy, connections=resolved, tokens=tokens)


def _previous_keys(tenant: Tenant, store: SecretStore, problems: list[str]) -> tuple[bytes, ...]:
    owner = f"tenant {tenant.id}, previous_quarantine_key"
    return tuple(
        derive_key(store.find(secret, owner, problems), QUARANTINE_PURPOSE)
        for secret in tenant.previous_quarantine_keys
    )


def find_person_keys(tenant: Tenant, store: SecretStore, problems: list[str]) -> PersonKeys:
    """Return the keys that make the ids of a company's people; a missing one is added to the problems."""
    *previous, current = tenant.person_keys
    owners = [f"tenant {tenant.id}, previous_person_key" for _ in previous]
    pairs = zip((*previous, current), (*owners, f"tenant {tenant.id}, person_key"), strict=True)
    texts = [store.find(secret, owner, problems) for secret, owner in pairs]
    return PersonKeys(tuple(derive_key(text, PERSON_PURPOSE) for text in texts))


OPEN_CONNECTION = (
    "signatures of {} do not cover the body, so whoever has seen one could send any: add `address_key` (a file with "
    "`openssl rand -hex 16`), and append it to the address at the vendor"
)


def refuse_open_connections(tenancy: Tenancy, schemes: Schemes) -> None:
    """Raise Misconfigured for connections that need an address key and have none; their secrets are not looked at."""
    problems = [
        f"connection {connection.id}: {OPEN_CONNECTION.format(connection.vendor)}"
        for tenant in tenancy.tenants
        for connection in tenant.connections
        if connection.vendor in schemes and _is_open(connection, schemes[connection.vendor])
    ]
    if problems:
        raise _misconfigured(problems)


def secret_notes(tenancy: Tenancy, now: datetime) -> list[str]:
    """Return a line per connection whose secrets overlap or end: a rotation that is under way or due."""
    today, notes = now.astimezone(UTC).date(), []
    for tenant in tenancy.tenants:
        for connection in tenant.connections:
            active = [secret for secret in connection.secrets if secret.is_active(today)]
            ends = [str(secret.expires) for secret in connection.secrets if secret.expires]
            parts = [f"{len(active)} secrets are active"] if len(active) > 1 else []
            parts += ["no secret is active"] if connection.secrets and not active else []
            parts += [f"secrets end on {', '.join(ends)}"] if ends else []
            if parts:
                notes.append(f"connection {connection.id}: {'; '.join(parts)}")
    return notes


def _is_open(connection: Connection, scheme: Scheme) -> bool:
    return scheme.needs_address_key and connection.address_key is None


def _misconfigured(problems: Sequence[str]) -> Misconfigured:
    return Misconfigured(
        "\n".join(["the gateway cannot start:", *(f"  {problem}" for problem in problems)])
    )


def derive_key(secret: bytes, purpose: bytes) -> bytes:
    """Derive a 32-byte key for one purpose from a secret of any length (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _secrets(
    connection: Connection, store: SecretStore, schemes: Schemes, problems: list[str]
) -> list[tuple[bytes, date | None]]:
    owner = f"connection {connection.id}"
    scheme = schemes.get(connection.vendor)
    if scheme is None:
        problems.append(
            f"{owner}: no vendor {connection.vendor!r}; known: {', '.join(sorted(schemes))}"
        )
        return []
    if _is_open(connection, scheme):
        problems.append(f"{owner}: {OPEN_CONNECTION.format(connection.vendor)}")
    signing_keys: list[tuple[bytes, date | None]] = []
    for number, secret in enumerate(connection.secrets, start=1):
        if store.is_pending(secret):
            continue
        text = store.find(secret, f"{owner}, secret {number}", problems)
        if not text:
            continue
        try:
            signing_keys.append((scheme.key(text), secret.expires))
        except ValueError as error:
            problems.append(f"{owner}, secret {number} ({secret.env or secret.file}): {error}")
    return signing_keys


def _tokens(tenancy: Tenancy, store: SecretStore, problems: list[str]) -> tuple[Token, ...]:
    """Return every active token; a token that two tenants share is a problem."""
    tokens: dict[bytes, Token] = {}
    for tenant in tenancy.tenants:
        for token in access_tokens(tenant):
            if tokens.setdefault(token.digest, token).tenant.id != tenant.id:
                problems.append(f"tenant {tenant.id}: an access token of another tenant")
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
