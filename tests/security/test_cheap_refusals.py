"""What must be refused costs little: no request keeps the others waiting, fills memory or takes another's place."""

import asyncio
import contextlib
import json
import resource
import socket
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import uvicorn

from streams.configuration.settings import Settings
from streams.ingest import replay_guard
from streams.ingest.costs import PATH as COSTS
from streams.ingest.http.server import create_app
from streams.web.limits import limited
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetBreaches, SetClock
from tests.ingest import gateways

FREEZE_S = 0.2  # seconds of work between two turns of the event loop: others wait that long
MANY = {f"key{number}": 1 for number in range(110_000)}
TOKEN = {"Authorization": f"Bearer {gateways.ENVIRON['TOKEN']}"}
CLOUD_EVENT = {"content-type": "application/cloudevents+json"}
APPLICATION = {"id": "1", "candidate_id": "c"}


def standard(value: object) -> tuple[str, bytes, dict[str, str]]:
    """A signed delivery to the standard connection."""
    body = json.dumps(value).encode()
    return gateways.STANDARD, body, gateways.standard_signed(body, f"msg_{len(body)}")


def attacks() -> list[tuple[str, bytes, dict[str, str]]]:
    """Requests of customers and strangers whose refusal once took seconds, with a genuine signature where one helps."""
    event = {"type": "application.created", "timestamp": "2026-04-01T00:00:00Z"}
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": event["type"], "data": {}}
    wrong = {
        "action": "candidate_stage_change",
        "payload": {"application": {"jobs": [1] * 400_000}},
    }
    body = json.dumps(wrong).encode()
    path, cloud_body, headers = standard({**cloud, **MANY})
    entries = [{f"k{number}": 1 for number in range(300)}] * 500
    return [
        standard(MANY),
        standard({**event, "data": MANY}),
        standard({**event, "data": {"application": {**APPLICATION, **MANY}}}),
        standard({**event, "data": {"application": {**APPLICATION, "tags": [1] * 500_000}}}),
        (path, cloud_body, headers | CLOUD_EVENT),
        (gateways.GREENHOUSE, body, gateways.greenhouse_signed(body)),
        (gateways.GREENHOUSE, b"[" * 1_900_000, gateways.greenhouse_signed(b"[" * 1_900_000)),
        (gateways.LENIENT, body, {}),
        (gateways.PENDING, body, {}),
        (COSTS, json.dumps({"entries": entries}).encode(), TOKEN),
        (COSTS, json.dumps(MANY).encode(), TOKEN),
        ("/v1/breaches/0123456789abcdef/actions", json.dumps(MANY).encode(), TOKEN),
    ]


async def watch_loop(worst: list[float]) -> None:
    """Record the longest work of the event loop's thread between two of its turns."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0)
        worst[0] = max(worst[0], time.thread_time() - before)
        await asyncio.sleep(0.001)


@pytest.fixture
async def client() -> AsyncIterator[tuple[httpx.AsyncClient, ListPublisher]]:
    """A client of a gateway with its publisher."""
    publisher = ListPublisher()
    app = create_app(
        Settings(),
        gateways.configuration(),
        publisher,
        SetClock(),
        breaches=SetBreaches({("acme", "0123456789abcdef")}),
        delivery_ids=ListDeliveryIds(),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender, publisher


async def test_no_request_keeps_the_others_waiting(
    client: tuple[httpx.AsyncClient, ListPublisher],
) -> None:
    """Every attack is answered, with few words, and the loop never works on one for as long as a freeze."""
    sender, _ = client
    for path, body, headers in attacks():
        worst = [0.0]
        watcher = asyncio.create_task(watch_loop(worst))
        await asyncio.sleep(0)
        response = await sender.post(path, content=body, headers=headers)
        await asyncio.sleep(0.01)
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher

        assert response.status_code in {200, 400, 422}, response.text[:300]
        assert len(response.content) < 20_000
        assert worst[0] < FREEZE_S, (path, len(body), worst)


async def test_a_repeat_without_a_signature_replaces_nothing(
    client: tuple[httpx.AsyncClient, ListPublisher],
) -> None:
    """The same body, sent by someone who cannot sign it, waits beside the genuine delivery."""
    sender, publisher = client
    body = b'{"action": "candidate_stage_change"}'
    for headers in (gateways.greenhouse_signed(body), {}, gateways.greenhouse_signed(body)):
        await sender.post(gateways.PENDING, content=body, headers=headers)

    genuine, repeat, again = (entry.id for entry in publisher.entries)
    assert genuine == again
    assert genuine != repeat


async def test_unverified_deliveries_have_a_budget_of_bytes(
    client: tuple[httpx.AsyncClient, ListPublisher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its bytes of an hour a connection answers 429, and another one does not."""
    monkeypatch.setattr(replay_guard, "UNVERIFIED_BYTES_PER_HOUR", 10_000)
    sender, publisher = client
    statuses = [
        (await sender.post(path, content=b"x" * 4_000)).status_code
        for path in (*[gateways.PENDING] * 3, gateways.LENIENT)
    ]

    assert statuses == [200, 200, 429, 200]
    assert len(publisher.entries) == 3


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The port of a gateway on a socket that lets three connections of one address in."""
    app = create_app(
        Settings(), gateways.configuration(), ListPublisher(), SetClock(NOON + timedelta(0))
    )
    server = uvicorn.Server(uvicorn.Config(app, http=limited(3), ws="none", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server._serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


POST = (
    f"POST {gateways.GREENHOUSE} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
)


async def test_a_signature_in_a_trailer_is_none(port: int) -> None:
    """Headers after the body are dropped, so the delivery is unsigned."""
    body = b'{"action": "ping", "web_hook_id": 1}'
    signature = gateways.greenhouse_signed(body)["Signature"].encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n"
    writer.write(POST + chunk + b"Signature: " + signature + b"\r\n\r\n")
    answer = await reader.readuntil(b"\r\n")
    writer.close()

    assert answer.split()[1] == b"401"


@pytest.mark.parametrize("line", [b"X-%d: " + b"y" * 900 + b"\r\n", b"y" * 1_000])
async def test_trailers_are_bounded(port: int, line: bytes) -> None:
    """Endless trailers, or one endless trailer, close the connection before they fill memory."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    before, sent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    writer.write(POST + b"2\r\n{}\r\n0\r\n" + (b"" if line.endswith(b"\n") else b"X: "))
    with contextlib.suppress(ConnectionError):
        while sent < 60_000_000 and not reader.at_eof():
            writer.write(b"".join(line % n if b"%" in line else line for n in range(100)))
            sent += 100 * len(line)
            await writer.drain()
            await asyncio.sleep(0)
    writer.close()

    assert sent < 20_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


async def test_one_address_has_few_connections(port: int) -> None:
    """A connection too many is closed at once, and a place becomes free when another one ends."""
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for _, writer in crowd:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    for reader, _ in crowd:
        await reader.readuntil(b"}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    crowd.pop()[1].close()
    async with asyncio.timeout(10):
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            if await reader.read(12) == b"HTTP/1.1 200":
                break
    for _, last in (*crowd, (reader, writer)):
        last.close()
