"""The dispatcher sends to an Alertmanager until it accepts, and reports every refusal."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sinks.metrics import DispatcherMetrics
from streams.alerting.alert_payload import ActiveBreaches, Links
from streams.alerting.dispatcher import AlertmanagerSender, Broadcast
from tests.fakes import SetClock

REFUSALS = 2


class RefusingAlertmanager(BaseHTTPRequestHandler):
    """Refuses the first requests, then accepts."""

    requests = 0

    def do_POST(self) -> None:
        """Answer 503, later 200."""
        self.rfile.read(int(self.headers["content-length"]))
        type(self).requests += 1
        self.send_response(503 if self.requests <= REFUSALS else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of such an Alertmanager."""
    RefusingAlertmanager.requests = 0
    server = HTTPServer(("127.0.0.1", 0), RefusingAlertmanager)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class AwaitedBroadcast(Broadcast):
    """Reports when a sender has nothing more to send and waits."""

    def __init__(self) -> None:
        """Start unawaited."""
        super().__init__()
        self.awaited = asyncio.Event()

    async def wait(self, seconds: float, changed: Callable[[], bool]) -> None:
        """Wait, and report it."""
        self.awaited.set()
        await super().wait(seconds, changed)


async def test_a_refusing_alertmanager_is_retried_until_it_accepts(address: str) -> None:
    """Every refusal is counted, and the alerts are sent again until they are accepted."""
    metrics, broadcast = DispatcherMetrics(), AwaitedBroadcast()
    sender = AlertmanagerSender(address, "0", ActiveBreaches(), Links())
    task = asyncio.create_task(sender.run(broadcast, metrics, SetClock()))
    async with asyncio.timeout(60):
        await broadcast.awaited.wait()
    task.cancel()

    assert metrics.posts.labels("0", "failed")._value.get() == REFUSALS
    assert RefusingAlertmanager.requests == REFUSALS + 1
