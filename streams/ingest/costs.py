"""The costs API: authenticates the tenant and publishes all cost events of a request or none."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from schemas.errors import Malformed, Unavailable
from schemas.events.context import Cost
from schemas.events.envelope import Event, event_id, full_type
from schemas.funnel.costs import RECORDED, REVERSED
from schemas.tenants.access import Scope
from schemas.tenants.config import Tenant
from streams.ingest import cost_entries, normalize, tokens
from streams.ingest.cost_entries import CostEntry, InvalidEntries
from streams.ingest.cost_moves import accompanying_events
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.publisher import Publisher, encode
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.tokens import Token
from streams.ingest.vendor import subject_of

log = logging.getLogger(__name__)

# Parts of the event source; the vendor is also the vendor label of metrics.
SOURCE_VENDOR, CONNECTION = "hirelay", "costs"
PATH = "/v1/costs"
CHALLENGE = {"WWW-Authenticate": "Bearer"}  # RFC 9110, section 11.6.1


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """One API request of a tenant; its body was complete at `at`."""

    id: str
    tenant: Tenant
    body: bytes
    at: datetime


@dataclass(frozen=True)
class AcceptedCosts:
    """The ids of the entries' own events, in the order of the entries."""

    ids: tuple[str, ...]

    def answer(self) -> Answer:
        """Return the answer for the sender."""
        content = {"accepted": len(self.ids), "ids": list(self.ids)}
        return Answer(status=202, outcome="accepted", content=content)


class CostsHandler:
    """Handles cost requests; success is returned only after the publisher has stored every event."""

    def __init__(self, publisher: Publisher) -> None:
        """Start without any recorded failed attempts."""
        self._publisher = publisher
        self._replay_guard = ReplayGuard()

    def authenticate(
        self,
        active_tokens: Sequence[Token],
        authorization: Sequence[str],
        scope: Scope,
        at: datetime,
    ) -> Token:
        """Return the token in the `Authorization` headers; raise the same Refused for every reason.

        Failed attempts are rate-limited like unverified deliveries; a valid token is accepted regardless.
        """
        token = tokens.authenticate(active_tokens, authorization, scope, at.date())
        if token is None:
            self._replay_guard.count_unverified(PATH, at)
            raise Refused(401, "unauthorized", "Send `Authorization: Bearer <token>`.")
        return token

    async def accept(self, request: ApiRequest) -> AcceptedCosts:
        """Publish all entries of one request; raise Refused."""
        log_fields = {"delivery": request.id, "tenant": request.tenant.id}
        events = to_events(request)
        all_events = [part for event in events for part in (event, *accompanying_events(event))]
        try:
            await self._publisher.publish([encode(event) for event in all_events])
        except Unavailable as error:
            log.warning("costs refused for now", extra={**log_fields, "reason": error.reason})
            raise unavailable(error.reason) from error
        log.info("costs accepted", extra={**log_fields, "events": len(events)})
        return AcceptedCosts(tuple(event.id for event in events))


def to_events(request: ApiRequest) -> tuple[Event, ...]:
    """Return one event per entry of a request; raise Refused if the body or any entry is invalid."""
    tenant = request.tenant
    try:
        entries = cost_entries.parse_entries(
            cost_entries.parse_json(request.body), tenant.currency, request.at
        )
    except Malformed as error:
        message = f"The request cannot be read: {error.detail}."
        raise Refused(400, error.reason, message) from None
    except InvalidEntries as error:
        raise _invalid(error) from None
    return tuple(to_event(entry, request) for entry in entries)


def _invalid(error: InvalidEntries) -> Refused:
    problems = [asdict(problem) for problem in error.problems[: cost_entries.MAX_PROBLEMS]]
    message = f"Nothing was accepted. Problems: {len(error.problems)}; shown: {len(problems)}."
    return Refused(422, "invalid_entries", message, more={"problems": problems})


def to_event(entry: CostEntry, request: ApiRequest) -> Event:
    """Return the event of a valid entry.

    The same entry always gets the same id, so a repeated request counts once.
    """
    tenant, name = request.tenant, REVERSED if entry.reversed else RECORDED
    data = _cost(entry, tenant)
    source = f"urn:ats:{SOURCE_VENDOR}:{tenant.id}:{CONNECTION}"
    recorded = "" if entry.at is None else entry.at.isoformat()
    occurrence = f"{data.version}\x1f{normalize.canonical_content(data)}\x1f{recorded}"
    return Event(
        id=event_id(source, name, (data.cost_id,), occurrence),
        source=source,
        type=full_type(name),
        time=entry.at or request.at,
        tenant=tenant.id,
        subject=subject_of(data),
        recordedtime=request.at,
        timequality="received" if entry.at is None else "exact",
        ingestmode="api",
        deliveryid=request.id,
        data=data,
    )


def _cost(entry: CostEntry, tenant: Tenant) -> Cost:
    return Cost(
        cost_id=entry.cost_id,
        version=entry.version,
        amount=entry.minor_units(tenant.currency) or 0,
        currency=entry.currency or tenant.currency,
        scope=entry.scope,
        member=entry.member,
        previous_member=entry.previous_member,
        period_from=entry.since,
        period_to=entry.to,
        kind=entry.kind,
    )
