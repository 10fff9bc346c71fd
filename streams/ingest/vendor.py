"""The vendor interface: signature check, translation to canonical events, and the status that means success."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.errors import Condition, Malformed
from schemas.events.application import FrozenModel
from schemas.events.context import Cost
from schemas.events.envelope import Event
from schemas.funnel.costs import HIRE, own_subject
from schemas.privacy.person_ids import PersonKeys
from schemas.tenants.config import Connection, Tenant
from streams.ingest.employees import Employee

# Headers as they arrived, names in lower case. Repeated names are kept, because a repeated signature must be refused.
Headers = tuple[tuple[str, str], ...]
Secrets = tuple[bytes, ...]


WITHOUT_KEY = PersonKeys((b"",))


@dataclass(frozen=True, kw_only=True)
class Context:
    """The tenant and connection that a delivery is translated for; `now` is when its body was complete."""

    tenant: Tenant
    connection: Connection
    now: datetime
    person_keys: PersonKeys = WITHOUT_KEY

    def person_id(self, address: str) -> str:
        """Return the pseudonymous id of an e-mail address under the tenant's keys."""
        return self.person_keys.id_of(address)

    @property
    def source(self) -> str:
        """The CloudEvents `source` of every event of this connection."""
        return f"urn:ats:{self.connection.vendor}:{self.tenant.id}:{self.connection.id}"


@dataclass(frozen=True, kw_only=True)
class Translation:
    """The translation of one delivery.

    `event` is the vendor's event name. `ignored` holds (event, reason) pairs with closed-set texts; `faults` are parts to
    quarantine. An empty translation is an error of the adapter, unless `ping` is set. `employees` are those that the
    delivery names, if the company wants their names.
    """

    event: str = ""
    events: tuple[Event, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    faults: tuple[Condition, ...] = ()
    ping: bool = False
    employees: tuple[Employee, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """The answer to a request that is not a delivery: a test before any secret exists, or a handshake."""

    status: int = 200
    headers: Headers = ()


def no_preflight(_headers: Headers, _body: bytes) -> Preflight | None:
    """Return None, for vendors whose requests are all deliveries."""
    return None


def random_secret() -> str:
    """Return a 256-bit secret as text that every vendor's form accepts."""
    return secrets.token_hex(32)


def no_delivery_id(_headers: Headers, _body: bytes) -> str | None:
    """Return None, for vendors whose signature covers no id of the delivery."""
    return None


def covers_body(_headers: Headers) -> bool:
    """Return True, for vendors whose signature always covers the body."""
    return True


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One vendor.

    `key` turns a configured secret into the signing key, once at startup; it raises ValueError for an unusable secret.
    `verify` raises Unauthentic. `translate` raises Malformed or Unmapped, and nothing else for any bytes.
    `mapped` and `ignored` list every event of the vendor's documentation; in `ignored`, `timeoff_*` stands for all names
    with that prefix that are not mapped. `expected` are the events without which the funnel has gaps.
    `success` is the status that the vendor accepts as success. `key_issuer` says who creates the secret;
    `generate_secret` creates it for the customer. `on_bad_signature` is the default of a new connection for deliveries
    it cannot verify. `handshake` allows the CloudEvents OPTIONS request. `preflight` answers requests that are not
    deliveries, before verification. `delivery_id` is the id, unique per delivery, that the signature covers: it stands for
    one body only. `covers_body` says whether a signature with these headers covers the body; where it does not, the
    connection needs an `address_key`, and `needs_address_key` says that this is so for every delivery.
    `hashes_candidates` says that candidate ids in its events are digests that we make of addresses, as it sends no id.
    `canonical` says that the sender chooses the canonical types, so that answers list those that are not counted yet.
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
    key_issuer: Literal["customer", "vendor"] = "vendor"
    generate_secret: Callable[[], str] = random_secret
    on_bad_signature: Literal["reject", "quarantine"] = "reject"
    handshake: bool = False
    canonical: bool = False
    hashes_candidates: bool = False
    preflight: Callable[[Headers, bytes], Preflight | None] = no_preflight
    delivery_id: Callable[[Headers, bytes], str | None] = no_delivery_id
    covers_body: Callable[[Headers], bool] = covers_body
    needs_address_key: bool = False


def header_values(headers: Headers, name: str) -> list[str]:
    """Return every value of a header in order of arrival; `name` is in lower case."""
    return [value for key, value in headers if key == name]


def first_header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, or None; never use it for a header that authenticates a request."""
    return next(iter(header_values(headers, name)), None)


def subject_of(data: FrozenModel) -> str:
    """Return the id whose events must stay in order: the application's id if there is one, else the event's subject.

    A cost of the scope hire joins the history of its application.
    """
    if isinstance(data, Cost):
        return str(data.member) if data.scope == HIRE else own_subject(data.cost_id)
    application = getattr(data, "application", None)
    if application is not None:
        return str(application.id)
    for name in SUBJECT_FIELDS:
        value = getattr(data, name, None)
        if value is not None:
            return str(value)
    raise Malformed("not_canonical", "the event has no subject")


SUBJECT_FIELDS = (
    "application_id",
    "candidate_id",
    "from_id",
    "job_id",
    "opening_id",
    "posting_id",
    "pipeline_id",
    "survey_id",
    "invitation_id",
    "registration_id",
    "token_id",
    "slot",
)
