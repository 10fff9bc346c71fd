"""One delivery, from raw bytes to an answer: verify, translate, wait for Kafka; set aside what is not understood."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from schemas.errors import Condition, Malformed, Unauthentic, Unavailable, Unmapped
from schemas.events import packs
from schemas.events.envelope import Event
from schemas.kafka.connection_health import What
from streams.ingest.connection_health import OTHER, ConnectionHealth
from streams.ingest.connections import ResolvedConnection
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka import packer
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.quarantine import encryption
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Context, Headers, Translation, Vendor

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class IncomingRequest:
    """The raw bytes of one request, at whose door they are, and when they were complete."""

    id: str
    vendor: Vendor
    door: ResolvedConnection
    headers: Headers
    body: bytes
    at: datetime
    address_key: str = ""

    @property
    def context(self) -> Context:
        """For whom it is translated."""
        door = self.door
        return Context(
            tenant=door.tenant,
            connection=door.connection,
            now=self.at,
            person_key=door.person_key,
        )

    @property
    def kept(self) -> Headers:
        """What a replay needs to judge it again: the headers, and the last part of the address."""
        if not self.address_key:
            return self.headers
        return (*self.headers, (encryption.ADDRESS, self.address_key))

    @property
    def facts(self) -> dict[str, str]:
        """What every log line about it says."""
        return {
            "delivery": self.id,
            "vendor": self.vendor.name,
            "connection": self.door.connection.id,
        }


class Reception:
    """Answers deliveries; success is said only after Kafka has acknowledged everything."""

    def __init__(
        self, publisher: Publisher, metrics: GatewayMetrics, health: ConnectionHealth
    ) -> None:
        """Start with an empty memory of whom to trust."""
        self._publisher = publisher
        self._metrics = metrics
        self._health = health
        self._trust = ReplayGuard()

    async def take(self, arrival: IncomingRequest) -> Answer:
        """Answer one delivery; raise Refused."""
        try:
            answer = await self._take(arrival)
        except Unavailable as error:
            log.warning("delivery put off", extra={**arrival.facts, "reason": error.reason})
            self._note(arrival, "outcome", "unavailable")
            raise unavailable(error.reason) from error
        except Refused:
            self._note(arrival, "outcome", "refused")
            raise
        self._note(arrival, "outcome", answer.outcome)
        return answer

    async def _take(self, arrival: IncomingRequest) -> Answer:
        greeting = arrival.vendor.greet(arrival.headers, arrival.body)
        if greeting is not None:
            return Answer(
                status=greeting.status,
                outcome="ping",
                content={"delivery": arrival.id, "accepted": 0, "ignored": 0, "quarantined": None},
                headers=dict(greeting.headers),
            )
        if not arrival.door.secrets:
            return await self._before_the_secret(arrival)
        try:
            verify(arrival, self._trust)
        except Unauthentic as why:
            self._note(arrival, "signature", "refused")
            log.warning("signature refused", extra={**arrival.facts, "detail": why.detail})
            if arrival.door.connection.on_bad_signature == "reject":
                raise _unauthentic() from None
            self._trust.spend(arrival.door.connection.id, arrival.at)
            return await self._quarantine(arrival, why)
        try:
            told = checked(translate(arrival))
        except (Malformed, Unmapped) as why:
            return await self._quarantine(arrival, why)
        return await self._accept(arrival, told)

    async def _before_the_secret(self, arrival: IncomingRequest) -> Answer:
        """The vendor shows its secret only after a test was answered: tests are answered, the rest is kept."""
        try:
            told = translate(arrival)
        except (Malformed, Unmapped):
            told = Translation()
        if told.ping:
            return await self._accept(arrival, told)
        self._trust.spend(arrival.door.connection.id, arrival.at)
        why = Malformed("pending_secret", "the connection has no secret yet")
        return await self._quarantine(arrival, why)

    async def _accept(self, arrival: IncomingRequest, told: Translation) -> Answer:
        vendor = arrival.vendor
        work = [self._publisher.accept(told.events)]
        fault = _together(told.faults)
        if fault is not None:
            work.append(self._set_aside(arrival, fault, told))
        await asyncio.gather(*work)
        self._metrics.events.labels(vendor.name).inc(len(told.events))
        self._metrics.ignored.labels(vendor.name).inc(len(told.ignored))
        known = told.event in vendor.mapped or told.event in vendor.ignored or told.ping
        self._note(arrival, "event", told.event if known and told.event else OTHER)
        outcome = _outcome(told)
        facts = {**arrival.facts, "outcome": outcome, "events": len(told.events)}
        log.info("delivery accepted", extra=facts)
        return Answer(
            status=vendor.success,
            outcome=outcome,
            content={
                "delivery": arrival.id,
                "accepted": len(told.events),
                "ignored": len(told.ignored),
                "quarantined": None if fault is None else fault.reason,
                **({} if fault is None else {"message": fault.detail}),
            },
        )

    async def _quarantine(self, arrival: IncomingRequest, why: Condition) -> Answer:
        """Kept for repair and replay, so the vendor is told success: it must neither retry nor give up the webhook."""
        await self._set_aside(arrival, why, None)
        return Answer(
            status=arrival.vendor.success,
            outcome="quarantined",
            content={
                "delivery": arrival.id,
                "accepted": 0,
                "ignored": 0,
                "quarantined": why.reason,
                "message": why.detail,
                "entry": encryption.entry_id(arrival.door.connection.id, arrival.body),
            },
        )

    async def _set_aside(
        self, arrival: IncomingRequest, why: Condition, told: Translation | None
    ) -> None:
        door = arrival.door
        entry = encryption.set_aside(door, arrival.kept, arrival.body, why, arrival.context, told)
        await self._publisher.set_aside(entry)
        self._metrics.quarantined.labels(arrival.vendor.name, why.reason).inc()
        self._note(arrival, "reason", why.reason)
        log.warning("delivery set aside", extra={**arrival.facts, "reason": why.reason})

    def _note(self, arrival: IncomingRequest, what: What, name: str) -> None:
        count = self._health.note(arrival.door, what, name, arrival.at)
        self._metrics.connections.note(count, arrival.vendor.expected)


def verify(arrival: IncomingRequest, trust: ReplayGuard) -> None:
    """Raise Unauthentic for another address, another signature, or another body under a signature already used."""
    door, vendor = arrival.door, arrival.vendor
    if door.address_key and not hmac.compare_digest(door.address_key, arrival.address_key.encode()):
        raise Unauthentic("bad_signature", "the last part of the address is not this one's key")
    vendor.verify(arrival.headers, arrival.body, door.secrets, arrival.at)
    nonce = vendor.nonce(arrival.body)
    if nonce is not None:
        trust.once(door.connection.id, nonce, arrival.body)


def translate(arrival: IncomingRequest) -> Translation:
    """The vendor's translation; raise Malformed or Unmapped, whatever the bytes are."""
    try:
        return arrival.vendor.translate(arrival.body, arrival.headers, arrival.context)
    except (ValueError, TypeError, LookupError, RecursionError, ArithmeticError) as error:
        # An adapter may meet text and numbers that it did not foresee; the delivery is kept, and shows which.
        raise Malformed("not_this_vendor", type(error).__name__) from None


def checked(told: Translation) -> Translation:
    """Without the events that the worker could not read: one of them would spoil the pack of all its neighbours."""
    sound: list[Event] = []
    faults: list[Condition] = list(told.faults)
    for event in told.events:
        try:
            msgspec.msgpack.encode(packs.decode(packs.encode([packer.encode(event)])))
        except (Malformed, ValueError, OverflowError):
            faults.append(Malformed("unmapped_value", f"{event.type} holds a value out of range"))
        else:
            sound.append(event)
    if faults and not sound and not told.ignored and not told.ping:
        raise faults[0]
    return replace(told, events=tuple(sound), faults=tuple(faults))


def _together(faults: Sequence[Condition]) -> Condition | None:
    """One condition for all parts of a delivery that could not be used."""
    if not faults:
        return None
    return Malformed(faults[0].reason, "; ".join(fault.detail for fault in faults)[:500])


def _outcome(told: Translation) -> str:
    if told.events:
        return "accepted"
    return "ping" if told.ping else "ignored"


def _unauthentic() -> Refused:
    return Refused(
        401,
        "bad_signature",
        "The signature does not match. Compare the secret of this webhook with the one configured for the connection.",
    )


def headers_of(pairs: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers as they arrived, names in lower case, repeated ones kept."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
