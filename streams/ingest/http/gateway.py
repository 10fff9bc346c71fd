"""The gateway behind the HTTP routes: connections, which may change while it runs, and answers to requests."""

import asyncio
import contextlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from fastapi import Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry

from schemas.errors import Unavailable
from schemas.tenants.access import Scope
from streams.configuration.files import Misconfigured
from streams.configuration.relay_companies import RelayCompanies
from streams.ingest import connections
from streams.ingest.actions import ActionsHandler
from streams.ingest.connection_health import ConnectionHealth
from streams.ingest.connections import Configuration
from streams.ingest.costs import CHALLENGE, SOURCE_VENDOR, ApiRequest, CostsHandler
from streams.ingest.delivery import Clock, DeliveryHandler, unauthentic
from streams.ingest.employee_names import EmployeeNames
from streams.ingest.http import body as request_body
from streams.ingest.http.answer import Answer, Refused
from streams.ingest.http.audit import audit
from streams.ingest.http.response import check_handshake, to_response, with_advice
from streams.ingest.incoming_request import IncomingRequest, decode_headers
from streams.ingest.kafka.breach_index import BreachIndex
from streams.ingest.kafka.delivery_ids import DeliveryIds
from streams.ingest.kafka.link_index import LinkIndex
from streams.ingest.kafka.name_index import NameIndex
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import FAILED, GatewayMetrics
from streams.ingest.relay_invitations import InvitationsHandler
from streams.ingest.relay_links import LinksHandler, LinkVisit
from streams.ingest.relay_registrations import RegistrationsHandler
from streams.ingest.requirements import RequirementsHandler
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS

log = logging.getLogger(__name__)

RELOAD_INTERVAL_S = 1.0  # a changed configuration takes effect this soon
REPORT_INTERVAL_S = 2.0  # `hirelay connections` shows a delivery this soon

# Returns the configuration if it has changed since the last call, else None; raises Misconfigured.
Reload = Callable[[], Configuration | None]


