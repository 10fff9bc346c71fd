"""A whole local stack on real Kafka and the real ClickHouse engine, started once for all end-to-end tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest


@dataclass(frozen=True)
class Stack:
    """A running stack and the ways a person would use it."""

    state: Path

    def run(self) -> dict[str, Any]:
        """The present run.json."""
        loaded: dict[str, Any] = json.loads((self.state / "run.json").read_text())
        return loaded

    def hirelay(self, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Run one command of the tool against this stack."""
        return subprocess.run(
            [sys.executable, "-m", "streams", *arguments, "--state", str(self.state)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def asked(self, query: str, **parameters: str) -> list[Any]:
        """Rows from ClickHouse."""
        rows: list[Any] = self.client().query(query, parameters=parameters).result_rows
        return rows

    def client(self) -> Any:
        """ClickHouse as every reader reads it."""
        port = int(self.run()["roles"]["clickhouse"]["url"].rsplit(":", 1)[1])
        return clickhouse_connect.get_client(host="127.0.0.1", port=port)

    def connection(self, name: str) -> dict[str, str]:
        """A connection as run.json describes it."""
        found: dict[str, str] = next(c for c in self.run()["connections"] if c["id"] == name)
        return found

    def simulate(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start posting a season."""
        return subprocess.Popen(
            [sys.executable, "-m", "streams", "simulate", "--state", str(self.state), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kill(self, role: str) -> int:
        """SIGKILL a role; return the pid that died."""
        pid = int(self.run()["roles"][role]["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_new(self, role: str, old: int, seconds: float = 60) -> None:
        """Until the supervisor has started the role again."""
        wait_until(lambda: int(self.run()["roles"][role]["pid"]) != old, seconds)

    def verdict(self) -> dict[str, Any]:
        """What `hirelay verify` says."""
        done = self.hirelay("verify", "--format", "json", "--patience", "90")
        loaded: dict[str, Any] = json.loads(done.stdout)
        assert loaded["equal"] == (done.returncode == 0), done.stderr[-2000:]
        return loaded


def wait_until(true: Any, seconds: float) -> None:
    """Poll a condition of another process; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


@contextmanager
def running(state: Path, *options: str) -> Iterator[Stack]:
    """A stack; stopped with SIGINT, as a person stops it, which must end it with 0."""
    with (state / "up.log").open("w") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "streams", "up", "--state", str(state), "--json", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert up.stdout is not None
        ready = up.stdout.readline()
        assert ready, (state / "up.log").read_text()[-3000:]
        yield Stack(state)
        up.send_signal(signal.SIGINT)
        assert up.wait(timeout=60) == 0


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh stack with the sample companies."""
    with running(tmp_path_factory.mktemp("stack")) as fresh:
        yield fresh
