"""Slow, large and endless requests on a real socket are cut off."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.web import limits
from streams.web.limits import LimitedProtocol
from tests.fakes import ListPublisher
from tests.ingest.gateways import configuration


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of a running gateway with a short header timeout."""
    monkeypatch.setattr(limits, "HEADER_TIMEOUT_S", 0.2)
    app = create_app(Settings(), configuration(), ListPublisher())
    server = uvicorn.Server(
        uvicorn.Config(app, http=LimitedProtocol, ws="none", log_config=None, timeout_keep_alive=30)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server._serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


async def exchange(port: int, *parts: bytes) -> bytes:
    """Send the parts and return everything received until the gateway closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            if part == HEALTH + b"\r\n":
                answer += await reader.readuntil(b"}")
        async with asyncio.timeout(10):
            return answer + await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"GET",),
        (HEALTH,),
        (b"\r\n", b"\r\n"),
        (HEALTH + b"\r\n", b"\r\n"),
        (HEALTH + b"\r\n", b"GET /"),
    ],
)
async def test_slow_headers_are_cut_off(port: int, parts: tuple[bytes, ...]) -> None:
    """A connection that does not finish its first or a later request is closed."""
    answer = await exchange(port, *parts)

    assert (HEALTH + b"\r\n" in parts) == (b'"ok"' in answer)


async def test_large_headers_are_cut_off(port: int) -> None:
    """Endless headers are refused."""
    answer = await exchange(port, HEALTH, b"X: " + b"x" * 200_000)

    assert answer == b"" or b" 400 " in answer


async def test_body_after_the_answer_is_cut_off(port: int) -> None:
    """A client that keeps sending after a refusal is disconnected."""
    head = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"

    assert b" 404 " in await exchange(port, head)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: +1\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"X y: 1\r\n",
    ],
)
async def test_ambiguous_requests_are_refused(port: int, head: bytes) -> None:
    """A request that two servers could parse differently is refused."""
    request = (
        b"POST /hooks/greenhouse/acme-greenhouse HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n0\r\n\r\n"
    )
    answer = await exchange(port, request)

    assert b" 400 " in answer.split(b"\r\n")[0]
