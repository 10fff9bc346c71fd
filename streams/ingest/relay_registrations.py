"""The registrations API of Career Relay: takes what the service exports, for those whose callbacks do not arrive."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from schemas.events.context import RelayRegistration
from schemas.events.envelope import Event, event_id, full_type
from schemas.relay.tokens import TOKEN, token_id
from streams.ingest.connections import ResolvedConnection
from streams.ingest.costs import SOURCE_VENDOR, ApiRequest
from streams.ingest.entry_list import parse_entries, publish_entries
from streams.ingest.http.answer import Answer, Refused
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.lenient_fields import MAX_ID_LENGTH, plausible
from streams.ingest.relay_invitations import CONNECTION
from streams.ingest.vendor import Context

REGISTRATIONS_PATH = "/v1/relay/registrations"
MAX_REGISTRATIONS = 500
Name = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]
Instant = Annotated[AwareDatetime, AfterValidator(plausible)]


class RegistrationEntry(BaseModel):
    """One registration as the service exports it; without a consent and its time it never counts."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    registration_id: Name
    token: Annotated[str, Field(pattern=f"^{TOKEN.pattern}$")]
    person_key: Name
    registered_at: Instant
    consent_id: Name | None = None
    consented_at: Instant | None = None
    device: Name | None = None
    flags: tuple[Literal["employee", "self_referral", "bot", "test"], ...] = ()


class RegistrationList(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    entries: Annotated[
        tuple[RegistrationEntry, ...], Field(min_length=1, max_length=MAX_REGISTRATIONS)
    ]


class RegistrationsHandler:
    """Handles registration requests; success is returned only after the publisher has stored every event."""

    def __init__(self, publisher: Publisher) -> None:
        """Keep the publisher."""
        self._publisher = publisher

    async def register(
        self, connections: Iterable[ResolvedConnection], request: ApiRequest
    ) -> Answer:
        """Publish all registrations of a request or none; raise Refused."""
        context = _context(connections, request)
        parsed = parse_entries(RegistrationList, request.body)
        events = [_event(entry, context, request) for entry in parsed.entries]
        return await publish_entries(self._publisher, request, events, "registrations")


def _context(connections: Iterable[ResolvedConnection], request: ApiRequest) -> Context:
    """A context with the key that hashes persons, which all connections of the company share."""
    for resolved in connections:
        if resolved.tenant.id == request.tenant.id:
            return Context(
                tenant=resolved.tenant,
                connection=resolved.connection,
                now=request.at,
                person_keys=resolved.person_keys,
            )
    message = "This company has no connection yet; `hirelay connect` makes one."
    raise Refused(404, "no_such_connection", message)


def _event(entry: RegistrationEntry, context: Context, request: ApiRequest) -> Event:
    source = f"urn:ats:{SOURCE_VENDOR}:{context.tenant.id}:{CONNECTION}"
    has_consent = entry.consent_id is not None and entry.consented_at is not None
    return Event(
        id=event_id(source, "relay.registered", (entry.registration_id,), ""),
        source=source,
        type=full_type("relay.registered"),
        time=entry.registered_at,
        tenant=context.tenant.id,
        subject=entry.registration_id,
        recordedtime=request.at,
        ingestmode="csv",
        deliveryid=request.id,
        data=RelayRegistration(
            registration_id=entry.registration_id,
            token_id=token_id(entry.token),
            person=context.person_id(entry.person_key),
            consent_id=entry.consent_id if has_consent else None,
            device=entry.device,
            flags=tuple(sorted(set(entry.flags))),
        ),
    )
