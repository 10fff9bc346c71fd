"""The gateway's HTTP face: webhooks in, health and metrics out."""

import logging
import os
import re
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import FrameType

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from schemas import topics
from streams.ingest import body as request_body
from streams.ingest import config
from streams.ingest.answer import Answer, Refused
from streams.ingest.broker import KafkaProducer, Link
from streams.ingest.config import Configuration
from streams.ingest.delivery import Arrival, Clock, Reception, headers_of
from streams.ingest.limits import IDLE_S, LimitedProtocol
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.packer import Packer
from streams.ingest.publisher import Publisher
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from streams.settings import Settings

log = logging.getLogger(__name__)

CONNECTIONS = 2_000  # beyond this a new one is answered 503 at once
GRACE_S = 20  # longer than a delivery may take, so that a stop never cuts one off
ORIGIN = re.compile(r"[A-Za-z0-9.:*/_-]{1,253}")

RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "Everything in the delivery is acknowledged, passed over or set aside."},
    400: {"description": "The request cannot be read; a retry of the same bytes cannot help."},
    401: {"description": "The signature does not match any active secret of the connection."},
    404: {"description": "There is no such vendor or connection."},
    408: {"description": "The body did not arrive in time."},
    413: {"description": "The body is larger than the limit."},
    415: {"description": "The body is compressed; send it as it is."},
    429: {"description": "Too many deliveries that cannot be verified."},
    503: {"description": "Nothing was accepted; send it again after `Retry-After` seconds."},
}


def utc_now() -> datetime:
    """The edge where the clock is read."""
    return datetime.now(UTC)


class Gateway:
    """What the routes share: doors, vendors, the publisher and the clock."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        publisher: Publisher,
        clock: Clock,
        metrics: GatewayMetrics,
    ) -> None:
        """Hold what is given; nothing starts here."""
        self.settings = settings
        self.publisher = publisher
        self.metrics = metrics
        self._configuration = configuration
        self._clock = clock
        self._vendors: dict[str, Vendor] = {vendor.name: vendor for vendor in VENDORS}
        self._reception = Reception(publisher, metrics)
        for name in self._vendors:
            metrics.events.labels(name)  # a series that starts at 0 shows its first event

    async def deliver(self, vendor: str, connection: str, request: Request) -> Response:
        """Answer one request to `/hooks/…`, whatever is in it."""
        delivery = secrets.token_hex(8)
        try:
            answer = await self._take(vendor, connection, request, delivery)
        except Refused as refused:
            self.metrics.refused.labels(refused.reason).inc()
            answer = refused.answer(delivery)
        known = vendor if vendor in self._vendors else "unknown"
        self.metrics.deliveries.labels(known, answer.outcome).inc()
        return _response(answer)

    def handshake(self, vendor: str, connection: str, request: Request) -> Response:
        """The CloudEvents request for permission to deliver (HTTP 1.1 Web Hooks for Event Delivery, section 4)."""
        delivery = secrets.token_hex(8)
        origin = request.headers.get("webhook-request-origin", "")
        try:
            found, _ = self._door(vendor, connection)
            _welcome(found, origin)
        except Refused as refused:
            return _response(refused.answer(delivery))
        headers = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST"}
        return Response(status_code=200, headers=headers)

    async def _take(self, vendor: str, connection: str, request: Request, delivery: str) -> Answer:
        found, door = self._door(vendor, connection)
        whole = await request_body.read(request, self.settings.gateway_body_bytes)
        arrival = Arrival(
            id=delivery,
            vendor=found,
            door=door,
            headers=headers_of(request.headers.raw),
            body=whole,
            at=self._clock(),
        )
        with self.metrics.seconds.time():
            return await self._reception.take(arrival)

    def _door(self, vendor: str, connection: str) -> tuple[Vendor, config.Door]:
        door = self._configuration.doors.get((vendor, connection))
        found = self._vendors.get(vendor)
        if door is None or found is None:
            message = "There is no such connection. The address is /hooks/<vendor>/<connection id>."
            raise Refused(404, "no_such_connection", message)
        return found, door


def create_app(
    settings: Settings,
    configuration: Configuration,
    publisher: Publisher,
    clock: Clock = utc_now,
    metrics: GatewayMetrics | None = None,
) -> FastAPI:
    """The application; its lifespan starts the publisher and, after the last request, stops it."""
    gateway = Gateway(settings, configuration, publisher, clock, metrics or GatewayMetrics())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await publisher.start()
        yield
        await publisher.stop()

    app = FastAPI(
        title="Hirelay gateway",
        summary="Takes the webhooks of applicant tracking systems.",
        description="Success is answered only after Kafka has acknowledged every event of the delivery. "
        "Retries are safe: events have ids made of their content.",
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,
    )
    _add_hooks(app, gateway)
    _add_operations(app, gateway)
    app.add_exception_handler(HTTPException, _http_error)
    return app


def _add_hooks(app: FastAPI, gateway: Gateway) -> None:
    path = "/hooks/{vendor}/{connection}"

    @app.post(path, tags=["webhooks"], summary="Deliver a webhook", responses=RESPONSES)
    async def deliver(vendor: str, connection: str, request: Request) -> Response:
        """Signed as the vendor signs: see the vendor's page for what to enter on its side."""
        return await gateway.deliver(vendor, connection, request)

    @app.options(
        path, tags=["webhooks"], summary="Ask whether deliveries are welcome (CloudEvents)"
    )
    async def handshake(vendor: str, connection: str, request: Request) -> Response:
        """Answered for vendors that speak CloudEvents, with the origin that asked."""
        return gateway.handshake(vendor, connection, request)


