"""Who calls the API: bearer tokens (RFC 6750), held as hashes and compared without telling anything by time."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.tenants.config import Tenant

SHORTEST = 24  # bytes: as random hexadecimal digits 96 bits, beyond guessing over a network
FORM = re.compile(rb"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1
SCHEME = "bearer"


@dataclass(frozen=True)
class Token:
    """One active token of a tenant."""

    tenant: Tenant
    digest: bytes = field(repr=False)


def token(tenant: Tenant, text: bytes) -> Token:
    """The token of that text, outer white space removed; raise ValueError, which never repeats it."""
    if len(text) < SHORTEST:
        msg = f"a token has at least {SHORTEST} bytes; make one with `openssl rand -hex 32`"
        raise ValueError(msg)
    if FORM.fullmatch(text) is None:
        msg = "a token is made of letters, digits and -._~+/, with = at its end only"
        raise ValueError(msg)
    return Token(tenant, _digest(text))


def owner(tokens: Sequence[Token], headers: Sequence[str]) -> Tenant | None:
    """Whose token the `Authorization` headers carry, or None; two headers vouch for nobody.

    Every token is compared, whichever matches, and digests instead of texts: neither the time nor the number of
    comparisons tells how near a guess came, or whose token it was near to.
    """
    shown = _digest(_presented(headers))
    found: Tenant | None = None
    for each in tokens:
        if hmac.compare_digest(each.digest, shown):
            found = each.tenant
    return found


def _presented(headers: Sequence[str]) -> bytes:
    if len(headers) != 1:
        return b""
    scheme, _, text = headers[0].partition(" ")
    return text.strip().encode("utf-8", "replace") if scheme.casefold() == SCHEME else b""


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
