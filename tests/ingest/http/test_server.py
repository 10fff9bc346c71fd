"""The HTTP server answers valid and hostile requests: no 5xx but 503, and success only for stored data."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from streams.configuration.settings import Settings
from streams.ingest import replay_guard
from streams.ingest.http import body as request_body
from streams.ingest.http.answer import Refused
from streams.ingest.http.server import create_app
from streams.ingest.quarantine.reprocess import restore_request
from tests.fakes import ListPublisher, SetClock
from tests.ingest import gateways

MOVE = (Path(__file__).parents[2] / "vendors/greenhouse/candidate_stage_change.json").read_bytes()
LIMIT = 50_000


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
async def client(publisher: ListPublisher) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway."""
    app = create_app(
        Settings(gateway_body_bytes=LIMIT), gateways.configuration(), publisher, SetClock()
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


async def post(
    client: httpx.AsyncClient, body: bytes, path: str = gateways.GREENHOUSE
) -> httpx.Response:
    """Post a delivery signed as Greenhouse signs."""
    return await client.post(path, content=body, headers=gateways.greenhouse_signed(body))


async def test_a_move_is_accepted(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A signed stage change is published, then answered with success."""
    response = await post(client, MOVE)

    assert (response.status_code, response.json()["accepted"]) == (200, 1)
    assert [event.deliveryid for event in publisher.events] == ["delivery-1"]


async def test_standard_is_accepted(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A signed canonical event is published."""
    body = json.dumps(
        {
            "type": "application.created",
            "timestamp": "2026-04-01T00:00:00Z",
            "data": {"application": {"id": "1"}},
        }
    ).encode()
    response = await client.post(
        gateways.STANDARD, content=body, headers=gateways.standard_signed(body)
    )

    assert (response.status_code, len(publisher.events)) == (200, 1)


async def test_broker_away(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """While Kafka is unavailable, deliveries get 503 with Retry-After."""
    publisher.away = True
    broken = await post(client, b"{")
    response = await post(client, MOVE)

    assert (broken.status_code, response.status_code) == (503, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert (await client.get("/readyz")).status_code == 503
    publisher.away = False
    assert (await post(client, MOVE)).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_bad_signature(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """An unsigned delivery is refused and not stored."""
    response = await client.post(gateways.GREENHOUSE, content=MOVE)

    assert (response.status_code, response.json()["error"]) == (401, "bad_signature")
    assert publisher.events + publisher.entries == []


async def test_bad_signature_may_be_kept(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """If the connection is configured so, a delivery with a wrong signature is quarantined encrypted."""
    response = await client.post(gateways.LENIENT, content=MOVE)
    (entry,) = publisher.entries
    body = restore_request(entry, gateways.configuration()).body

    assert (response.status_code, entry.reason, body) == (200, "bad_signature", MOVE)


async def test_untrusted_deliveries_are_capped(
    client: httpx.AsyncClient, publisher: ListPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unverified deliveries cannot fill the quarantine."""
    monkeypatch.setattr(replay_guard, "UNVERIFIED_PER_HOUR", 3)
    answers = [
        (await client.post(gateways.LENIENT, content=b"%d" % n)).status_code for n in range(5)
    ]

    assert (answers, len(publisher.entries)) == ([200, 200, 200, 429, 429], 3)


async def test_pending_secret(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A delivery before the vendor issued its secret is quarantined."""
    response = await client.post(gateways.PENDING, content=MOVE)

    assert (response.status_code, publisher.entries[0].reason) == (200, "pending_secret")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"action": 1}',
        b'{"payload": {}}',
        b"[" * 40_000,
        b'{"action":"reject_candidate","payload":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b"9" * 20_000,
        b'{"action": "ping", "payload": NaN}',
        b"\xff\xfe",
        b'{"action": "\\ud800"}',
        b'{"action": "job_created", "payload": {"job": {"id": 1e400}}}',
        b'{"action": "job_created", "payload": {"job": {"id": ' + b"9" * 9_000 + b"}}}",
        b'{"action": "candidate_teleported"}',
        b'{"action": "offer_approved", "payload": {"id": 1}}',
        b'{"action": "hire_candidate", "payload": {"application": {"id": []}}}',
        gzip.compress(MOVE),
    ],
    ids=range(18),
)
async def test_signed_nonsense_is_set_aside(
    client: httpx.AsyncClient, publisher: ListPublisher, body: bytes
) -> None:
    """A signed body that cannot be parsed is quarantined and answered with success, so the vendor does not retry."""
    response = await post(client, body)

    assert (response.status_code, len(publisher.entries)) == (200, 1), response.text
    assert response.json()["quarantined"] == publisher.entries[0].reason


async def test_ping(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A ping is answered with success, so that the vendor saves the webhook as enabled."""
    response = await post(client, b'{"action":"ping","payload":{"web_hook":{"id":1}}}')

    assert response.status_code == 200
    assert publisher.events + publisher.entries == []


@pytest.mark.parametrize(
    ("path", "headers", "size", "expected"),
    [
        ("/hooks/greenhouse/nobody", {}, 10, 401),
        ("/hooks/pigeon/acme-greenhouse", {}, 10, 401),
        ("/hooks/standard/acme-greenhouse", {}, 10, 401),
        ("/hooks/greenhouse/" + "x" * 5_000, {}, 10, 401),
        ("/hooks/greenhouse/%00%ff", {}, 10, 401),
        ("/hooks", {}, 10, 404),
        ("/healthz", {}, 10, 405),
        (gateways.GREENHOUSE, {}, LIMIT + 1, 413),
        (gateways.GREENHOUSE, {"Content-Length": "9" * 12}, 10, 413),
        (gateways.GREENHOUSE, {"Content-Length": "-1"}, 10, 400),
        (gateways.GREENHOUSE, {"Content-Length": "9" * 6_000}, 10, 400),
        (gateways.GREENHOUSE, {"Content-Encoding": "gzip"}, 10, 415),
        (gateways.GREENHOUSE, {"Content-Encoding": "identity"}, 10, 401),
        (
            gateways.GREENHOUSE,
            {"Signature": "sha256 é".encode("latin-1").decode("latin-1")},
            10,
            401,
        ),
        (gateways.STANDARD, {"webhook-timestamp": "NaN"}, 10, 401),
    ],
)
async def test_hostile_requests_are_refused(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], size: int, expected: int
) -> None:
    """A request that cannot be a delivery is refused with a reason."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    response = await client.post(path, content=b"x" * size, headers=raw)

    assert expected == response.status_code
    assert {"error", "message"} <= set(response.json())


async def test_endless_body_is_cut_off(client: httpx.AsyncClient) -> None:
    """A body without a declared length is refused as soon as it exceeds the limit."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 10_000

    response = await client.post(gateways.GREENHOUSE, content=endless())

    assert response.status_code == 413
    assert taken < 10


async def test_slow_body_is_cut_off() -> None:
    """A body that never ends is refused at the deadline."""

    class Slow:
        headers: ClassVar[dict[str, str]] = {}

        async def stream(self) -> AsyncIterator[bytes]:
            yield b"x"
            await asyncio.Event().wait()

    with pytest.raises(Refused) as caught:
        await request_body.read(Slow(), 10, timeout_s=0.01)  # type: ignore[arg-type]

    assert caught.value.status == 408


async def test_handshake(client: httpx.AsyncClient) -> None:
    """A CloudEvents handshake is answered; other vendors get 405."""
    headers = {"WebHook-Request-Origin": "events.example.com"}
    welcome = await client.options(gateways.STANDARD, headers=headers)
    without_origin = await client.options(gateways.STANDARD)
    other = await client.options(gateways.GREENHOUSE, headers=headers)

    assert (
        welcome.status_code,
        welcome.headers["WebHook-Allowed-Origin"],
    ) == (200, "events.example.com")
    assert (without_origin.status_code, other.status_code) == (400, 405)


async def test_batch_is_published_and_quarantined(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """The valid events of a batch are published, and the batch is quarantined for the invalid ones."""
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": "application.created"}
    good = {**event, "data": {"application": {"id": "1"}}}
    unreadable = {**event, "type": "offer.sent"}
    unreadable["data"] = {"application": {"id": "1"}, "offer_id": "o", "version": 10**30}
    body = json.dumps([good, unreadable, {**event, "data": {}}]).encode()
    headers = gateways.standard_signed(body, content_type="application/cloudevents-batch+json")
    response = await client.post(gateways.STANDARD, content=body, headers=headers)

    assert (response.status_code, len(publisher.events), len(publisher.entries)) == (200, 1, 1)


async def test_metrics_and_description(client: httpx.AsyncClient) -> None:
    """Metrics count deliveries by configured names and never by an id; the OpenAPI description lists the routes."""
    await post(client, MOVE)
    await client.post("/hooks/pigeon/x", content=b"")
    metrics = (await client.get("/metrics")).text

    assert 'hirelay_gateway_events_total{vendor="greenhouse"} 1.0' in metrics
    assert "265277" not in metrics
    assert "pigeon" not in metrics
    assert "/hooks/{vendor}/{connection}" in (await client.get("/openapi.json")).json()["paths"]


@pytest.fixture
def recorded(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All log records."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def test_nothing_personal_is_logged(
    client: httpx.AsyncClient, recorded: pytest.LogCaptureFixture
) -> None:
    """Log lines contain no personal data."""
    await post(client, MOVE.replace(b'"x"', b'"Taro Yamada"'))
    await post(client, b'{"action": "Taro Yamada!", "payload": {}}')
    await post(client, b'{"action": "job_created", "payload": {"job": {"id": {"Taro": "Yamada"}}}}')

    lines = [str(vars(record)) for record in recorded.records if record.name.startswith("streams")]
    assert lines
    assert not [line for line in lines if "Taro" in line or "Yamada" in line]
