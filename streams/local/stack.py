"""Implements `hirelay up`: Kafka, an embedded ClickHouse and every role in the foreground under one supervisor."""

import json
import logging
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import typer

from schemas.errors import Unavailable
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.local import ports, run_file
from streams.local.kafka import WITHOUT_SECURITY, prepare
from streams.local.monitoring import BINARY_NAMES, DEPLOY, RULES, find_binary, installed_observers
from streams.local.readiness import broker_answers, is_ready, kafka_is_ready, wait_until
from streams.local.run_file import OBSERVERS
from streams.local.sample_companies import (
    settings_beside,
    write_sample,
    write_samples,
)
from streams.local.state_lock import lock_state
from streams.supervisor import Role, Supervisor

log = logging.getLogger(__name__)

STOP_S = 90.0
CLICKHOUSE_USER = "hirelay"
COMMANDS = {"relay": "relay-ledger"}  # `hirelay relay` is the group of commands about it


class Stack:
    """A local stack in one directory; `start` returns when every role is ready."""

    def __init__(self, state: Path, config: Path | None = None, workers: int = 1) -> None:
        """Lock the directory, choose ports once so that addresses survive restarts, and load the configuration."""
        self.state = state.resolve()
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state.chmod(0o700)  # a directory that existed, too: it holds secrets and people's data
        (self.state / "logs").mkdir(parents=True, exist_ok=True)
        self._lock = lock_state(self.state)
        self._role_of = run_file.process_names(workers)
        self._ports_of = self._load_ports()
        self.settings = self._create_settings(config)
        self._tenancy = load_tenancy(self.settings.config)
        self.supervisor = Supervisor(self.write_run)
        self._stopping = threading.Event()

    def _load_ports(self) -> dict[str, int]:
        path = self.state / "ports.json"
        existing: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        names = ("kafka", "controller", *self._role_of, *OBSERVERS)
        missing = [name for name in names if name not in existing]
        self._ports_guard, chosen = ports.reserve(missing, random.SystemRandom())
        path.write_text(json.dumps(existing | chosen))
        return {name: (existing | chosen)[name] for name in names}

    def _create_settings(self, config: Path | None) -> Settings:
        port_of = self._ports_of
        manager = f"http://127.0.0.1:{port_of['alertmanager']}"
        return Settings(
            **self._files(config),
            reporter_dir=self.state / "reporter",
            alertmanagers=manager if find_binary("alertmanager") else "",
            kafka=f"127.0.0.1:{port_of['kafka']}",
            **WITHOUT_SECURITY,
            clickhouse=f"chdb://{self.state / 'clickhouse'}",
            clickhouse_user=CLICKHOUSE_USER,
            clickhouse_password=_load_password(self.state / "clickhouse-password"),
            gateway_port=port_of["gateway"],
            gateway_url=f"http://127.0.0.1:{port_of['gateway']}",
            gateway_spool_dir=self.state / "spool",
            worker_dir=self.state / "worker",
            worker_web_port=port_of["worker"],
            archiver_port=port_of["archiver"],
            board_port=port_of["board"],
            runbook_dir=DEPLOY,
            board_url=f"http://127.0.0.1:{port_of['board']}/",
            watch_port=port_of["watch"],
            dispatcher_port=port_of["dispatcher"],
            relay_port=port_of["relay"],
            reporter_port=port_of["reporter"],
        )

    def _files(self, config: Path | None) -> dict[str, Any]:
        if config is not None:
            return {"config": config.resolve(), **settings_beside(config.resolve().parent)}
        samples = write_samples(self.state, datetime.now(UTC))
        return {"config": write_sample(self.state).resolve(), **samples}

    def start(self, report: Callable[[str], None]) -> None:
        """Start everything, passing each step to `report`; raise Unavailable if a role does not become ready."""
        report("Apache Kafka")
        self.start_kafka(kafka_is_ready)
        replay_reason = self._replay_reason()
        for name, role in self._role_of.items():
            report(name)
            command = (sys.executable, "-P", "-m", "streams", COMMANDS.get(role, role))
            environment = self._environment(name, role)
            self.supervisor.add(Role(name, command, self._log_file(name), environment))
        self._start_observers(report)
        if replay_reason:
            report(f"replay: {replay_reason}")
            self._replay()
        for name in self._role_of:
            self._wait_until_healthy(name)
        self.write_run()
        log.info("stack ready", extra={"state": str(self.state)})

    def start_kafka(self, is_ready_: Callable[[Settings], bool] = broker_answers) -> None:
        """Start the broker alone, and return when it is ready; raise Unavailable if it does not become so."""
        broker = prepare(
            self.state / "kafka", self._ports_of["kafka"], self._ports_of["controller"]
        )
        self.supervisor.add(Role("kafka", broker.command, self._log_file("kafka")))
        self._wait_until("kafka", lambda: is_ready_(self.settings))

    def _log_file(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"

    def _environment(self, name: str, role: str) -> dict[str, str]:
        """Return the environment of one process; every worker has its own directory and port."""
        if role == "worker":
            return self.settings.environment(
                worker_dir=self.state / name, worker_web_port=self._ports_of[name]
            )
        if role in {"board", "reporter"}:
            # Only the archiver opens the engine's directory; other roles read through its HTTP endpoint.
            return self.settings.environment() | self._archiver_environment()
        return self.settings.environment()

    def _wait_until(self, name: str, condition: Callable[[], bool]) -> None:
        wait_until(name, condition, self.supervisor, self._log_file(name))

    def _wait_until_healthy(self, name: str) -> None:
        url = f"http://127.0.0.1:{self._ports_of[name]}/healthz"
        self._wait_until(name, partial(is_ready, url))

    def _start_observers(self, report: Callable[[str], None]) -> None:
        """Start Prometheus and Alertmanager if installed; report those that are not."""
        for name in OBSERVERS:
            if find_binary(name) is None:
                report(f"skipping {name}: {' or '.join(BINARY_NAMES[name])} is not installed")
        if find_binary("prometheus") and not RULES.is_dir():
            report(f"no pipeline alerts: {RULES} has no rules")
        for observer in installed_observers(self.state, self._ports_of, self._role_of):
            report(observer.name)
            self.supervisor.add(observer.role(self.state))
            self._wait_until(observer.name, partial(is_ready, observer.ready_url))

    def _replay_reason(self) -> str:
        """Return why the data, written by another version, needs a replay; empty if it does not."""
        try:
            kafka_epochs.ensure_epoch(
                self.settings.kafka_access, None, snapshot_mapping(self._tenancy), datetime.now(UTC)
            )
        except kafka_epochs.OutdatedEpoch as why:
            return str(why)
        return ""

    def _replay(self) -> None:
        self._wait_until_healthy("archiver")
        environment = self.settings.environment() | self._archiver_environment()
        completed = subprocess.run(
            (sys.executable, "-P", "-m", "streams", "replay"),
            env={**os.environ, **environment},
            stdout=sys.stderr,
            check=False,
        )
        if completed.returncode:
            raise Unavailable("replay", "it failed; see its output above")

    def _archiver_environment(self) -> dict[str, str]:
        return {"HIRELAY_CLICKHOUSE": f"http://127.0.0.1:{self._ports_of['archiver']}/"}

    def write_run(self) -> None:
        """Write run.json with the current state."""
        run_file.write(self.state / "run.json", self.run_info())

    def run_info(self) -> dict[str, Any]:
        """Return the content of run.json."""
        pids = {
            name: role.process.pid
            for name, role in self.supervisor.roles.items()
            if role.process is not None
        }
        return run_file.build(self.settings, self._tenancy, self._ports_of, pids)

    def watch(self) -> None:
        """Keep everything running until `request_stop`."""
        loaded_mtime = self._config_mtime()
        while not self._stopping.wait(0.1):
            self.supervisor.restart_dead()
            if loaded_mtime != (loaded_mtime := self._config_mtime()):
                self._reload_tenancy()

    def _config_mtime(self) -> float:
        path = self.settings.config
        return path.stat().st_mtime if path.exists() else 0.0

    def _reload_tenancy(self) -> None:
        """Reload a changed configuration into run.json; the gateway reports configuration errors."""
        with suppress(Misconfigured, OSError):
            self._tenancy = load_tenancy(self.settings.config)
            self.write_run()

    def request_stop(self) -> None:
        """End `watch`; safe to call from a signal handler or another thread."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop every role and release the directory; the data stays."""
        self.supervisor.stop()
        (self.state / "run.json").unlink(missing_ok=True)
        self._ports_guard.close()
        self._lock.close()


def _load_password(path: Path) -> str:
    """Return the password of embedded ClickHouse, made once, so that readers survive restarts."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


@contextmanager
def running(
    state: Path, report: Callable[[str], None], config: Path | None = None
) -> Iterator[Stack]:
    """Run a stack for the duration of the block, watched from a thread."""
    stack = Stack(state, config)
    watcher = threading.Thread(target=stack.watch, daemon=True)
    try:
        stack.start(report)
        watcher.start()
        yield stack
    finally:
        stack.request_stop()
        if watcher.is_alive():
            watcher.join()
        stack.stop()


def up(
    state: Path, *, workers: int = 1, json_output: bool = False, config: Path | None = None
) -> None:
    """Run until Ctrl-C or SIGTERM; with `json_output`, print run.json as one line when ready."""
    stack = Stack(state, config, workers)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stack.request_stop())
    try:
        stack.start(lambda step: log.info("starting", extra={"step": step}))
        run = stack.run_info()
        if json_output:
            typer.echo(json.dumps(run, ensure_ascii=False))
        else:
            typer.echo(
                f"Hirelay runs in {stack.state}; gateway {run['roles']['gateway']['url']}; "
                f"boards {run['roles']['board']['url']}; Ctrl-C stops it."
            )
        stack.watch()
    finally:
        stack.stop()


def down(state: Path) -> None:
    """Ask the stack that runs in `state` to stop, and wait until it has."""
    path = state / "up.pid"
    if not path.exists() or not (state / "run.json").exists():
        raise Unavailable("state", f"no stack runs in {state}")
    pid = int(path.read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while Path(f"/proc/{pid}").exists() and (state / "run.json").exists():
        if time.monotonic() > deadline:
            raise Unavailable("state", f"the stack in {state} did not stop (process {pid})")
        time.sleep(0.05)
