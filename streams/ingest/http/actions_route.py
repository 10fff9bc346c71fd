"""The route of the breach actions API and its OpenAPI description."""

from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.responses import Response

from schemas.alerting.actions import ACTIONS_PATH
from streams.ingest.actions import ActionRequest
from streams.ingest.http.api import (
    ACCEPTED,
    API_REFUSALS,
    REFUSAL,
    TOKEN,
    answer,
    body_schema,
    refusals,
)
from streams.ingest.http.gateway import Gateway

EXAMPLE = {"action": "done", "at": "2026-04-01T09:00:00+09:00", "key": "ticket-4711"}
ACCEPTED_EXAMPLE = {
    "accepted": 1,
    "ids": ["0123456789abcdef0123456789abcdef"],
    "breach": "0123456789abcdef",
    "action": "done",
}
REFUSED_EXAMPLE = {
    "error": "unknown_action",
    "message": "`action` is not a known value (did you mean `done`?).",
    "delivery": "0123456789abcdef",
}
NO_BREACH = {404: "The tenant of the token has no such breach."}
RESPONSES: dict[int | str, dict[str, Any]] = refusals(API_REFUSALS, NO_BREACH) | {
    202: answer(
        "The action is acknowledged; an earlier identical action stays unchanged.",
        ACCEPTED,
        ACCEPTED_EXAMPLE,
    ),
    400: answer(
        "The body is not JSON, or `message` says what to change in it.", REFUSAL, REFUSED_EXAMPLE
    ),
}


def add(app: FastAPI, gateway: Gateway) -> None:
    """Add the route."""
    content = {"schema": body_schema(ActionRequest), "example": EXAMPLE}
    body = {"required": True, "content": {"application/json": content}}

    @app.post(
        ACTIONS_PATH,
        tags=["breaches"],
        summary="Record what was done about a breach",
        status_code=202,
        dependencies=[Security(TOKEN)],
        responses=RESPONSES,
        openapi_extra={"requestBody": body},
    )
    async def post_action(breach: str, request: Request) -> Response:
        """Record that a suggestion was `accepted` or `ignored`, or that something was `done`; no names and no text.

        The token identifies the tenant; the id is the alert's label `breach`. Requests with the same breach, action and
        `key` are one action: the first one counts, so a request may be repeated. Without a `key`, each action counts
        once per breach.
        """
        return await gateway.post_action(request, breach)
