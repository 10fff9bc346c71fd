"""Access tokens of people and programs: what they may do, until when, and the digest by which they are recognised."""

import hashlib
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.events.application import FrozenModel

Scope = Literal["board:read", "costs:write", "breaches:act", "relay:write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
# A group as the company's directory writes it; a proxy separates them by commas.
GroupName = Annotated[
    str,
    Field(
        min_length=1, max_length=200, pattern=r"^[^\s,\x00-\x1f]([^,\x00-\x1f]*[^\s,\x00-\x1f])?$"
    ),
]


class AccessToken(FrozenModel):
    """One token, of which only the SHA-256 is stored: `hirelay token create` shows the token once.

    `name` says whose it is; `expires` is the first day (UTC) on which it is refused.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    expires: date

    def allows(self, scope: Scope, today: date) -> bool:
        """Return whether the token may be used for that on this day (UTC)."""
        return scope in self.scopes and today < self.expires


def token_digest(text: str) -> str:
    """Return what is stored of a token; tokens are random, so no salt and no slow hash is needed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
