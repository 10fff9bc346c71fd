"""Whoever starts the page is told where it is, or why it is nowhere."""

import json
import socket
import subprocess
import sys
import urllib.request

from typer.testing import CliRunner

from streams.cli.main import app


def test_a_free_port_is_named() -> None:
    """Of a port that the system chose nobody knows the number before."""
    command = [sys.executable, "-m", "streams", "board", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as page:
        assert page.stderr is not None
        try:
            opened = json.loads(page.stderr.readline())
            with urllib.request.urlopen(f"{opened['address']}healthz", timeout=10) as answer:
                assert answer.status == 200
        finally:
            page.terminate()


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    """With the address that is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["board", "--port", port])

    assert isinstance(result.exception, OSError)
    assert port in str(result.exception)
