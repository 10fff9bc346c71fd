"""The landing page of the simulated service reports nobody without a consent, and calls back as the gateway verifies."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from streams.ingest import standard_webhooks
from streams.simulator.relay_page import page_app
from streams.simulator.relay_service import RelayService

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
SECRET = standard_webhooks.generate_secret()
CONNECTION = {
    "vendor": "careerrelay",
    "tenant": "aoba",
    "url": "http://gateway.example/hooks/careerrelay/aoba",
    "secret": SECRET,
}


class Gateway:
    """What the gateway receives."""

    def __init__(self) -> None:
        """Receive nothing yet."""
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Accept a callback."""
        self.requests.append(request)
        return httpx.Response(200)

    def bodies(self) -> list[dict[str, Any]]:
        """The verified callbacks."""
        key = standard_webhooks.key(SECRET.encode())
        for request in self.requests:
            headers = tuple((name.lower(), value) for name, value in request.headers.items())
            standard_webhooks.verify(headers, request.content, (key,), datetime.now(UTC))
        return [json.loads(request.content) for request in self.requests]


@pytest.fixture
def gateway() -> Gateway:
    """A gateway that accepts everything."""
    return Gateway()


@pytest.fixture
async def page(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """The page of a service that calls this gateway."""
    transport = httpx.MockTransport(gateway)
    service = RelayService({"connections": [CONNECTION]}, "aoba", transport)
    asgi = httpx.ASGITransport(app=page_app(service, lambda: NOW))
    async with httpx.AsyncClient(transport=asgi, base_url="http://relay") as client:
        yield client


async def test_a_registration_with_consent_is_reported_once_signed(
    page: httpx.AsyncClient, gateway: Gateway
) -> None:
    """The callback holds token, consent and time; no id contains the address."""
    answer = await page.post("/register", data={"token": "A" * 22, "email": "x@example.com", "consent": "yes"})  # fmt: skip

    (body,) = gateway.bodies()
    assert answer.status_code == 200
    assert body["type"] == "registration.completed"
    assert body["data"]["token"] == "A" * 22
    assert body["data"]["consented_at"] < NOW.isoformat()
    assert "@" not in body["data"]["registration_id"] + body["data"]["consent_id"]


@pytest.mark.parametrize(
    "fields",
    [{"email": "x@example.com"}, {"email": "", "consent": "yes"}, {"email": "x", "consent": "yes"}],
)
async def test_nobody_is_reported_without_consent_or_address(
    page: httpx.AsyncClient, gateway: Gateway, fields: dict[str, str]
) -> None:
    """The page says what is missing and keeps the token."""
    answer = await page.post("/register", data={"token": "A" * 22, **fields})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "A" * 22 in answer.text
    assert gateway.requests == []


async def test_a_token_is_shown_as_text(page: httpx.AsyncClient) -> None:
    """Whatever a link contains cannot become markup."""
    answer = await page.get("/register", params={"token": '"><script>alert(1)</script>'})

    assert "<script>" not in answer.text
    assert "同意します" in answer.text
