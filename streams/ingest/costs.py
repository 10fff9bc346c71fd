"""Costs posted through the API: whose they are, and the events that they become, all of a request or none."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from schemas.errors import Malformed, Unavailable
from schemas.events.context import Cost
from schemas.events.envelope import Event, event_id, full
from schemas.funnel.costs import RECORDED, REVERSED
from schemas.tenants.config import Tenant
from streams.ingest import cost_entries, normalize, tokens
from streams.ingest.cost_entries import CostEntry, InvalidEntries
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.tokens import Token
from streams.ingest.vendor import subject_of

log = logging.getLogger(__name__)

SOURCE_VENDOR, CONNECTION = "hirelay", "costs"  # of the events' source, and what metrics call it
PATH = "/v1/costs"
CHALLENGE = {"WWW-Authenticate": "Bearer"}  # RFC 9110, section 11.6.1
NAMED = frozenset({"channel", "agency"})  # scopes whose members are known by their names


@dataclass(frozen=True, kw_only=True)
class PostedCosts:
    """One request of a tenant, whole since `at`."""

    id: str
    tenant: Tenant
    body: bytes
    at: datetime


@dataclass(frozen=True)
class AcceptedCosts:
    """The ids of the events, in the order of the entries."""

    ids: tuple[str, ...]

    def answer(self) -> Answer:
        """What the sender is told."""
        content = {"accepted": len(self.ids), "ids": list(self.ids)}
        return Answer(status=202, outcome="accepted", content=content)


class Costs:
    """Takes requests; success is said only after Kafka has acknowledged every event."""

    def __init__(self, publisher: Publisher) -> None:
        """Start without a memory of failed attempts."""
        self._publisher = publisher
        self._trust = ReplayGuard()

    def owner(self, known: Sequence[Token], given: Sequence[str], at: datetime) -> Tenant:
        """Whose token the `Authorization` headers carry; raise Refused, in one way for every reason.

        Attempts that fail are limited as deliveries that cannot be verified are; a good token is let in all the same.
        """
        tenant = tokens.owner(known, given)
        if tenant is None:
            self._trust.spend(PATH, at)
            raise Refused(401, "unauthorized", "Send `Authorization: Bearer <token>`.")
        return tenant

    async def take(self, posted: PostedCosts) -> AcceptedCosts:
        """Take all entries of one request; raise Refused."""
        facts = {"delivery": posted.id, "tenant": posted.tenant.id}
        events = told(posted)
        try:
            await self._publisher.accept(events)
        except Unavailable as error:
            log.warning("costs put off", extra={**facts, "reason": error.reason})
            raise unavailable(error.reason) from error
        log.info("costs accepted", extra={**facts, "events": len(events)})
        return AcceptedCosts(tuple(each.id for each in events))


def told(posted: PostedCosts) -> tuple[Event, ...]:
    """The events of a request; raise Refused for what cannot be read, and for any entry that cannot be taken."""
    tenant = posted.tenant
    try:
        read = cost_entries.read(cost_entries.parse(posted.body), tenant.currency, posted.at)
    except Malformed as why:
        message = f"The request cannot be read: {why.detail}."
        raise Refused(400, why.reason, message) from None
    except InvalidEntries as why:
        raise _invalid(why) from None
    return tuple(event(each, posted) for each in read)


def _invalid(why: InvalidEntries) -> Refused:
    shown = [asdict(each) for each in why.problems[: cost_entries.SHOWN]]
    message = f"Nothing was accepted. Problems: {len(why.problems)}; shown: {len(shown)}."
    return Refused(422, "invalid_entries", message, more={"problems": shown})


def event(entry: CostEntry, posted: PostedCosts) -> Event:
    """What a sound entry tells. The same entry has the same id whenever it is sent, so a repeated request counts once."""
    tenant, name = posted.tenant, REVERSED if entry.reversed else RECORDED
    data = _cost(entry, tenant)
    source = f"urn:ats:{SOURCE_VENDOR}:{tenant.id}:{CONNECTION}"
    recorded = "" if entry.at is None else entry.at.isoformat()
    occurrence = f"{data.version}\x1f{normalize.content(data)}\x1f{recorded}"
    return Event(
        id=event_id(source, name, (data.cost_id,), occurrence),
        source=source,
        type=full(name),
        time=entry.at or posted.at,
        tenant=tenant.id,
        subject=subject_of(data),
        recordedtime=posted.at,
        timequality="received" if entry.at is None else "exact",
        ingestmode="api",
        deliveryid=posted.id,
        data=data,
    )


def _cost(entry: CostEntry, tenant: Tenant) -> Cost:
    member = entry.member
    if entry.scope in NAMED:
        found = normalize.channel(member)
        member = None if found is None else found.id
    return Cost(
        cost_id=entry.cost_id,
        version=entry.version,
        amount=entry.minor(tenant.currency) or 0,
        currency=entry.currency or tenant.currency,
        scope=entry.scope,
        member=member,
        period_from=entry.since,
        period_to=entry.to,
        kind=entry.kind,
    )
