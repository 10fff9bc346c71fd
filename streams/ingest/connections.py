"""The gateway's doors: every connection with its secrets in hand, or one error that names all that is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.tenants.config import Connection, Secret, Tenancy, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.ingest.tokens import Token, token

QUARANTINE, PERSON = b"hirelay/quarantine/1", b"hirelay/person/1"


@dataclass(frozen=True, kw_only=True)
class ResolvedConnection:
    """One connection, ready to receive: `secrets` are empty while the vendor has not yet given one."""

    tenant: Tenant
    connection: Connection
    secrets: tuple[bytes, ...] = field(repr=False)
    address_key: bytes = field(default=b"", repr=False)
    quarantine_key: bytes = field(repr=False)
    person_key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The validated tenancy, its doors by (vendor, connection id), and the tokens of its API."""

    tenancy: Tenancy
    doors: Mapping[tuple[str, str], ResolvedConnection]
    tokens: tuple[Token, ...] = ()


# A vendor's name → how its secret text becomes a signing key (ValueError if it cannot).
Keys = Mapping[str, Callable[[bytes], bytes]]


def load(path: Path, environ: Mapping[str, str], keys: Keys) -> Configuration:
    """The doors that `path` describes; raise Misconfigured with every problem in it.

    Files of secrets are looked for relative to the directory of `path`.
    """
    return resolve(load_tenancy(path), SecretStore(environ, path.parent), keys)


def files(path: Path, tenancy: Tenancy) -> list[Path]:
    """The configuration and every file of a secret that it names: what a change of it may be in."""
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
    return [path, *(path.parent / each.file for each in secrets if each.file is not None)]


def _all_secrets(connection: Connection) -> tuple[Secret, ...]:
    key = connection.address_key
    return connection.secrets if key is None else (*connection.secrets, key)


def resolve(tenancy: Tenancy, vault: "SecretStore", keys: Keys) -> Configuration:
    """The doors of a tenancy; raise Misconfigured."""
    problems: list[str] = []
    doors: dict[tuple[str, str], ResolvedConnection] = {}
    for tenant in tenancy.tenants:
        where = f"tenant {tenant.id}"
        quarantine = vault.find(tenant.quarantine_key, f"{where}, quarantine_key", problems)
        person = vault.find(tenant.person_key, f"{where}, person_key", problems)
        for connection in tenant.connections:
            doors[connection.vendor, connection.id] = ResolvedConnection(
                tenant=tenant,
                connection=connection,
                secrets=_secrets(connection, vault, keys, problems),
                address_key=_address_key(connection, vault, problems),
                quarantine_key=derive(quarantine, QUARANTINE),
                person_key=derive(person, PERSON),
            )
    tokens = _tokens(tenancy, vault, problems)
    if problems:
        raise Misconfigured(
            "\n".join(["the gateway cannot start:", *(f"  {each}" for each in problems)])
        )
    return Configuration(tenancy=tenancy, doors=doors, tokens=tokens)


def is_awaited(secret: Secret, directory: Path) -> bool:
    """Whether the secret's file is there and still empty: the vendor shows its secret only later."""
    return secret.file is not None and _is_empty(directory / secret.file)


def _is_empty(path: Path) -> bool:
    return path.is_file() and not path.read_bytes().strip()


def derive(secret: bytes, purpose: bytes) -> bytes:
    """A 32-byte key of its own for each purpose, from a secret of any length (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


class SecretStore:
    """Where secrets are looked up: environment variables and files."""

    def __init__(self, environ: Mapping[str, str], directory: Path) -> None:
        """Read files relative to `directory`."""
        self._environ = environ
        self._directory = directory

    def awaits(self, secret: Secret) -> bool:
        """As `is_awaited`."""
        return is_awaited(secret, self._directory)

    def find(self, secret: Secret, owner: str, problems: list[str]) -> bytes:
        """The secret's bytes, outer white space removed; what is missing or empty is added to `problems`."""
        if secret.env is not None:
            value = self._environ.get(secret.env, "").strip().encode()
            place = f"environment variable {secret.env}"
        else:
            path = self._directory / (secret.file or "")
            value = path.read_bytes().strip() if path.is_file() else b""
            place = f"file {path}"
        if not value:
            problems.append(f"{owner}: no secret in {place}")
        return value


def _secrets(
    connection: Connection, vault: SecretStore, keys: Keys, problems: list[str]
) -> tuple[bytes, ...]:
    owner = f"connection {connection.id}"
    key = keys.get(connection.vendor)
    if key is None:
        problems.append(
            f"{owner}: no vendor {connection.vendor!r}; known: {', '.join(sorted(keys))}"
        )
        return ()
    found: list[bytes] = []
    for number, secret in enumerate(connection.secrets, start=1):
        if vault.awaits(secret):
            continue
        text = vault.find(secret, f"{owner}, secret {number}", problems)
        if not text:
            continue
        try:
            found.append(key(text))
        except ValueError as error:
            problems.append(f"{owner}, secret {number} ({secret.env or secret.file}): {error}")
    return tuple(found)


def _tokens(tenancy: Tenancy, vault: SecretStore, problems: list[str]) -> tuple[Token, ...]:
    """Every active token; one that two tenants share opens neither of them."""
    found: dict[bytes, Token] = {}
    for tenant in tenancy.tenants:
        for number, secret in enumerate(tenant.api_tokens, start=1):
            owner = f"tenant {tenant.id}, api_token {number}"
            text = b"" if vault.awaits(secret) else vault.find(secret, owner, problems)
            if not text:
                continue
            try:
                made = token(tenant, text)
            except ValueError as error:
                problems.append(f"{owner} ({secret.env or secret.file}): {error}")
                continue
            other = found.setdefault(made.digest, made).tenant
            if other.id != tenant.id:
                problems.append(f"{owner}: the same as a token of tenant {other.id}; make another")
    return tuple(found.values())


def _address_key(connection: Connection, vault: SecretStore, problems: list[str]) -> bytes:
    if connection.address_key is None:
        return b""
    return vault.find(connection.address_key, f"connection {connection.id}, address_key", problems)
