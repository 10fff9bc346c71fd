"""The routes of Career Relay and their OpenAPI description."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.responses import Response
from pydantic import BaseModel

from streams.ingest.http.api import (
    ACCEPTED,
    API_REFUSALS,
    TOKEN,
    answer,
    body_schema,
    refusals,
)
from streams.ingest.http.gateway import Gateway
from streams.ingest.relay_invitations import LINK_PATH, PATH, InvitationRequest
from streams.ingest.relay_registrations import REGISTRATIONS_PATH, RegistrationList
from streams.ingest.requirements import REQUIREMENTS_PATH, RequirementList

LINK_EXAMPLE = {
    "accepted": 1,
    "invitation_id": "0123456789abcdef0123456789abcdef",
    "url": "https://gateway.example/r/AAAAAAAAAAAAAAAAAAAAAA",
    "expires_at": "2026-06-30T00:00:00+00:00",
    "lines": {"ja": "▶ ご登録はこちら（無料）：https://gateway.example/r/AAAAAAAAAAAAAAAAAAAAAA"},
}
ISSUED = {
    "type": "object",
    "required": ["accepted", "invitation_id", "url", "expires_at", "lines"],
    "properties": {
        "accepted": {"type": "integer"},
        "invitation_id": {"type": "string"},
        "url": {"type": "string"},
        "expires_at": {"type": ["string", "null"]},
        "lines": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
WITHHELD = {
    "type": "object",
    "required": ["accepted", "withheld", "message"],
    "properties": {
        "accepted": {"type": "integer"},
        "withheld": {"type": "boolean"},
        "message": {"type": "string"},
    },
}
NO_RELAY = {404: "The company does not use Career Relay."}
NO_CONNECTION = {404: "The company has no connection yet."}
INVALID = {422: "Nothing was accepted; `message` says what to change."}
RESPONSES: dict[int | str, dict[str, Any]] = refusals(
    API_REFUSALS, NO_RELAY, {400: "The body is not JSON, or `message` says what to change in it."}
) | {
    200: answer("The candidate belongs to the control group: no link was issued.", WITHHELD),
    202: answer(
        "The link, and the one line for the rejection mail in both languages.", ISSUED, LINK_EXAMPLE
    ),
}
ENTRY_RESPONSES: dict[int | str, dict[str, Any]] = refusals(API_REFUSALS, INVALID) | {
    202: answer("Every entry is acknowledged; `ids` are the ids of the events.", ACCEPTED)
}
LINK_RESPONSES: dict[int | str, dict[str, Any]] = {
    302: {"description": "Redirects to the registration page that the company configured."},
    **refusals(
        {
            404: "There is no such link.",
            410: "The link has expired.",
            429: "Too many visits from one address.",
            503: "The link cannot be looked up now.",
        }
    ),
}


Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One route of the API in its OpenAPI description."""

    path: str
    name: str
    summary: str
    description: str
    body: type[BaseModel]
    responses: dict[int | str, dict[str, Any]]


INVITATIONS = Endpoint(
    path=PATH,
    name="post_invitation",
    summary="Issue a link of Career Relay",
    description="Issue the link of one application, or with `{}` the company-wide one; a repeated request returns the same link.",
    body=InvitationRequest,
    responses=RESPONSES,
)
REGISTRATIONS = Endpoint(
    path=REGISTRATIONS_PATH,
    name="post_registrations",
    summary="Record registrations that the relay service exports",
    description="Record up to 500 registrations, all or none; one that a callback reported before counts once.",
    body=RegistrationList,
    responses=ENTRY_RESPONSES | refusals(NO_CONNECTION),
)
REQUIREMENTS = Endpoint(
    path=REQUIREMENTS_PATH,
    name="post_requirements",
    summary="Record what jobs require",
    description="Record up to 500 versions, all or none. Rejections are compared by the version in force on their day; of two versions of one"
    " job and day the later request stands, and `requirements` of relay.yaml stands above both.",
    body=RequirementList,
    responses=ENTRY_RESPONSES,
)


def add(app: FastAPI, gateway: Gateway) -> None:
    """Add the routes."""
    _add_post(app, gateway.post_invitation, INVITATIONS)
    _add_post(app, gateway.post_registrations, REGISTRATIONS)
    _add_post(app, gateway.post_requirements, REQUIREMENTS)

    @app.head(LINK_PATH, include_in_schema=False)
    @app.get(
        LINK_PATH,
        tags=["relay"],
        summary="Open a link of Career Relay",
        status_code=302,
        responses=LINK_RESPONSES,
    )
    async def open_link(token: str, request: Request) -> Response:
        """Redirect a candidate to the registration page; previews and programs are redirected and not counted."""
        return await gateway.open_link(token, request)


def _add_post(app: FastAPI, handle: Handler, endpoint: Endpoint) -> None:
    """Add one route that takes a JSON body with a tenant's token."""
    content = {"application/json": {"schema": body_schema(endpoint.body)}}

    @app.post(
        endpoint.path,
        tags=["relay"],
        name=endpoint.name,
        summary=endpoint.summary,
        description=endpoint.description,
        status_code=202,
        dependencies=[Security(TOKEN)],
        responses=endpoint.responses,
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    async def post(request: Request) -> Response:
        return await handle(request)