def _add_operations(app: FastAPI, gateway: Gateway) -> None:
    @app.get("/healthz", tags=["operations"], summary="The process is alive")
    async def healthz() -> dict[str, str]:
        """Never depends on the broker: restarting the gateway would not bring it back."""
        return {"status": "ok"}

    @app.get(
        "/readyz",
        tags=["operations"],
        summary="The broker answers",
        responses={503: {"description": "The broker does not answer; deliveries get 503 too."}},
    )
    async def readyz() -> Response:
        """Whether a delivery now has a chance to be accepted."""
        if gateway.publisher.ready():
            return JSONResponse({"status": "ready"})
        content = {
            "error": "broker_away",
            "message": "Kafka does not answer; it is being looked for.",
        }
        return JSONResponse(content, status_code=503)

    @app.get("/metrics", tags=["operations"], summary="Prometheus metrics")
    async def metrics() -> Response:
        """In the text format."""
        return Response(generate_latest(gateway.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _http_error(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the same words as every other refusal."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    message = "Webhooks are sent with POST to /hooks/<vendor>/<connection id>."
    headers = error.headers if isinstance(error, HTTPException) else None
    content = {"error": "no_such_address" if status == 404 else "refused", "message": message}
    return JSONResponse(content, status_code=status, headers=headers)


def _response(answer: Answer) -> Response:
    headers = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
    return JSONResponse(answer.content, status_code=answer.status, headers=headers)


def _welcome(vendor: Vendor, origin: str) -> None:
    if not vendor.handshake:
        raise Refused(405, "no_handshake", "This vendor is asked nothing: use POST.")
    if ORIGIN.fullmatch(origin) is None:
        raise Refused(400, "webhook_request_origin", "Send WebHook-Request-Origin: your host.")


def keys() -> dict[str, Callable[[bytes], bytes]]:
    """How each vendor's secret becomes a key: what `config.load` needs."""
    return {vendor.name: vendor.key for vendor in VENDORS}


def publisher_of(settings: Settings, metrics: GatewayMetrics) -> Packer:
    """The real publisher; must be made in the loop that runs it."""
    link = Link(lambda: KafkaProducer(settings.kafka, topics.CANDIDATE_EVENTS.name), metrics)
    return Packer(link, metrics, settings.gateway_deadline_s)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish every request and hand over what was accepted.

    Raises Misconfigured before it listens. Prints nothing and writes no file; the address is logged.
    """
    configuration = config.load(settings.config, os.environ, keys())
    metrics = GatewayMetrics()
    app = create_app(settings, configuration, publisher_of(settings, metrics), utc_now, metrics)
    with _listen(settings.gateway_host, settings.gateway_port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=LimitedProtocol,
                ws="none",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        _stop_on_signals(server)
        log.info("gateway opened", extra={"port": listener.getsockname()[1]})
        server.run(sockets=[listener])
        log.info("gateway closed")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def _stop_on_signals(
    server: uvicorn.Server, names: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)
) -> None:
    """Have uvicorn's re-raised signal end in a clean return instead of a killed process."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for name in names:
        signal.signal(name, stop)
