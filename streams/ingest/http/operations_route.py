"""The routes of those who run the gateway: health, readiness and metrics."""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.ingest.http.api import refusals
from streams.ingest.http.gateway import Gateway

METRICS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


def add(app: FastAPI, gateway: Gateway) -> None:
    """Add the routes."""
    _add_health(app, gateway)
    _add_metrics(app, gateway)


def _add_health(app: FastAPI, gateway: Gateway) -> None:
    @app.get("/healthz", tags=["operations"], summary="The process is alive")
    async def healthz() -> dict[str, str]:
        """Report liveness, independent of the broker: a gateway restart would not bring the broker back."""
        return {"status": "ok"}

    @app.get(
        "/readyz",
        tags=["operations"],
        summary="Deliveries are accepted",
        responses=refusals(
            {503: "Kafka does not answer and the spool is full or absent; deliveries get 503 too."}
        ),
    )
    async def readyz() -> Response:
        """Report whether a delivery could be accepted now."""
        if gateway.publisher.ready():
            return JSONResponse({"status": "ready"})
        content = {
            "error": "broker_away",
            "message": "Kafka does not answer, and the spool is full, failing or not configured; reconnecting.",
        }
        return JSONResponse(content, status_code=503)


def _add_metrics(app: FastAPI, gateway: Gateway) -> None:
    @app.get(
        "/metrics",
        tags=["operations"],
        summary="Prometheus metrics",
        response_class=PlainTextResponse,
        responses=METRICS_RESPONSES,
    )
    async def metrics() -> Response:
        """Return the metrics in the Prometheus text format."""
        return Response(generate_latest(gateway.current_registry()), media_type=CONTENT_TYPE_LATEST)
