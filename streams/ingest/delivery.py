"""Handles one delivery from raw bytes to an answer: verify, translate, publish, and quarantine what is unclear."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from schemas.errors import Condition, Malformed, Unauthentic, Unavailable, Unmapped
from schemas.events.counting import NOT_COUNTED, not_counted
from schemas.kafka.connection_health import HealthKind
from streams.ingest.connection_health import OTHER, ConnectionHealth
from streams.ingest.employee_names import EmployeeNames
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.incoming_request import (
    IncomingRequest,
    combine,
    encode_readable,
    translate,
    verify,
)
from streams.ingest.kafka.delivery_ids import DeliveryIds
from streams.ingest.kafka.publisher import EncodedEvent, Publisher
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.quarantine import encryption
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Preflight, Translation, Vendor

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
T = TypeVar("T")

# Of a test that a vendor sends before it shows its secret; larger bodies are not parsed.
MAX_TEST_BYTES = 4_000
HEAVY_BYTES = 64_000  # from here on a thread parses the body, so that other requests do not wait


async def _off_loop(request: IncomingRequest, work: Callable[[], T]) -> T:
    """Return the result of the work; for a heavy body it is done in a thread."""
    return work() if len(request.body) < HEAVY_BYTES else await asyncio.to_thread(work)


class DeliveryHandler:
    """Answers deliveries; success is returned only after the publisher has stored everything."""

    def __init__(
        self,
        publisher: Publisher,
        metrics: GatewayMetrics,
        health: ConnectionHealth,
        delivery_ids: DeliveryIds,
        names: EmployeeNames,
    ) -> None:
        """Start with an empty replay guard."""
        self._publisher = publisher
        self._metrics = metrics
        self._health = health
        self._delivery_ids = delivery_ids
        self._names = names
        self._replay_guard = ReplayGuard()

    async def handle(self, request: IncomingRequest) -> Answer:
        """Answer one delivery; raise Refused."""
        preflight = request.vendor.preflight(request.headers, request.body)
        if preflight is not None:
            self._record_health(request, "unverified", "ping")
            return _preflight_answer(request, preflight)
        if not request.resolved.secrets:
            return await self._recorded(request, "unverified", self._handle_without_secret(request))
        try:
            await _off_loop(request, lambda: verify(request))
        except Unauthentic as error:
            return await self._recorded(
                request, "unverified", self._handle_unverified(request, error)
            )
        return await self._recorded(request, "outcome", self._handle_verified(request))

    async def _recorded(
        self, request: IncomingRequest, what: HealthKind, handling: Awaitable[Answer]
    ) -> Answer:
        """Return the answer, and count it in the connection's health; only a verified delivery shows that it lives."""
        try:
            answer = await handling
        except Unavailable as error:
            log.warning(
                "delivery refused for now", extra={**request.log_fields, "reason": error.reason}
            )
            self._record_health(request, what, "unavailable")
            raise unavailable(error.reason) from error
        except Refused:
            self._record_health(request, what, "refused")
            raise
        self._record_health(request, what, answer.outcome)
        return answer

    async def _handle_verified(self, request: IncomingRequest) -> Answer:
        if await self._is_reused(request):
            raise await self._set_reused_aside(request)
        try:
            translation, encoded = await _off_loop(
                request, lambda: encode_readable(translate(request))
            )
        except (Malformed, Unmapped) as error:
            return await self._quarantine(request, error)
        return await self._accept(request, translation, encoded)

    async def _handle_unverified(self, request: IncomingRequest, error: Unauthentic) -> Answer:
        self._record_health(request, "signature", "refused")
        log.warning("signature refused", extra={**request.log_fields, "detail": error.detail})
        if request.resolved.connection.on_bad_signature == "reject":
            raise unauthentic() from None
        self._count_unverified(request)
        return await self._quarantine(request, error)

    def _count_unverified(self, request: IncomingRequest) -> None:
        self._replay_guard.count_unverified(
            request.resolved.connection.id, request.at, len(request.body)
        )

    async def _is_reused(self, request: IncomingRequest) -> bool:
        """Return whether the delivery's id came before with another body, at this gateway or at any.

        Gateways share the ids only of signatures that do not cover the body; while Kafka is away each has its own memory.
        """
        if self._replay_guard.is_reused(request):
            return True
        key = request.delivery_key
        if key is None or request.vendor.covers_body(request.headers):
            return False
        try:
            return await self._delivery_ids.first_body(key, request.body_digest) != (
                request.body_digest
            )
        except Unavailable as error:
            log.warning("delivery id not shared", extra={**request.log_fields, "why": error.detail})
            return False

    async def _set_reused_aside(self, request: IncomingRequest) -> Refused:
        """Quarantine the delivery for people to look at; the first one under its id stands."""
        self._count_unverified(request)
        condition = Malformed("reused_id", "its delivery id came before, with another body")
        answer = await self._quarantine(request, condition)
        return Refused(
            409,
            "reused_id",
            "A delivery with this id and another body came before; this one is set aside. Use a new id for new content.",
            more={"entry": answer.content["entry"]},
        )

    async def _handle_without_secret(self, request: IncomingRequest) -> Answer:
        """Answer tests and quarantine the rest: the vendor shows its secret only after a test was answered."""
        translation = Translation()
        if len(request.body) <= MAX_TEST_BYTES:
            with contextlib.suppress(Malformed, Unmapped):
                translation = translate(request)
        if translation.ping:
            return await self._accept(request, translation, ())
        self._count_unverified(request)
        condition = Malformed("pending_secret", "the connection has no secret yet")
        return await self._quarantine(request, condition)

    async def _accept(
        self, request: IncomingRequest, translation: Translation, encoded: Sequence[EncodedEvent]
    ) -> Answer:
        vendor = request.vendor
        work: list[Awaitable[object]] = [self._publisher.publish(encoded)]
        fault = combine(translation.faults) if translation.faults else None
        if fault is not None:
            work.append(self._publish_quarantine_entry(request, fault, translation))
        await asyncio.gather(*work)
        self._names.note(request.resolved.tenant.id, translation.employees, request.at)
        self._metrics.events.labels(vendor.name).inc(len(translation.events))
        self._metrics.ignored.labels(vendor.name).inc(len(translation.ignored))
        self._record_health(request, "event", _event_label(vendor, translation))
        uncounted = not_counted(translation.events)
        for event_type, total in uncounted.items():
            self._record_health(request, "not_counted", event_type, total)
        outcome = _outcome(translation)
        facts = {"outcome": outcome, "events": len(translation.events)}
        log.info("delivery accepted", extra=request.log_fields | facts)
        return Answer(
            status=vendor.success,
            outcome=outcome,
            content={
                **_accepted_content(request, translation, fault),
                **(_not_counted_note(uncounted) if vendor.canonical else {}),
            },
        )

    async def _quarantine(self, request: IncomingRequest, condition: Condition) -> Answer:
        """Quarantine the delivery for a later replay.

        The answer is success, so that the vendor neither retries nor disables the webhook.
        """
        entry = await self._publish_quarantine_entry(request, condition, None)
        return Answer(
            status=request.vendor.success,
            outcome="quarantined",
            content={
                "delivery": request.id,
                "accepted": 0,
                "ignored": 0,
                "quarantined": condition.reason,
                "message": condition.detail,
                "entry": entry,
            },
        )

    async def _publish_quarantine_entry(
        self, request: IncomingRequest, condition: Condition, translation: Translation | None
    ) -> str:
        """Return the id of the entry once it is stored; raise Unavailable."""
        resolved = request.resolved
        entry = await _off_loop(
            request,
            lambda: encryption.quarantine_entry(
                resolved,
                request.stored_headers,
                request.body,
                condition,
                request.context,
                translation,
            ),
        )
        await self._publisher.quarantine(entry)
        self._metrics.quarantined.labels(request.vendor.name, condition.reason).inc()
        self._record_health(request, "reason", condition.reason)
        log.warning("delivery quarantined", extra=request.log_fields | {"reason": condition.reason})
        return entry.id

    def _record_health(
        self, request: IncomingRequest, what: HealthKind, name: str, n: int = 1
    ) -> None:
        count = self._health.record(request.resolved, what, name, request.at, n)
        self._metrics.connections.record(count, request.vendor.expected)


