"""The address of the costs API, described for those who post to it."""

from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.responses import Response

from streams.ingest.cost_entries import MOST, CostEntry
from streams.ingest.costs import PATH
from streams.ingest.http.api import REFUSED, TOKEN
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
RESPONSES: dict[int | str, dict[str, Any]] = REFUSED | {
    202: {
        "description": "Every entry is acknowledged; `ids` are those of its events, in the order of the entries.",
        "content": {
            "application/json": {
                "example": {"accepted": 1, "ids": ["0123456789abcdef0123456789abcdef"]}
            }
        },
    },
    400: {"description": "The body is not JSON."},
    422: {
        "description": "Nothing was accepted; `problems` says of each entry what to change.",
        "content": {
            "application/json": {
                "example": {
                    "error": "invalid_entries",
                    "message": "Nothing was accepted. Problems: 1; shown: 1.",
                    "delivery": "0123456789abcdef",
                    "problems": [
                        {"index": 0, "field": "member", "message": "missing: say which channel"}
                    ],
                }
            }
        },
    },
}


def _body() -> dict[str, Any]:
    entry = CostEntry.model_json_schema()
    many = {
        "type": "object",
        "required": ["entries"],
        "additionalProperties": False,
        "properties": {
            "entries": {"type": "array", "minItems": 1, "maxItems": MOST, "items": entry}
        },
    }
    content = {"schema": {"anyOf": [entry, many]}, "example": {"entries": [EXAMPLE]}}
    return {"required": True, "content": {"application/json": content}}


def add(app: FastAPI, gateway: Gateway) -> None:
    """Open the address."""

    @app.post(
        PATH,
        tags=["costs"],
        summary="Record what hiring cost, or take it back",
        status_code=202,
        dependencies=[Security(TOKEN)],
        responses=RESPONSES,
        openapi_extra={"requestBody": _body()},
    )
    async def post_costs(request: Request) -> Response:
        """One entry or up to 500, all of them or none.

        The token tells the company. An entry that is sent again as it was counts once. To correct a cost send it with a
        higher `version`; `reversed` takes it back. Of one version that was sent with two contents the later one stands,
        and the first content is not taken a second time: always prefer a higher version.
        """
        return await gateway.costs(request)
