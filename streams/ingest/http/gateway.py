"""What the gateway's routes share: its doors, which may change while it runs, and the answers given at them."""

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry

from schemas.errors import Unavailable
from streams.configuration.files import Misconfigured
from streams.ingest import connections
from streams.ingest.actions import Actions
from streams.ingest.connection_health import ConnectionHealth
from streams.ingest.connections import Configuration
from streams.ingest.costs import CHALLENGE, SOURCE_VENDOR, Costs, PostedCosts
from streams.ingest.delivery import Clock, IncomingRequest, Reception, headers_of
from streams.ingest.http import body as request_body
from streams.ingest.http.answer import Answer, Refused
from streams.ingest.kafka.breach_index import BreachIndex
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import FAILED, GatewayMetrics
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS

log = logging.getLogger(__name__)

ORIGIN = re.compile(r"[A-Za-z0-9.:*/_-]{1,253}")
LOOK_S = 1.0  # how soon a changed configuration is in force
REPORT_S = 2.0  # how soon `hirelay connections` sees a delivery

# Answers the configuration if it is another one than last time, None if it is not; raises Misconfigured.
Reload = Callable[[], Configuration | None]


def utc_now() -> datetime:
    """The edge where the clock is read."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class GatewayPorts:
    """What the gateway stands on: where things go, which breaches there are, the clock and the metrics."""

    publisher: Publisher
    breaches: BreachIndex
    clock: Clock
    metrics: GatewayMetrics


class Gateway:
    """Everything behind the routes; `run` keeps it up to date and reports, for as long as it lasts."""

    def __init__(self, largest: int, configuration: Configuration, seams: GatewayPorts) -> None:
        """Hold what is given; nothing starts here. `largest` is the size in bytes that a body may have."""
        self.publisher = publisher = seams.publisher
        self.metrics = metrics = seams.metrics
        self._largest = largest
        self._clock = seams.clock
        self._health = ConnectionHealth()
        self._vendors: dict[str, Vendor] = {vendor.name: vendor for vendor in VENDORS}
        self._reception = Reception(publisher, metrics, self._health)
        self._costs = Costs(publisher)
        self._actions = Actions(publisher, seams.breaches)
        for name in (*self._vendors, SOURCE_VENDOR):
            metrics.open(name)
        self._open(configuration)

    def _open(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self.metrics.connections.open(configuration.doors.values())
        self.metrics.tenants.open(configuration.tenancy.tenants)

    def shown(self) -> CollectorRegistry:
        """The metrics as they are now."""
        self.metrics.tenants.at(self._clock())
        return self.metrics.registry

    async def run(self, reload: Reload | None) -> None:
        """Until cancelled: take up a changed configuration, and report what the connections have been doing."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._report())
            if reload is not None:
                tasks.create_task(self._reload(reload))

    async def _reload(self, reload: Reload) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                changed = await asyncio.to_thread(reload)
            except (Misconfigured, OSError) as problem:
                self.metrics.configuration_stale.set(1)
                log.error("configuration not taken up", extra={"reason": str(problem)})  # noqa: TRY400
                continue
            if changed is not None:
                self._open(changed)
                self.metrics.configuration_stale.set(0)
                log.info("configuration taken up", extra={"connections": len(changed.doors)})

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            await self.report()

    async def report(self) -> None:
        """Tell what has changed; what cannot be told now is told next time."""
        counts = self._health.changed()
        try:
            if counts:
                await self.publisher.report(counts)
        except Unavailable:
            self._health.again(counts)

    async def close(self) -> None:
        """Report the last of it, if anybody listens."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REPORT_S):
                await self.report()

    async def deliver(
        self, vendor: str, connection: str, request: Request, address_key: str = ""
    ) -> Response:
        """Answer one request to `/hooks/…`, whatever is in it."""
        delivery, outcome = secrets.token_hex(8), FAILED
        try:
            found, door = self._door(vendor, connection, address_key)
            arrival = IncomingRequest(
                id=delivery,
                vendor=found,
                door=door,
                headers=headers_of(request.headers.raw),
                body=await request_body.read(request, self._largest),
                at=self._clock(),
                address_key=address_key,
            )
            with self.metrics.seconds.time():
                answer = await self._reception.take(arrival)
            outcome = answer.outcome
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            answer = refused.answer(delivery)
            outcome = answer.outcome
        finally:
            known = vendor if vendor in self._vendors else "unknown"
            self.metrics.deliveries.labels(known, outcome).inc()
        return _response(answer)

    async def costs(self, request: Request) -> Response:
        """Answer one request to `/v1/costs`."""

        async def take(posted: PostedCosts) -> Answer:
            accepted = await self._costs.take(posted)
            self.metrics.events.labels(SOURCE_VENDOR).inc(len(accepted.ids))
            return accepted.answer()

        return await self._api(request, take)

    async def act(self, request: Request, breach: str) -> Response:
        """Answer one request to `/v1/breaches/…/actions`."""
        return await self._api(request, partial(self._actions.take, breach))

    async def _api(
        self, request: Request, take: Callable[[PostedCosts], Awaitable[Answer]]
    ) -> Response:
        """Answer one request of the API; who may post is settled before the body is read."""
        delivery, given = secrets.token_hex(8), request.headers.getlist("authorization")
        outcome = FAILED
        try:
            tenant = self._costs.owner(self._configuration.tokens, given, self._clock())
            body = await request_body.read(request, self._largest)
            posted = PostedCosts(id=delivery, tenant=tenant, body=body, at=self._clock())
            with self.metrics.seconds.time():
                answer = await take(posted)
            outcome = answer.outcome
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            answer = refused.answer(delivery)
            outcome = answer.outcome
        finally:
            self.metrics.deliveries.labels(SOURCE_VENDOR, outcome).inc()
        return _response(replace(answer, headers=CHALLENGE) if answer.status == 401 else answer)

    def handshake(self, vendor: str, connection: str, request: Request) -> Response:
        """The CloudEvents request for permission to deliver (HTTP 1.1 Web Hooks for Event Delivery, section 4)."""
        delivery = secrets.token_hex(8)
        origin = request.headers.get("webhook-request-origin", "")
        try:
            found, _ = self._door(vendor, connection, "")
            _welcome(found, origin)
        except Refused as refused:
            return _response(refused.answer(delivery))
        headers = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST"}
        return Response(status_code=200, headers=headers)

    def _door(
        self, vendor: str, connection: str, address_key: str
    ) -> tuple[Vendor, connections.ResolvedConnection]:
        door = self._configuration.doors.get((vendor, connection))
        found = self._vendors.get(vendor)
        if door is None or found is None or (address_key and not door.address_key):
            message = "There is no such connection. The address is /hooks/<vendor>/<connection id>."
            raise Refused(404, "no_such_connection", message)
        return found, door


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return JSONResponse(answer.content, status_code=answer.status, headers=headers)


def _welcome(vendor: Vendor, origin: str) -> None:
    if not vendor.handshake:
        raise Refused(405, "no_handshake", "This vendor is asked nothing: use POST.")
    if ORIGIN.fullmatch(origin) is None:
        raise Refused(400, "webhook_request_origin", "Send WebHook-Request-Origin: your host.")
