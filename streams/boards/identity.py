"""Who somebody is, as a proxy or a provider says, and which companies their groups open."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from schemas.tenants.config import Tenancy

MAX_USER_LENGTH = 200
NO_COMPANY = (
    "No company is open to your groups: ask an administrator to add one of them to `board_groups` of the company. "
    "(所属グループに閲覧できる会社がありません。管理者に連絡してください)"
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person by the name that their company's directory gives them, and their groups there."""

    user: str
    groups: frozenset[str]


class SignInRefused(Exception):
    """A sign-in fails; `reason` is from a closed set, `message` says what to do, `user` is whoever it claims to be."""

    def __init__(self, reason: str, message: str, status: int = 403, user: str = "") -> None:
        """Keep the fields."""
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.status = status
        self.user = user


class SingleSignOn(Protocol):
    """Recognises people in requests."""

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Return who sent the request, None if it does not say; raise SignInRefused."""


def readable_user(text: str) -> str:
    """Return a name as the audit log can keep it: printable, and not too long."""
    return "".join(char for char in text if char.isprintable())[:MAX_USER_LENGTH].strip()


def opened_tenants(identity: Identity, tenancy: Tenancy) -> Iterator[str]:
    """Yield the tenants whose boards the person's groups open."""
    for tenant in tenancy.tenants:
        if identity.groups.intersection(tenant.board_groups):
            yield tenant.id


def known_groups(groups: Iterable[str], tenancy: Tenancy) -> frozenset[str]:
    """Return those of the groups that open any company; directories send hundreds."""
    return frozenset(groups).intersection(
        group for tenant in tenancy.tenants for group in tenant.board_groups
    )
