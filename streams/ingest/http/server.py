"""The gateway's HTTP server: routes for webhooks, the API, health and metrics."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from schemas.kafka import topics
from streams.configuration.relay_companies import RelayCompanies
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import ConfigurationWatcher
from streams.ingest.connections import Configuration
from streams.ingest.delivery import Clock
from streams.ingest.http import actions_route, costs_route, docs_page, operations_route, relay_route
from streams.ingest.http.api import BODY_REFUSALS, DescribedApi, refusals
from streams.ingest.http.gateway import Gateway, GatewayDependencies, Reload, utc_now
from streams.ingest.kafka.breach_index import BreachIndex, BreachLookup, make_consumer
from streams.ingest.kafka.delivery_ids import DeliveryIds, SharedDeliveryIds, make_clients
from streams.ingest.kafka.link_index import LinkIndex, LinkLookup
from streams.ingest.kafka.name_index import NameIndex, NameLookup
from streams.ingest.kafka.packer import Packer
from streams.ingest.kafka.producer_supervisor import KafkaProducer, ProducerSupervisor
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.spool.spool import Spool
from streams.ingest.spool.spooled_publisher import SpooledPublisher
from streams.ingest.spool.store import SpoolStore
from streams.web.admin_port import AdminOnly
from streams.web.limits import IDLE_TIMEOUT_S, limited
from streams.web.secure_headers import SecureHeaders

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 2_000  # beyond this, new connections get 503 at once
SHUTDOWN_TIMEOUT_S = 20  # longer than a delivery may take, so that a stop never interrupts one

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Everything in the delivery is stored, ignored or quarantined."},
    202: {"description": "The same, for a vendor that only accepts 202 as success."},
    **refusals(
        {
            400: "The request cannot be read; retrying the same bytes does not help.",
            401: "There is no such connection, or the signature does not match any active secret of it.",
            409: "The delivery's id came before with another body; this one is set aside.",
            429: "Too many deliveries that cannot be verified.",
            503: "Nothing was accepted; send it again after `Retry-After` seconds.",
        },
        BODY_REFUSALS,
    ),
}
HANDSHAKE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The origin may deliver: `WebHook-Allowed-Origin` repeats it."},
    **refusals(
        {
            400: "`WebHook-Request-Origin` is missing or is no host.",
            404: "There is no such vendor or connection.",
            405: "The vendor's scheme has no handshake.",
        }
    ),
}


def create_app(  # noqa: PLR0913, PLR0917 - the gateway's dependencies
    settings: Settings,
    configuration: Configuration,
    publisher: Publisher,
    clock: Clock = utc_now,
    metrics: GatewayMetrics | None = None,
    reload: Reload | None = None,
    breaches: BreachIndex | None = None,
    delivery_ids: DeliveryIds | None = None,
    links: LinkIndex | None = None,
    names: NameIndex | None = None,
) -> FastAPI:
    """Create the application; its lifespan starts the publisher and stops it after the last request."""
    lookup = partial(make_consumer, settings.kafka_access), settings.gateway_deadline_s
    dependencies = GatewayDependencies(
        publisher=publisher,
        breaches=breaches or BreachLookup(*lookup),
        delivery_ids=delivery_ids or _shared_delivery_ids(settings),
        links=links or LinkLookup(*lookup),
        names=names or NameLookup(*lookup),
        relay=RelayCompanies(settings, os.environ),
        base_url=settings.gateway_address,
        clock=clock,
        metrics=metrics or GatewayMetrics(),
    )
    gateway = Gateway(settings.gateway_body_bytes, configuration, dependencies)
    app = _create_fastapi(_make_lifespan(gateway, publisher, reload), settings.gateway_admin_port)
    _add_routes(app, gateway)
    return app


def _shared_delivery_ids(settings: Settings) -> DeliveryIds:
    return SharedDeliveryIds(
        partial(make_clients, settings.kafka_access), settings.gateway_deadline_s / 4
    )


def _add_routes(app: FastAPI, gateway: Gateway) -> None:
    app.state.gateway = gateway
    _add_hooks(app, gateway)
    for route in (costs_route, actions_route, relay_route, operations_route):
        route.add(app, gateway)
    app.add_exception_handler(HTTPException, _http_error)


def _make_lifespan(gateway: Gateway, publisher: Publisher, reload: Reload | None) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await publisher.start()
        running = asyncio.create_task(gateway.run(reload))
        yield
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await gateway.close()
        await publisher.stop()

    return lifespan


def _create_fastapi(lifespan: Lifespan, admin_port: int) -> FastAPI:
    app = DescribedApi(
        title="Hirelay gateway",
        summary="Receives webhooks of applicant tracking systems, hiring costs, and actions on breaches.",
        description="Success is answered only after Kafka has acknowledged every event of the delivery, or, while Kafka "
        "does not answer, after the gateway has it on disk. "
        "Retries are safe: event ids are derived from their content.",
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(SecureHeaders), Middleware(AdminOnly, port=admin_port)],
    )
    docs_page.add(app)
    return app


def _add_hooks(app: FastAPI, gateway: Gateway) -> None:
    path = "/hooks/{vendor}/{connection}"

    @app.post(path, tags=["webhooks"], summary="Deliver a webhook", responses=RESPONSES)
    async def deliver(vendor: str, connection: str, request: Request) -> Response:
        """Deliver a webhook signed by the vendor; the vendor's page says what to configure on the vendor's side."""
        return await gateway.deliver(vendor, connection, request)

    @app.post(
        path + "/{key}",
        tags=["webhooks"],
        summary="Deliver a webhook to a secret address",
        responses=RESPONSES,
    )
    async def deliver_by_key(vendor: str, connection: str, key: str, request: Request) -> Response:
        """For vendors whose signature does not cover the body: the address ends with the connection's `address_key`."""
        return await gateway.deliver(vendor, connection, request, key)

    @app.options(
        path,
        tags=["webhooks"],
        summary="Ask for permission to deliver (CloudEvents)",
        responses=HANDSHAKE_RESPONSES,
    )
    async def handshake(vendor: str, connection: str, request: Request) -> Response:
        """Answer vendors that use CloudEvents with the origin that asked."""
        return gateway.handshake(vendor, connection, request)


