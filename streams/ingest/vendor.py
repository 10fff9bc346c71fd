"""What a vendor is to the gateway: how it signs, what its bodies mean, and which answer it takes for success."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.candidate import Value
from schemas.errors import Condition, Malformed
from schemas.event import Event
from schemas.tenancy import Connection, Tenant

# As they arrived, names in lower case, repeated names kept: a repeated signature must be seen to be refused.
Headers = tuple[tuple[str, str], ...]
Secrets = tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Context:
    """For whom a delivery is translated; `now` is when its body was complete."""

    tenant: Tenant
    connection: Connection
    now: datetime

    @property
    def source(self) -> str:
        """The CloudEvents `source` of everything that comes through this connection."""
        return f"urn:ats:{self.connection.vendor}:{self.tenant.id}:{self.connection.id}"


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What one delivery says. `ignored` is (what, why) with closed-set texts; `faults` are parts to set aside.

    A translation of nothing at all is an error of the vendor's adapter: a ping says so.
    """

    events: tuple[Event, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    faults: tuple[Condition, ...] = ()
    ping: bool = False


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One vendor.

    `key` turns a configured secret into the signing key, once, at the start; it raises ValueError for a secret that
    cannot be one. `verify` raises Unauthentic. `translate` raises Malformed or Unmapped, and nothing else for any
    bytes. `mapped` and `ignored` name every event of the vendor's documentation. `delivery_id` is the header that
    names a delivery. `handshake` allows the CloudEvents OPTIONS request.
    """

    name: str
    key: Callable[[bytes], bytes]
    verify: Callable[[Headers, bytes, Secrets, datetime], None]
    translate: Callable[[bytes, Headers, Context], Translation]
    mapped: frozenset[str]
    ignored: Mapping[str, str]
    delivery_id: str
    success: int = 200
    handshake: bool = False


def values(headers: Headers, name: str) -> list[str]:
    """Every value of the header, in order of arrival; `name` in lower case."""
    return [value for key, value in headers if key == name]


def first(headers: Headers, name: str) -> str | None:
    """The first value of the header, or None; never for a header that decides whom to trust."""
    return next(iter(values(headers, name)), None)


def subject_of(data: Value) -> str:
    """The id whose events must stay in order: the application where there is one, else what the event is about."""
    application = getattr(data, "application", None)
    if application is not None:
        return str(application.id)
    for name in SUBJECTS:
        value = getattr(data, name, None)
        if value is not None:
            return str(value)
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
