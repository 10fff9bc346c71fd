"""The address of the API of actions, described for those who post to it."""

from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.responses import Response

from streams.ingest.actions import PATH, ActionRequest
from streams.ingest.http.api import REFUSED, TOKEN
from streams.ingest.http.gateway import Gateway

EXAMPLE = {"action": "done", "at": "2026-04-01T09:00:00+09:00", "key": "ticket-4711"}
RESPONSES: dict[int | str, dict[str, Any]] = REFUSED | {
    202: {
        "description": "The action is acknowledged; an equal one that came before stands as it is.",
        "content": {
            "application/json": {
                "example": {
                    "accepted": 1,
                    "ids": ["0123456789abcdef0123456789abcdef"],
                    "breach": "0123456789abcdef",
                    "action": "done",
                }
            }
        },
    },
    400: {
        "description": "The body is not JSON, or `message` says what to change in it.",
        "content": {
            "application/json": {
                "example": {
                    "error": "unknown_action",
                    "message": "`action` is no known one (did you mean `done`?).",
                    "delivery": "0123456789abcdef",
                }
            }
        },
    },
    404: {"description": "The company of the token has no such breach."},
}


def add(app: FastAPI, gateway: Gateway) -> None:
    """Open the address."""
    content = {"schema": ActionRequest.model_json_schema(), "example": EXAMPLE}
    body = {"required": True, "content": {"application/json": content}}

    @app.post(
        PATH,
        tags=["breaches"],
        summary="Record what was done about a breach",
        status_code=202,
        dependencies=[Security(TOKEN)],
        responses=RESPONSES,
        openapi_extra={"requestBody": body},
    )
    async def post_action(breach: str, request: Request) -> Response:
        """That a suggestion was `accepted`, `ignored`, or that something was `done`; nobody's name and no text.

        The token tells the company; the id is the alert's label `breach`. The same breach, action and `key` are one action:
        the first of them stands, so a request may be repeated. Without a `key` each action is told once a breach.
        """
        return await gateway.act(request, breach)
