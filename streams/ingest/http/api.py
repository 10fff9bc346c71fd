"""The OpenAPI parts that all routes share: the token, the refusals, and bodies without references.

They only document the API; the gateway authenticates and checks requests itself.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

TOKEN = HTTPBearer(
    auto_error=False,
    description="One of the tenant's `access_tokens` with the scope of the route, or one of its `api_tokens`.",
)
REFUSAL = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "The reason, from a closed set."},
        "message": {"type": "string", "description": "What to do about it."},
        "delivery": {
            "type": "string",
            "description": "The id of the request in the gateway's log.",
        },
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "field", "message"],
                "properties": {
                    "index": {"type": ["integer", "null"]},
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
BODY_REFUSALS = {
    408: "The body did not arrive in time.",
    413: "The body is larger than the limit.",
    415: "The body is compressed; send it uncompressed.",
}
API_REFUSALS = BODY_REFUSALS | {
    400: "The body is not JSON.",
    401: "No active token with the scope of the route.",
    429: "Too many attempts without a valid token.",
    503: "Send the same request again after `Retry-After` seconds.",
}
ACCEPTED = {
    "type": "object",
    "required": ["accepted", "ids"],
    "properties": {
        "accepted": {"type": "integer"},
        "ids": {"type": "array", "items": {"type": "string"}},
    },
}


def refusals(*descriptions: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of refusals by status; a later description replaces an earlier one."""
    content = {"application/json": {"schema": REFUSAL}}
    return {
        status: {"description": text, "content": content}
        for part in descriptions
        for status, text in part.items()
    }


def answer(
    description: str, schema: Mapping[str, Any], example: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the OpenAPI response of an accepted request."""
    media = {"schema": schema} | ({} if example is None else {"example": example})
    return {"description": description, "content": {"application/json": media}}


def body_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a body without references, which OpenAPI resolves against the whole document."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inline(schema, definitions)
    return inlined


def _inline(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inline(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inline(part, definitions) for name, part in schema.items()}


class DescribedApi(FastAPI):
    """FastAPI without the 422 that it describes for every route with parameters: ours are texts, which always parse."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            for operations in document["paths"].values():
                for operation in operations.values():
                    _drop_parameter_refusal(operation["responses"])
        return super().openapi()


def _drop_parameter_refusal(responses: dict[str, Any]) -> None:
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema == {"$ref": "#/components/schemas/HTTPValidationError"}:
        del responses["422"]
