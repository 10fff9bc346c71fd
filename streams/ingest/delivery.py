"""One delivery, from raw bytes to an answer: verify, translate, wait for Kafka; set aside what is not understood."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas import codec
from schemas.errors import Condition, Malformed, Unauthentic, Unavailable, Unmapped
from schemas.event import Event
from streams.ingest import packer, sealing
from streams.ingest.answer import RETRY_AFTER_S, Answer, Refused, unavailable
from streams.ingest.config import Door
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.publisher import Publisher
from streams.ingest.vendor import Context, Headers, Translation, Vendor

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# Deliveries that nobody has vouched for, kept per connection and hour: enough to repair a mistaken secret, too few to
# fill the quarantine.
UNTRUSTED_PER_HOUR = 1_000


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """The raw bytes of one request, at whose door they are, and when they were complete."""

    id: str
    vendor: Vendor
    door: Door
    headers: Headers
    body: bytes
    at: datetime

    @property
    def context(self) -> Context:
        """For whom it is translated."""
        return Context(tenant=self.door.tenant, connection=self.door.connection, now=self.at)

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

    def __init__(self, publisher: Publisher, metrics: GatewayMetrics) -> None:
        """Start with an empty count of untrusted deliveries."""
        self._publisher = publisher
        self._metrics = metrics
        self._untrusted: dict[str, tuple[int, int]] = {}

    async def take(self, arrival: Arrival) -> Answer:
        """Answer one delivery; raise Refused."""
        try:
            return await self._take(arrival)
        except Unavailable as error:
            log.warning("delivery put off", extra={**arrival.facts, "reason": error.reason})
            raise unavailable(error.reason) from error

    async def _take(self, arrival: Arrival) -> Answer:
        door = arrival.door
        if not door.secrets:
            self._spend(arrival)
            return await self._quarantine(
                arrival, Malformed("pending_secret", "the connection has no secret yet")
            )
        try:
            arrival.vendor.verify(arrival.headers, arrival.body, door.secrets, arrival.at)
        except Unauthentic as why:
            log.warning("signature refused", extra={**arrival.facts, "detail": why.detail})
            if door.connection.on_bad_signature == "reject":
                raise _unauthentic() from None
            self._spend(arrival)
            return await self._quarantine(arrival, why)
        try:
            translation = _checked(translate(arrival))
        except (Malformed, Unmapped) as why:
            return await self._quarantine(arrival, why)
        return await self._accept(arrival, translation)

    async def _accept(self, arrival: Arrival, translation: Translation) -> Answer:
        vendor = arrival.vendor.name
        fault = next(iter(translation.faults), None)
        work = [self._publisher.accept(translation.events)]
        if fault is not None:
            work.append(self._set_aside(arrival, fault))
        await asyncio.gather(*work)
        self._metrics.events.labels(vendor).inc(len(translation.events))
        self._metrics.ignored.labels(vendor).inc(len(translation.ignored))
        outcome = _outcome(translation)
        log.info(
            "delivery accepted",
            extra={**arrival.facts, "outcome": outcome, "events": len(translation.events)},
        )
        return Answer(
            status=arrival.vendor.success,
            outcome=outcome,
            content={
                "delivery": arrival.id,
                "accepted": len(translation.events),
                "ignored": len(translation.ignored),
                "quarantined": None if fault is None else fault.reason,
            },
        )

    async def _quarantine(self, arrival: Arrival, why: Condition) -> Answer:
        """Kept for repair and replay, so the vendor is told success: it must neither retry nor give up the webhook."""
        await self._set_aside(arrival, why)
        return Answer(
            status=arrival.vendor.success,
            outcome="quarantined",
            content={
                "delivery": arrival.id,
                "accepted": 0,
                "ignored": 0,
                "quarantined": why.reason,
                "message": why.detail,
                "entry": sealing.entry_id(arrival.door.connection.id, arrival.body),
            },
        )

    async def _set_aside(self, arrival: Arrival, why: Condition) -> None:
        entry = sealing.set_aside(arrival.door, arrival.headers, arrival.body, why, arrival.context)
        await self._publisher.set_aside(entry)
        self._metrics.quarantined.labels(arrival.vendor.name, why.reason).inc()
        log.warning("delivery set aside", extra={**arrival.facts, "reason": why.reason})

    def _spend(self, arrival: Arrival) -> None:
        """Count an untrusted delivery that is about to be kept; raise Refused when the hour has had enough of them."""
        hour = int(arrival.at.timestamp()) // 3600
        connection = arrival.door.connection.id
        since, count = self._untrusted.get(connection, (hour, 0))
        count = count + 1 if since == hour else 1
        if count > UNTRUSTED_PER_HOUR:
            raise Refused(
                429,
                "too_many_untrusted",
                "Too many deliveries that cannot be verified. Correct the secret, then send them again.",
                RETRY_AFTER_S,
            )
        self._untrusted[connection] = (hour, count)


def translate(arrival: Arrival) -> Translation:
    """The vendor's translation; raise Malformed or Unmapped, whatever the bytes are."""
    try:
        return arrival.vendor.translate(arrival.body, arrival.headers, arrival.context)
    except (ValueError, RecursionError, ArithmeticError) as error:
        # An adapter may meet text and numbers that it did not foresee; the delivery is kept, and shows which.
        raise Malformed("not_this_vendor", type(error).__name__) from None


def _checked(translation: Translation) -> Translation:
    """Without the events that the worker could not read: one of them would spoil the pack of all its neighbours."""
    sound: list[Event] = []
    faults: list[Condition] = list(translation.faults)
    for event in translation.events:
        try:
            msgspec.msgpack.encode(codec.decode(codec.encode([packer.encode(event)])))
        except (Malformed, ValueError, OverflowError):
            faults.append(Malformed("unmapped_value", f"{event.type} holds a value out of range"))
        else:
            sound.append(event)
    if faults and not sound and not translation.ignored:
        raise faults[0]
    return Translation(
        events=tuple(sound),
        ignored=translation.ignored,
        faults=tuple(faults),
        ping=translation.ping,
    )


def _outcome(translation: Translation) -> str:
    if translation.events:
        return "accepted"
    return "ping" if translation.ping else "ignored"


def _unauthentic() -> Refused:
    return Refused(
        401,
        "bad_signature",
        "The signature does not match. Compare the secret of this webhook with the one configured for the connection.",
    )


def headers_of(pairs: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers as they arrived, names in lower case, repeated ones kept."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