async def _http_error(_: Request, error: Exception) -> Response:
    """Answer unknown paths and methods in the format of every other refusal."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    message = (
        "POST takes webhooks at /hooks/<vendor>/<connection id>, costs at /v1/costs, "
        "actions at /v1/breaches/<id>/actions and invitations at /v1/relay/invitations."
    )
    headers = error.headers if isinstance(error, HTTPException) else None
    content = {"error": "no_such_address" if status == 404 else "refused", "message": message}
    return JSONResponse(content, status_code=status, headers=headers)


def make_publisher(settings: Settings, metrics: GatewayMetrics) -> Packer:
    """Create the Kafka publisher; must be called in the event loop that runs it."""
    return _make_packer(settings, metrics, settings.gateway_deadline_s)


def _make_packer(settings: Settings, metrics: GatewayMetrics, deadline_s: float) -> Packer:
    supervisor = ProducerSupervisor(
        lambda: KafkaProducer(settings.kafka_access, topics.CANDIDATE_EVENTS.name), metrics
    )
    return Packer(supervisor, metrics, deadline_s)


def make_spooled_publisher(settings: Settings, metrics: GatewayMetrics) -> Publisher:
    """Create the publisher with the configured spool, if there is one; raise Misconfigured.

    A delivery that Kafka does not acknowledge in half of its time has the other half for the disk.
    """
    if settings.gateway_spool_dir is None:
        return make_publisher(settings, metrics)
    deadline_s = settings.gateway_deadline_s / 2
    store = SpoolStore(settings.gateway_spool_dir)
    spool = Spool(store, settings.gateway_spool_bytes, deadline_s, metrics.spool)
    return SpooledPublisher(_make_packer(settings, metrics, deadline_s), spool)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish every request and flush what was accepted.

    Raises Misconfigured before it starts to listen. Prints nothing and writes no file but the spool's; the address is logged.
    """
    watcher = ConfigurationWatcher(settings.config)
    configuration = watcher.load()
    metrics = GatewayMetrics()
    publisher = make_spooled_publisher(settings, metrics)
    app = create_app(settings, configuration, publisher, utc_now, metrics, watcher.reload)
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(listener) for listener in _listeners(settings)]
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=limited(settings.gateway_connections_per_address),
                ws="none",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=MAX_CONNECTIONS,
                timeout_keep_alive=IDLE_TIMEOUT_S,
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            )
        )
        _stop_on_signals(server)
        log.info("gateway started", extra={"port": listeners[0].getsockname()[1]})
        server.run(sockets=listeners)
        log.info("gateway stopped")


def _listeners(settings: Settings) -> list[socket.socket]:
    ports = (settings.gateway_port, settings.gateway_admin_port or None)
    return [_listen(settings.gateway_host, port) for port in ports if port is not None]


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def _stop_on_signals(
    server: uvicorn.Server, names: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)
) -> None:
    """Make uvicorn's re-raised signal end in a clean return instead of a killed process."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for name in names:
        signal.signal(name, stop)
