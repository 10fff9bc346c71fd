"""Starting the board page logs its address or explains why it cannot start."""

import json
import socket
import subprocess
import sys
import urllib.request

from typer.testing import CliRunner

from streams.cli.main import app


def test_a_free_port_is_logged() -> None:
    """With port 0, the log states the port that the system chose."""
    command = [sys.executable, "-m", "streams", "board", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as page:
        assert page.stderr is not None
        try:
            log_line = json.loads(page.stderr.readline())
            with urllib.request.urlopen(f"{log_line['address']}healthz", timeout=10) as response:
                assert response.status == 200
        finally:
            page.terminate()


def test_a_port_in_use_is_one_clear_line() -> None:
    """A port in use fails with one line that names the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["board", "--port", port])

    assert isinstance(result.exception, OSError)
    assert port in str(result.exception)
