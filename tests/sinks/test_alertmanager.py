"""An Alertmanager takes what it is told, or is unavailable: whatever it answers, one is never the end of all."""

import socket
import threading

import pytest

from schemas.errors import Unavailable
from sinks import alertmanager


def answering(said: bytes) -> str:
    """The address of somebody who answers one request with this, and hangs up."""
    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with door, door.accept()[0] as caller:
            caller.recv(65_536)
            caller.sendall(said)

    threading.Thread(target=answer, daemon=True).start()
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf",
        b"HTTP/1.1 503 away\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_none_is_tried_again(said: bytes) -> None:
    """A wrong port, a proxy and a process that died in the middle are as being away."""
    with pytest.raises(Unavailable):
        alertmanager.post(answering(said), [])


def test_what_was_answered_well_is_taken() -> None:
    """Nothing more is asked of it."""
    alertmanager.post(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), [])
