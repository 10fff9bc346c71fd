"""Bearer tokens of the API (RFC 6750), stored as hashes and compared in constant time."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from schemas.tenants.access import AccessToken, Scope
from schemas.tenants.config import Tenant

MIN_TOKEN_BYTES = 24  # bytes: 96 bits as random hex digits, which cannot be guessed over a network
TOKEN_PATTERN = re.compile(rb"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1
SCHEME = "bearer"


@dataclass(frozen=True)
class Token:
    """One active token of a tenant; `access` limits it in what it may do and how long, None does not."""

    tenant: Tenant
    digest: bytes = field(repr=False)
    access: AccessToken | None = None

    @property
    def holder(self) -> str:
        """Whose token it is, as the configuration says; tokens without a name are the company's."""
        return "an API token" if self.access is None else self.access.name

    def allows(self, scope: Scope, today: date) -> bool:
        """Return whether the token may be used for that on this day (UTC)."""
        return self.access is None or self.access.allows(scope, today)


def parse_token(tenant: Tenant, text: bytes) -> Token:
    """Return the token for `text`, already stripped; raise ValueError, which never repeats the text."""
    if len(text) < MIN_TOKEN_BYTES:
        msg = f"a token has at least {MIN_TOKEN_BYTES} bytes; make one with `openssl rand -hex 32`"
        raise ValueError(msg)
    if TOKEN_PATTERN.fullmatch(text) is None:
        msg = "a token is made of letters, digits and -._~+/, with = at its end only"
        raise ValueError(msg)
    return Token(tenant, _digest(text))


def access_tokens(tenant: Tenant) -> list[Token]:
    """Return the tenant's tokens with scopes, expired ones too."""
    return [Token(tenant, bytes.fromhex(access.sha256), access) for access in tenant.access_tokens]


def authenticate(
    tokens: Sequence[Token], headers: Sequence[str], scope: Scope, today: date
) -> Token | None:
    """Return the token for this scope that the `Authorization` header carries, or None; two headers are refused.

    Digests are compared, not texts, and always against every token, so neither the time nor the number of
    comparisons reveals how close a guess was or whose token it was close to.
    """
    digest = _digest(_bearer_token(headers))
    match: Token | None = None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest) and token.allows(scope, today):
            match = token
    return match


def _bearer_token(headers: Sequence[str]) -> bytes:
    if len(headers) != 1:
        return b""
    scheme, _, text = headers[0].partition(" ")
    return text.strip().encode("utf-8", "replace") if scheme.casefold() == SCHEME else b""


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