def utc_now() -> datetime:
    """Return the current time; the only place where the clock is read."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class GatewayDependencies:
    """What the gateway depends on: the publisher, the indexes in Kafka, the companies of Career Relay, the clock, the metrics.

    `base_url` is where candidates reach its links.
    """

    publisher: Publisher
    breaches: BreachIndex
    delivery_ids: DeliveryIds
    links: LinkIndex
    names: NameIndex
    relay: RelayCompanies
    base_url: str
    clock: Clock
    metrics: GatewayMetrics


class Gateway:
    """Handles all requests; `run` reloads the configuration and reports health counts in the background."""

    def __init__(
        self, max_body_bytes: int, configuration: Configuration, dependencies: GatewayDependencies
    ) -> None:
        """Keep the dependencies; nothing starts here. `max_body_bytes` limits the size of a body."""
        self.publisher = publisher = dependencies.publisher
        self.metrics = metrics = dependencies.metrics
        self._max_body_bytes = max_body_bytes
        self._clock = dependencies.clock
        self._health = ConnectionHealth()
        self._delivery_ids = dependencies.delivery_ids
        self._vendors: dict[str, Vendor] = {vendor.name: vendor for vendor in VENDORS}
        self.names = EmployeeNames(dependencies.names)
        self._deliveries = DeliveryHandler(
            publisher, metrics, self._health, dependencies.delivery_ids, self.names
        )
        self._costs = CostsHandler(publisher)
        self._actions = ActionsHandler(publisher, dependencies.breaches)
        self._relay = dependencies.relay
        self._registrations = RegistrationsHandler(publisher)
        self._requirements = RequirementsHandler(publisher)
        self._links = LinksHandler(publisher, dependencies.links)
        self._invitations = InvitationsHandler(
            publisher=publisher, links=dependencies.links, base_url=dependencies.base_url
        )
        for name in (*self._vendors, SOURCE_VENDOR):
            metrics.register_vendor(name)
        self._apply(configuration)

    def _apply(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self.metrics.connections.set_connections(configuration.connections.values())
        self.metrics.tenants.set_tenants(configuration.tenancy.tenants)

    def current_registry(self) -> CollectorRegistry:
        """Return the registry with up-to-date metrics."""
        self.metrics.tenants.update(self._clock())
        return self.metrics.registry

    async def run(self, reload: Reload | None) -> None:
        """Until cancelled, apply configuration changes and report health counts of connections."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._report_periodically())
            if reload is not None:
                tasks.create_task(self._reload_periodically(reload))

    async def _reload_periodically(self, reload: Reload) -> None:
        while True:
            await asyncio.sleep(RELOAD_INTERVAL_S)
            try:
                changed = await asyncio.to_thread(reload)
            except (Misconfigured, OSError) as problem:
                self.metrics.configuration_stale.set(1)
                log.error("configuration not reloaded", extra={"reason": str(problem)})  # noqa: TRY400
                continue
            if changed is not None:
                self._apply(changed)
                self.metrics.configuration_stale.set(0)
                log.info("configuration reloaded", extra={"connections": len(changed.connections)})

    async def _report_periodically(self) -> None:
        while True:
            await asyncio.sleep(REPORT_INTERVAL_S)
            await self.report_health()
            await self.names.report(self.publisher)

    async def report_health(self) -> None:
        """Publish the counts that changed; if Kafka is unavailable, they are published next time."""
        counts = self._health.take_changed()
        try:
            if counts:
                await self.publisher.report_health(counts)
        except Unavailable:
            self._health.restore(counts)

    async def close(self) -> None:
        """Publish the last counts, unless Kafka does not answer in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REPORT_INTERVAL_S):
                await self.report_health()
        await self._delivery_ids.close()

    async def deliver(
        self, vendor: str, connection: str, request: Request, address_key: str = ""
    ) -> Response:
        """Answer one request to `/hooks/…`, whatever it contains."""
        delivery, outcome = secrets.token_hex(8), FAILED
        try:
            adapter, resolved = await self._find_or_refuse(
                (vendor, connection, address_key), request
            )
            incoming = IncomingRequest(
                id=delivery,
                vendor=adapter,
                resolved=resolved,
                headers=decode_headers(request.headers.raw),
                body=await request_body.read(request, self._max_body_bytes),
                at=self._clock(),
                address_key=address_key,
            )
            with self.metrics.seconds.time():
                answer = await self._deliveries.handle(incoming)
            outcome = answer.outcome
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            answer = with_advice(refused.answer(delivery), self._vendors.get(vendor))
            outcome = answer.outcome
        finally:
            vendor_label = vendor if vendor in self._vendors else "unknown"
            self.metrics.deliveries.labels(vendor_label, outcome).inc()
        return to_response(answer)

    async def post_costs(self, request: Request) -> Response:
        """Answer one request to `/v1/costs`."""

        async def record_costs(api_request: ApiRequest) -> Answer:
            accepted = await self._costs.accept(api_request)
            self.metrics.events.labels(SOURCE_VENDOR).inc(len(accepted.ids))
            return accepted.answer()

        return await self._handle_api_request(request, "costs:write", record_costs)

    async def post_action(self, request: Request, breach: str) -> Response:
        """Answer one request to `/v1/breaches/…/actions`."""
        handle = partial(self._actions.record, breach)
        return await self._handle_api_request(request, "breaches:act", handle)

    async def post_invitation(self, request: Request) -> Response:
        """Answer one request to `/v1/relay/invitations`."""

        async def invite(api_request: ApiRequest) -> Answer:
            company = self._relay.current().get(api_request.tenant.id)
            return await self._invitations.invite(company, api_request)

        return await self._handle_api_request(request, "relay:write", invite)

    async def post_registrations(self, request: Request) -> Response:
        """Answer one request to `/v1/relay/registrations`."""

        async def register(api_request: ApiRequest) -> Answer:
            connections = self._configuration.connections.values()
            return await self._registrations.register(connections, api_request)

        return await self._handle_api_request(request, "relay:write", register)

    async def post_requirements(self, request: Request) -> Response:
        """Answer one request to `/v1/requirements`."""
        return await self._handle_api_request(request, "relay:write", self._requirements.record)

    async def open_link(self, token: str, request: Request) -> Response:
        """Answer one visit of a link."""
        address = "" if request.client is None else request.client.host
        visit = LinkVisit(
            method=request.method, headers=request.headers, address=address, at=self._clock()
        )
        try:
            answer = await self._links.open(token, visit, self._relay.current())
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            return to_response(refused.answer(secrets.token_hex(8)))
        return Response(status_code=answer.status, headers=answer.headers)

    async def _handle_api_request(
        self, request: Request, scope: Scope, handle: Callable[[ApiRequest], Awaitable[Answer]]
    ) -> Response:
        """Answer one API request; the token is checked before the body is read."""
        delivery, authorization = secrets.token_hex(8), request.headers.getlist("authorization")
        outcome = FAILED
        try:
            token = self._costs.authenticate(
                self._configuration.tokens, authorization, scope, self._clock()
            )
            body = await request_body.read(request, self._max_body_bytes)
            api_request = ApiRequest(id=delivery, tenant=token.tenant, body=body, at=self._clock())
            with self.metrics.seconds.time():
                answer = await handle(api_request)
                await audit(self.publisher, scope, token, api_request, request.url.path)
            outcome = answer.outcome
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            answer = refused.answer(delivery)
            outcome = answer.outcome
        finally:
            self.metrics.deliveries.labels(SOURCE_VENDOR, outcome).inc()
        return to_response(replace(answer, headers=CHALLENGE) if answer.status == 401 else answer)

    def handshake(self, vendor: str, connection: str, request: Request) -> Response:
        """Answer a CloudEvents request for permission to deliver (HTTP 1.1 Web Hooks for Event Delivery, section 4)."""
        delivery, origin = secrets.token_hex(8), request.headers.get("webhook-request-origin", "")
        try:
            adapter, _ = self._find_connection(vendor, connection, "")
            check_handshake(adapter, origin)
        except Refused as refused:
            return to_response(refused.answer(delivery))
        headers = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST"}
        return Response(status_code=200, headers=headers)

    async def _find_or_refuse(
        self, address: tuple[str, str, str], request: Request
    ) -> tuple[Vendor, connections.ResolvedConnection]:
        """Return the connection; refuse another address as a wrong signature is, after the same reading.

        So nobody learns by asking which connections exist.
        """
        try:
            return self._find_connection(*address)
        except Refused:
            body = await request_body.read(request, self._max_body_bytes)
            hmac.digest(b"no such connection", body, "sha256")
            log.warning("no such connection", extra={"vendor": address[0][:40]})
            raise unauthentic() from None

    def _find_connection(
        self, vendor: str, connection: str, address_key: str
    ) -> tuple[Vendor, connections.ResolvedConnection]:
        resolved = self._configuration.connections.get((vendor, connection))
        adapter = self._vendors.get(vendor)
        if resolved is None or adapter is None or (address_key and not resolved.address_key):
            message = "There is no such connection. The address is /hooks/<vendor>/<connection id>."
            raise Refused(404, "no_such_connection", message)
        return adapter, resolved
