"""The Alertmanager client succeeds or raises Unavailable, whatever the server responds."""

import socket
import threading

import pytest

from schemas.errors import Unavailable
from sinks import alertmanager


def serve_reply(reply: bytes) -> str:
    """Start a server that answers one request with `reply` and closes the connection; return its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(reply)

    threading.Thread(target=answer, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf",
        b"HTTP/1.1 503 away\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 302 elsewhere\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_an_invalid_response_is_unavailable(reply: bytes) -> None:
    """A wrong port, a proxy error and a truncated response raise Unavailable."""
    with pytest.raises(Unavailable):
        alertmanager.post(serve_reply(reply), [])


def test_the_error_names_address_and_status() -> None:
    """An operator reads which instance refused, and with which status."""
    address = serve_reply(b"HTTP/1.1 503 away\r\ncontent-length: 0\r\n\r\n")

    with pytest.raises(Unavailable, match=f"{address}/api/v2/alerts: HTTP 503 away"):
        alertmanager.post(address, [])


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "manager:9093", "http://[x"])
def test_an_unusable_address_is_unavailable(address: str) -> None:
    """A closed port and an address that is none raise Unavailable."""
    with pytest.raises(Unavailable, match="/api/v2/alerts: "):
        alertmanager.active_alerts(address, 'breach="b"')


def test_a_successful_response_is_accepted() -> None:
    """An empty 200 response is enough."""
    alertmanager.post(serve_reply(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), [])
