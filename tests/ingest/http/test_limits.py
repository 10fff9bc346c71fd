"""A real socket under slow, large and endless requests: the connection is closed, and others are served."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from streams.configuration.settings import Settings
from streams.ingest.http import limits
from streams.ingest.http.limits import LimitedProtocol
from streams.ingest.http.server import create_app
from tests.fakes import ListPublisher
from tests.ingest.gateways import configuration


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A running gateway with a short deadline for headers."""
    monkeypatch.setattr(limits, "HEADER_S", 0.2)
    app = create_app(Settings(), configuration(), ListPublisher())
    server = uvicorn.Server(
        uvicorn.Config(app, http=LimitedProtocol, ws="none", log_config=None, timeout_keep_alive=30)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server._serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


async def exchanged(port: int, *parts: bytes) -> bytes:
    """Everything that comes back until the gateway closes the connection; a whole request is answered first."""
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
    """A connection that does not finish a request is closed, before a first one and after it."""
    answer = await exchanged(port, *parts)

    assert (HEALTH + b"\r\n" in parts) == (b'"ok"' in answer)


async def test_large_headers_are_cut_off(port: int) -> None:
    """Headers without an end are refused."""
    answer = await exchanged(port, HEALTH, b"X: " + b"x" * 200_000)

    assert answer == b"" or b" 400 " in answer


async def test_body_after_the_answer_is_cut_off(port: int) -> None:
    """Who goes on sending after a refusal is not listened to."""
    head = b"POST /hooks/pigeon/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"

    assert b" 404 " in await exchanged(port, head)


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
    """A request that two servers could read in two ways is read by neither."""
    request = (
        b"POST /hooks/greenhouse/acme-greenhouse HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n0\r\n\r\n"
    )
    answer = await exchanged(port, request)

    assert b" 400 " in answer.split(b"\r\n")[0]