def _preflight_answer(request: IncomingRequest, preflight: Preflight) -> Answer:
    return Answer(
        status=preflight.status,
        outcome="ping",
        content={"delivery": request.id, "accepted": 0, "ignored": 0, "quarantined": None},
        headers=dict(preflight.headers),
    )


def _event_label(vendor: Vendor, translation: Translation) -> str:
    """The vendor's event under which connection health counts the delivery, if it is one that we document."""
    documented = (
        translation.event in vendor.mapped
        or translation.event in vendor.ignored
        or translation.ping
    )
    return translation.event if documented and translation.event else OTHER


def _accepted_content(
    request: IncomingRequest, translation: Translation, fault: Condition | None
) -> dict[str, object]:
    return {
        "delivery": request.id,
        "accepted": len(translation.events),
        "ignored": len(translation.ignored),
        "quarantined": None if fault is None else fault.reason,
        **({} if fault is None else _fault_content(translation, fault)),
    }


def _fault_content(translation: Translation, fault: Condition) -> dict[str, object]:
    """How many parts of the delivery were set aside, and why."""
    return {"message": fault.detail, "set_aside": len(translation.faults)}


def _outcome(translation: Translation) -> str:
    if translation.events:
        return "accepted"
    return "ping" if translation.ping else "ignored"


def _not_counted_note(totals: Mapping[str, int]) -> dict[str, object]:
    """The part of an answer about accepted events that no number contains yet; empty if there are none."""
    if not totals:
        return {}
    return {
        "not_counted": [
            {"type": name, "events": n, "reason": NOT_COUNTED[name]} for name, n in totals.items()
        ]
    }


def unauthentic() -> Refused:
    """Return the refusal of a delivery whose sender is not known, for whatever reason."""
    return Refused(
        401,
        "bad_signature",
        "The address or the signature does not match: compare both with those of the connection (`hirelay connections`).",
    )
