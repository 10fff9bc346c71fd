"""The OpenAPI document of the board, for programs that read it with an access token."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from streams.boards.spec import DIMENSIONS
from streams.boards.specs.catalogue import BOARDS

Schema = Mapping[str, Any]

TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}
INSTANT = {"type": ["string", "null"], "format": "date-time"}
OPTIONAL_DAY = {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": TEXT, "message": TEXT}}
ROWS = {"type": "array", "items": {"type": "array"}}
PAGE_PARTS = ("tenants", "boards", "kpis", "words", "labels", "instant")
REFUSALS = {
    400: "The request cannot be answered; `error` says what to change.",
    401: "Log in first, or send a token with the scope `board:read`.",
    403: "The host name is not configured, or a page of another site sent the request.",
    404: "There is no such panel.",
    429: "Too many failed attempts to log in: try again in a minute.",
    503: "ClickHouse does not answer; send the same request later.",
}
READING = (400, 401, 403, 503)
BEARER = [{"token": list[str]()}]
BREACH: Schema = {"name": "breach", "in": "path", "required": True, "schema": TEXT}
LANGUAGE: Schema = {"name": "lang", "in": "query", "schema": {"type": "string"}}
WINDOW: list[Schema] = [
    {"name": "tenant", "in": "query", "required": True, "schema": TEXT},
    {"name": "from", "in": "query", "schema": OPTIONAL_DAY},
    {"name": "to", "in": "query", "schema": OPTIONAL_DAY},
    {"name": "before", "in": "query", "schema": OPTIONAL_DAY},
    {"name": "dimension", "in": "query", "schema": {"enum": ["", *DIMENSIONS]}},
    {"name": "member", "in": "query", "schema": TEXT},
]


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": [*properties], "properties": properties}


def _answers(media: str, schema: Schema, refusals: Sequence[int]) -> dict[str, Any]:
    return {
        "200": {"description": "The answer.", "content": {media: {"schema": schema}}},
        **_refused(*refusals),
    }


def _refused(*codes: int) -> dict[str, Any]:
    errors = {"application/json": {"schema": ERROR}}
    return {str(code): {"description": REFUSALS[code], "content": errors} for code in codes}


def _read(summary: str, schema: Schema, parameters: Sequence[Schema] = ()) -> dict[str, Any]:
    return {
        "summary": summary,
        "security": BEARER,
        "parameters": parameters,
        "responses": _answers("application/json", schema, READING),
    }


def _page(summary: str, *parameters: Schema, refusals: Sequence[int] = (403,)) -> dict[str, Any]:
    answers = _answers("text/html", TEXT, refusals)
    answers["303"] = {"description": "Leads to the form to log in, or to the page."}
    return {"summary": summary, "parameters": parameters, "responses": answers}


def _panel(summary: str, media: str, schema: Schema, *parameters: Schema) -> dict[str, Any]:
    board = {"enum": [board.id for board in BOARDS]}
    places = [
        {"name": "board", "in": "path", "required": True, "schema": board},
        {"name": "panel", "in": "path", "required": True, "schema": TEXT},
    ]
    reading = _read(summary, {}, [*places, *WINDOW, *parameters])
    return reading | {"responses": _answers(media, schema, (*READING, 404))}


def _login() -> dict[str, Any]:
    form = {"type": "object", "properties": {"token": TEXT, "next": TEXT}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
    answers = _answers("text/html", TEXT, (403,))
    del answers["200"]
    pages = {"text/html": {"schema": TEXT}}
    for code, text in ((401, "The token is not valid here."), (429, REFUSALS[429])):
        answers[str(code)] = {"description": text, "content": pages}
    answers["303"] = {"description": "Sets the session, and leads to the page."}
    return {"summary": "Log in", "requestBody": body, "responses": answers}


def _sign_in(summary: str) -> dict[str, Any]:
    answers = _answers("text/plain", TEXT, (403, 429, 503))
    answers["200"] = {"description": "Never: the answer leads elsewhere."}
    answers["303"] = {"description": "Leads to the provider, or from it to the page."}
    pages = {"text/plain": {"schema": TEXT}}
    answers["404"] = {"description": "OpenID Connect is not configured.", "content": pages}
    return {"summary": summary, "responses": answers}


def _action() -> dict[str, Any]:
    media = {"application/json": {"schema": {"type": "object"}}}
    gateway = (202, 400, 401, 403, 404, 408, 413, 415, 429, 503)
    answers = {
        str(code): {"description": "As the gateway answers.", "content": media} for code in gateway
    }
    return {
        "summary": "Record what was done about a breach: passed on to the gateway with its token",
        "security": BEARER,
        "parameters": [BREACH],
        "requestBody": {"required": True, "content": media},
        "responses": answers,
    }


def _operations() -> dict[str, dict[str, Any]]:
    health = _answers("application/json", _object(ready={"type": "boolean"}), (403,))
    metrics = _answers("text/plain", TEXT, (403,))
    document_answers = _answers("application/json", {}, (403,))
    return {
        "/healthz": {"get": {"summary": "The process is alive", "responses": health}},
        "/metrics": {"get": {"summary": "Prometheus metrics", "responses": metrics}},
        "/openapi.json": {"get": {"summary": "This document", "responses": document_answers}},
    }


def _pages() -> dict[str, dict[str, Any]]:
    leaving = {"303": {"description": "Ends the session."}} | _refused(403)
    breach = _page("The page of a breach", BREACH, LANGUAGE, refusals=(400, 403, 503))
    return {
        "/": {"get": _page("The page")},
        "/login": {"get": _page("The form to log in"), "post": _login()},
        "/login/start": {"get": _sign_in("Send the browser to the company's provider")},
        "/login/callback": {"get": _sign_in("Take the browser back from the provider")},
        "/logout": {"post": {"summary": "Log out", "responses": leaving}},
        "/breaches/{breach}": {"get": breach},
        "/breaches/{breach}/actions": {"post": _action()},
        "/runbook": {"get": _page("The runbook", LANGUAGE)},
    }


def _numbers() -> dict[str, dict[str, Any]]:
    page = _object(**{name: {} for name in PAGE_PARTS})
    pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": TEXT}
    members = {"type": "array", "items": pair}
    rows = _object(rows=ROWS, as_of=INSTANT)
    location = _object(tenant=TEXT, board=TEXT, **{"from": DAY, "to": DAY})
    stream = _answers("text/event-stream", TEXT, READING)
    changes = _read("Server-sent events: one per change of the tenant's numbers", {}, WINDOW[:1])
    return {
        "/api/boards": {"get": _read("Boards, definitions of KPIs, and tenants", page)},
        "/api/members": {"get": _read("The members of a dimension", members, WINDOW)},
        "/api/breaches/{breach}": {"get": _read("Where a breach is shown", location, [BREACH])},
        "/api/data/{board}/{panel}": {
            "get": _panel("The rows of one panel", "application/json", rows)
        },
        "/api/csv/{board}/{panel}": {
            "get": _panel("The same rows as a file", "text/csv", TEXT, LANGUAGE)
        },
        "/api/events": {"get": changes | {"responses": stream}},
    }


@cache
def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hirelay board",
            "version": "1",
            "description": "Numbers of the tenants of a token; days are the tenant's local days.",
        },
        "paths": _pages() | _numbers() | _operations(),
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


async def show(_: Request) -> Response:
    """Answer with the document; it holds no number, so that it is shown without logging in."""
    return JSONResponse(document())
