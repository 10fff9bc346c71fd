"""Gateway and board answer as their OpenAPI documents say, to what these allow and to what they do not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from starlette.routing import Route

from streams.boards import api_document
from streams.boards.access import BoardAccess
from streams.boards.page import create_app as create_board
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app as create_gateway
from streams.ingest.relay_registrations import REGISTRATIONS_PATH
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetBreaches
from tests.ingest import gateways
from tests.security.conformance import EXAMPLES, config, differences
from tests.security.test_access import READER, tenancy

TOKEN = {"Authorization": f"Bearer {gateways.ENVIRON['TOKEN']}"}


@dataclass
class MinuteClock:
    """A clock that moves on by a minute with every look, so that no limit on attempts hides an answer."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the next minute."""
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def gateway() -> FastAPI:
    """A gateway of one company."""
    return create_gateway(
        Settings(),
        gateways.configuration(),
        ListPublisher(),
        MinuteClock(),
        breaches=SetBreaches({("acme", "0123456789abcdef")}),
        delivery_ids=ListDeliveryIds(),
    )


@pytest.fixture
async def sender(gateway: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the company at the gateway."""
    transport = httpx.ASGITransport(gateway)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers=TOKEN
    ) as program:
        yield program


def test_the_gateway_answers_as_documented(gateway: FastAPI) -> None:
    """Every status, content type and schema of an answer is in the document, and what it forbids is refused."""
    document = schemathesis.openapi.from_asgi("/openapi.json", gateway, config=config(TOKEN))

    requests, messages = differences(document)

    assert not messages, "\n\n".join(messages)
    assert requests > 200


async def test_implausible_days_are_refused(sender: httpx.AsyncClient) -> None:
    """A year that no event can have is refused with its place, and nothing is stored."""
    registration = {"registration_id": "r", "token": "A" * 22, "person_key": "p"}
    requirement = {"job_id": "j", "text": "x"}
    entries = {
        "/v1/relay/registrations": registration | {"registered_at": "6221-11-10T07:30:22Z"},
        "/v1/requirements": requirement | {"since": "0169-05-24"},
    }
    for path, entry in entries.items():
        answer = await sender.post(path, json={"entries": [entry]})
        assert answer.status_code == 422 and "1990 to 2099" in answer.text, path


async def test_a_token_of_a_link_has_no_more_than_its_characters(sender: httpx.AsyncClient) -> None:
    """A registration whose token only contains one is refused."""
    entry = {"registration_id": "r", "person_key": "p", "registered_at": NOON.isoformat()}
    answers = [
        await sender.post(REGISTRATIONS_PATH, json={"entries": [entry | {"token": token}]})
        for token in ("A" * 22, "A" * 23, "A" * 22 + "\n")
    ]

    assert [answer.status_code for answer in answers] == [202, 422, 422]


def test_the_board_answers_as_documented(client: Any) -> None:
    """Every status, content type and schema of an answer is in the document; with examples, every panel is asked."""
    app = create_board(BoardAccess(tenancy, required=True, clock=MinuteClock()), lambda: client)
    # A query takes longer than a hundred refusals, so that few are made unless more are asked for.
    asked = {"tenant": "acme", "panel": "offers_by_month"} if EXAMPLES else {}
    settings = config({"Authorization": f"Bearer {READER}"}, parameters=asked)
    document = schemathesis.openapi.from_asgi("/openapi.json", app, config=settings)

    requests, messages = differences(document.exclude(path="/api/events"))  # a stream never ends

    assert not messages, "\n\n".join(messages)
    assert requests > 200


def test_every_route_of_the_board_is_documented(client: Any) -> None:
    """A new route without a description fails."""
    app = create_board(BoardAccess(tenancy), lambda: client)
    routes = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }

    paths = api_document.document()["paths"]

    assert routes == {(path, method) for path, methods in paths.items() for method in methods}
