"""A local stack on real Kafka and the real ClickHouse engine, started once for all end-to-end tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest

from streams.local.readiness import is_ready
from tests.e2e.commands import run_command

BUSY_S = 120.0  # what a role may need to start while other tests use the machine


@dataclass(frozen=True)
class Stack:
    """A running stack and the ways to use it."""

    state: Path

    def run_file(self) -> dict[str, Any]:
        """Return the current run.json."""
        loaded: dict[str, Any] = json.loads((self.state / "run.json").read_text())
        return loaded

    def hirelay(self, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Run one CLI command against this stack."""
        return run_command(*arguments, "--state", str(self.state), timeout=timeout)

    def query(self, query: str, **parameters: str) -> list[Any]:
        """Return the rows of a ClickHouse query."""
        rows: list[Any] = self.client().query(query, parameters=parameters).result_rows
        return rows

    def client(self) -> Any:
        """Connect to ClickHouse as every reader does."""
        return connect_as(self.run_file()["roles"]["clickhouse"])

    def wait_for_clickhouse(self) -> None:
        """Wait until the archiver, an old or a new one, answers queries."""
        url = self.run_file()["roles"]["archiver"]["url"] + "/healthz"
        wait_until(partial(is_ready, url), BUSY_S)

    def connection(self, name: str) -> dict[str, str]:
        """Return a connection as run.json describes it."""
        entry: dict[str, str] = next(c for c in self.run_file()["connections"] if c["id"] == name)
        return entry

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
        wait_until(lambda: self.pid(role) is not None, 60)
        pid = self.pid(role)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid(self, role: str) -> int | None:
        """Return the process id of a role; None while its supervisor is starting it again."""
        pid: int | None = self.run_file()["roles"][role]["pid"]
        return pid

    def wait_for_restart(self, role: str, old_pid: int, seconds: float = 60) -> None:
        """Wait until the supervisor has restarted the role."""
        wait_until(lambda: self.pid(role) not in {None, old_pid}, seconds)

    def verify(self) -> dict[str, Any]:
        """Return the result of `hirelay verify`, once ClickHouse answers."""
        self.wait_for_clickhouse()
        done = self.hirelay("verify", "--format", "json", "--patience", "90")
        loaded: dict[str, Any] = json.loads(done.stdout)
        assert loaded["equal"] == (done.returncode == 0), done.stderr[-2000:]
        return loaded


def connect_as(clickhouse: dict[str, Any]) -> Any:
    """Connect as `roles.clickhouse` of run.json says."""
    return clickhouse_connect.get_client(
        host="127.0.0.1",
        port=int(clickhouse["url"].rsplit(":", 1)[1]),
        username=clickhouse["user"],
        password=clickhouse["password"],
    )


def wait_until(condition: Any, seconds: float) -> None:
    """Poll a condition of another process; fail after so many seconds, but never before those of a busy machine."""
    deadline = time.monotonic() + max(seconds, BUSY_S)
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


@contextmanager
def running_stack(state: Path, *options: str) -> Iterator[Stack]:
    """Run a stack; stop it with SIGINT, as a person would, and require exit code 0.

    It runs in a directory with packages of the same names as ours and a module of the standard library's name, which no
    role may import.
    """
    foreign = state / "foreign"
    foreign.mkdir()
    (foreign / "grp.py").write_text("raise ImportError('not the standard library')")
    for package in ("schemas", "sinks", "streams"):
        (foreign / package).mkdir(parents=True)
        (foreign / package / "__init__.py").touch()
    command = [sys.executable, "-P", "-m", "streams", "up", "--state", str(state), "--json"]
    with (state / "up.log").open("w") as log:
        up = subprocess.Popen(
            [*command, *options],
            cwd=foreign,
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


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh stack with the sample companies."""
    with running_stack(tmp_path_factory.mktemp("stack")) as fresh:
        yield fresh


@pytest.fixture(scope="package")
def configured_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with one tenant per vendor, per special case and per situation of `tests/cases`."""
    # These modules use the classes above.
    from tests.e2e.companies import company_tenants
    from tests.e2e.configuration import write_configuration

    folder = tmp_path_factory.mktemp("configured")
    state = folder / "state"
    state.mkdir()
    configuration = write_configuration(folder, *company_tenants(folder))
    with running_stack(state, "--config", str(configuration)) as fresh:
        yield fresh
