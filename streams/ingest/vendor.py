"""What a vendor is to the gateway: how it signs, what its bodies mean, and which answer it takes for success."""

import hmac
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.errors import Condition, Malformed
from schemas.events.application import FrozenModel
from schemas.events.envelope import Event
from schemas.tenants.config import Connection, Tenant

# As they arrived, names in lower case, repeated names kept: a repeated signature must be seen to be refused.
Headers = tuple[tuple[str, str], ...]
Secrets = tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Context:
    """For whom a delivery is translated; `now` is when its body was complete."""

    tenant: Tenant
    connection: Connection
    now: datetime
    person_key: bytes = field(default=b"", repr=False)

    def person(self, address: str) -> str:
        """Who has this e-mail address, as 32 hex digits that only the tenant's key leads to (HMAC-SHA256)."""
        normal = unicodedata.normalize("NFKC", address).strip().casefold()
        return hmac.digest(self.person_key, normal.encode(), "sha256").hex()[:32]

    @property
    def source(self) -> str:
        """The CloudEvents `source` of everything that comes through this connection."""
        return f"urn:ats:{self.connection.vendor}:{self.tenant.id}:{self.connection.id}"


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What one delivery says. `ignored` is (what, why) with closed-set texts; `faults` are parts to set aside.

    `event` is the vendor's own name of what it sent. A translation of nothing at all is an error of the vendor's
    adapter: a ping says so.
    """

    event: str = ""
    events: tuple[Event, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    faults: tuple[Condition, ...] = ()
    ping: bool = False


@dataclass(frozen=True, kw_only=True)
class Greeting:
    """The answer to a request that is no delivery and says nothing: a test before any secret exists, a handshake."""

    status: int = 200
    headers: Headers = ()


def no_greeting(_headers: Headers, _body: bytes) -> Greeting | None:
    """For vendors whose every request is a delivery."""
    return None


def random_secret() -> str:
    """A secret of 256 bits, as text that every form takes."""
    return secrets.token_hex(32)


def no_nonce(_body: bytes) -> str | None:
    """For vendors whose signature covers the body."""
    return None


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One vendor.

    `key` turns a configured secret into the signing key, once, at the start; it raises ValueError for a secret that
    cannot be one. `verify` raises Unauthentic. `translate` raises Malformed or Unmapped, and nothing else for any
    bytes. `mapped` and `ignored` name every event of the vendor's documentation; in `ignored` `timeoff_*` names all that
    begin so and are not mapped. `expected` are those without which
    the funnel has holes. `success` is the status the vendor takes for success. `keyed_by` says who makes the secret;
    if it is the customer, `make` makes one. `on_bad_signature` is what a new connection does with what it cannot verify.
    `handshake` allows the CloudEvents OPTIONS request. `greet` answers what is no delivery, before anything is
    verified. `nonce` is what a signature that leaves out the body does cover, once per delivery.
    """

    name: str
    title: str
    key: Callable[[bytes], bytes]
    verify: Callable[[Headers, bytes, Secrets, datetime], None]
    translate: Callable[[bytes, Headers, Context], Translation]
    mapped: frozenset[str]
    ignored: Mapping[str, str]
    expected: frozenset[str] = frozenset()
    success: int = 200
    keyed_by: Literal["customer", "vendor"] = "vendor"
    make: Callable[[], str] = random_secret
    on_bad_signature: Literal["reject", "quarantine"] = "reject"
    handshake: bool = False
    greet: Callable[[Headers, bytes], Greeting | None] = no_greeting
    nonce: Callable[[bytes], str | None] = no_nonce


def values(headers: Headers, name: str) -> list[str]:
    """Every value of the header, in order of arrival; `name` in lower case."""
    return [value for key, value in headers if key == name]


def first(headers: Headers, name: str) -> str | None:
    """The first value of the header, or None; never for a header that decides whom to trust."""
    return next(iter(values(headers, name)), None)


def subject_of(data: FrozenModel) -> str:
    """The id whose events must stay in order: the application where there is one, else what the event is about."""
    application = getattr(data, "application", None)
    if application is not None:
        return str(application.id)
    for name in SUBJECTS:
        value = getattr(data, name, None)
        if value is not None:
            return f"cost/{value}" if name == "cost_id" else str(value)
    raise Malformed("not_canonical", "the event names nothing that it is about")


SUBJECTS = (
    "application_id",
    "candidate_id",
    "from_id",
    "job_id",
    "opening_id",
    "posting_id",
    "pipeline_id",
    "cost_id",
    "survey_id",
    "invitation_id",
    "reason",
)
