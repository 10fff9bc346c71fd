"""Finds secrets that protect nothing: short, guessable, shared by two companies, or readable by everybody."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from schemas.tenants.config import Secret, Tenancy

MIN_KEY_BYTES = 16  # of quarantine and person keys: 128 bits, if they are random
MIN_DIFFERENT_BYTES = 5  # fewer are a pattern that was typed
GUESSABLE = frozenset(
    {b"changeme", b"password", b"passw0rd", b"secret", b"hirelay", b"example", b"test", b"12345678"}
)
REMEDY = "make one with `openssl rand -hex 32`"
# Where Docker and Kubernetes mount secrets, readable by all users of a container that has one.
MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))


class Use(NamedTuple):
    """One use of a secret by a tenant; a key also encrypts, so it must be long."""

    owner: str
    tenant: str
    secret: Secret
    is_key: bool = False


def unsafe_secrets(
    tenancy: Tenancy, directory: Path, find: Callable[[Secret], bytes]
) -> Iterator[str]:
    """Yield a sentence for each unsafe secret: whose it is, what is wrong and what to do, never its text.

    `find` returns the text of a secret, empty if there is none yet; files are relative to `directory`.
    """
    first: dict[bytes, Use] = {}
    for use in _uses(tenancy):
        text = find(use.secret)
        if not text:
            continue
        weakness = _weakness(text, use.is_key)
        if weakness:
            yield f"{use.owner}: the secret {weakness}; {REMEDY}"
        other = first.setdefault(text, use)
        if other.tenant != use.tenant or (other is not use and (other.is_key or use.is_key)):
            yield f"{use.owner}: the same secret as {other.owner}; each needs its own: {REMEDY}"
        path = None if use.secret.file is None else directory / use.secret.file
        if path is not None and _is_public(path):
            yield f"{use.owner}: everybody on this machine can read {path}; run `chmod 600 {path}`"


def _uses(tenancy: Tenancy) -> Iterator[Use]:
    for tenant in tenancy.tenants:
        where = f"tenant {tenant.id}"
        yield Use(f"{where}, quarantine_key", tenant.id, tenant.quarantine_key, is_key=True)
        yield Use(f"{where}, person_key", tenant.id, tenant.person_key, is_key=True)
        for number, secret in enumerate(tenant.previous_quarantine_keys, start=1):
            yield Use(f"{where}, previous_quarantine_key {number}", tenant.id, secret, is_key=True)
        for number, secret in enumerate(tenant.previous_person_keys, start=1):
            yield Use(f"{where}, previous_person_key {number}", tenant.id, secret, is_key=True)
        for number, secret in enumerate(tenant.api_tokens, start=1):
            yield Use(f"{where}, api_token {number}", tenant.id, secret)
        for connection in tenant.connections:
            owner = f"connection {connection.id}"
            for number, secret in enumerate(connection.secrets, start=1):
                yield Use(f"{owner}, secret {number}", tenant.id, secret)
            if connection.address_key is not None:
                yield Use(f"{owner}, address_key", tenant.id, connection.address_key)


def _weakness(text: bytes, is_key: bool) -> str:
    if is_key and len(text) < MIN_KEY_BYTES:
        return f"has {len(text)} bytes of at least {MIN_KEY_BYTES}"
    if len(set(text)) < MIN_DIFFERENT_BYTES or text.lower() in GUESSABLE:
        return "can be guessed"
    return ""


def _is_public(path: Path) -> bool:
    if not path.is_file() or any(path.is_relative_to(mount) for mount in MOUNTED):
        return False
    return bool(path.stat().st_mode & stat.S_IROTH)
