"""The route of the costs API and its OpenAPI description."""

from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.responses import Response

from streams.ingest.cost_entries import MAX_ENTRIES, CostEntry
from streams.ingest.costs import PATH
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

EXAMPLE = {
    "cost_id": "doda-2026",
    "kind": "media",
    "scope": "channel",
    "member": "doda",
    "amount": 1200000,
    "from": "2026-04-01",
    "to": "2027-03-31",
}
ACCEPTED_EXAMPLE = {"accepted": 1, "ids": ["0123456789abcdef0123456789abcdef"]}
REFUSED_EXAMPLE = {
    "error": "invalid_entries",
    "message": "Nothing was accepted. Problems: 1; shown: 1.",
    "delivery": "0123456789abcdef",
    "problems": [{"index": 0, "field": "member", "message": "missing: say which channel"}],
}
RESPONSES: dict[int | str, dict[str, Any]] = refusals(API_REFUSALS) | {
    202: answer(
        "Every entry is acknowledged; `ids` are the ids of the events, in the order of the entries.",
        ACCEPTED,
        ACCEPTED_EXAMPLE,
    ),
    422: answer(
        "Nothing was accepted; `problems` says what to change in each entry.",
        REFUSAL,
        REFUSED_EXAMPLE,
    ),
}


def _body() -> dict[str, Any]:
    entry = body_schema(CostEntry)
    many = {
        "type": "object",
        "required": ["entries"],
        "additionalProperties": False,
        "properties": {
            "entries": {"type": "array", "minItems": 1, "maxItems": MAX_ENTRIES, "items": entry}
        },
    }
    content = {"schema": {"anyOf": [entry, many]}, "example": {"entries": [EXAMPLE]}}
    return {"required": True, "content": {"application/json": content}}


def add(app: FastAPI, gateway: Gateway) -> None:
    """Add the route."""

    @app.post(
        PATH,
        tags=["costs"],
        summary="Record a hiring cost, or reverse it",
        status_code=202,
        dependencies=[Security(TOKEN)],
        responses=RESPONSES,
        openapi_extra={"requestBody": _body()},
    )
    async def post_costs(request: Request) -> Response:
        """Record one entry or up to 500; either all are accepted or none.

        The token identifies the tenant. An entry that is sent again unchanged counts once. To correct a cost, send it
        with a higher `version`; `reversed` reverses it. If one version arrives twice with different content, the latest
        wins, and the first content is not accepted again: always prefer a higher version. A cost of the scope `hire` counts
        in the channel and job of its application; `previous_member` takes it away from one.
        """
        return await gateway.post_costs(request)
