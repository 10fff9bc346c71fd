"""`hirelay up`: a broker, an embedded ClickHouse and every role, in the foreground under one supervisor."""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import typer

from schemas.errors import Unavailable
from schemas.tenants.mapping_snapshot import meaning
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.kafka.admin import ensure_topics
from streams.local import run_file
from streams.local.kafka import free_port, prepare
from streams.local.monitoring import NAMES, RULES, installed, observers
from streams.local.run_file import OBSERVERS, ROLES
from streams.local.sample_companies import write_alerts, write_sample, write_targets
from streams.supervisor import Role, Supervisor

log = logging.getLogger(__name__)

READY_S = 90.0
PORTS = ("kafka", "controller", *ROLES, *OBSERVERS)


class Stack:
    """One local stack in one directory; `start` returns when every role answers."""

    def __init__(self, state: Path, config: Path | None = None) -> None:
        """Choose ports once and keep them, so that addresses survive restarts."""
        self.state = state.resolve()
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "logs").mkdir(exist_ok=True)
        self._lock = _locked(self.state)
        ports = self._ports()
        self._ports_of = ports
        targets = config and config.resolve().parent / "targets.yaml"
        alerts = config and config.resolve().parent / "alerts.yaml"
        manager = f"http://127.0.0.1:{ports['alertmanager']}"
        today = datetime.now().astimezone().date()
        self.settings = Settings(
            config=(config or write_sample(self.state)).resolve(),
            targets=targets or write_targets(self.state, today),
            alerts=alerts or write_alerts(self.state),
            alertmanagers=manager if installed("alertmanager") else "",
            kafka=f"127.0.0.1:{ports['kafka']}",
            clickhouse=f"chdb://{self.state / 'clickhouse'}",
            gateway_port=ports["gateway"],
            gateway_url=f"http://127.0.0.1:{ports['gateway']}",
            worker_dir=self.state / "worker",
            worker_web_port=ports["worker"],
            archiver_port=ports["archiver"],
            board_port=ports["board"],
            board_url=f"http://127.0.0.1:{ports['board']}/",
            watch_port=ports["watch"],
            dispatcher_port=ports["dispatcher"],
        )
        self._tenancy = load_tenancy(self.settings.config)
        self.supervisor = Supervisor(self.write_run)
        self._stopping = threading.Event()

    def _ports(self) -> dict[str, int]:
        path = self.state / "ports.json"
        held: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        ports = {name: held.get(name) or free_port() for name in PORTS}
        if ports != held:
            path.write_text(json.dumps(ports))
        return ports

    def start(self, say: Callable[[str], None]) -> None:
        """Bring everything up; `say` is told each step. Raises Unavailable when a role does not come."""
        say("Apache Kafka")
        broker = prepare(
            self.state / "kafka", self._ports_of["kafka"], self._ports_of["controller"]
        )
        self.supervisor.add(Role("kafka", broker.command, self.state / "logs" / "kafka.log"))
        _until("kafka", lambda: _answers_topics(self.settings))
        environment = self.settings.environment()
        outdated = self._outdated()
        for role in ROLES:
            say(role)
            command = (sys.executable, "-m", "streams", role)
            log_file = self.state / "logs" / f"{role}.log"
            # The engine's directory belongs to the archiver; everybody else reads through its door.
            mine = environment if role != "board" else environment | self._reading()
            self.supervisor.add(Role(role, command, log_file, mine))
        self._observe(say)
        if outdated:
            say(f"a replay, because {outdated}")
            self._replay(environment)
        for role in ROLES:
            url = f"http://127.0.0.1:{self._ports_of[role]}/healthz"
            _until(role, partial(_answers, url), self.supervisor.look)
        self.write_run()
        log.info("stack ready", extra={"state": str(self.state)})

    def _observe(self, say: Callable[[str], None]) -> None:
        """Start Prometheus and Alertmanager where they are installed, and say so where they are not."""
        for name in OBSERVERS:
            if installed(name) is None:
                say(f"without {name}: this machine does not have {' or '.join(NAMES[name])}")
        if installed("prometheus") and not RULES.is_dir():
            say(f"without alerts of the pipeline: there are no rules in {RULES}")
        for each in observers(self.state, self._ports_of, ROLES):
            say(each.name)
            self.supervisor.add(each.role(self.state))
            _until(each.name, partial(_answers, each.ready), self.supervisor.look)

    def _outdated(self) -> str:
        """Why what stands here is of another version and needs a replay; empty when it does not."""
        try:
            kafka_epochs.settled(
                self.settings.kafka, None, meaning(self._tenancy), datetime.now(UTC)
            )
        except kafka_epochs.Outdated as why:
            return str(why)
        return ""

    def _replay(self, environment: dict[str, str]) -> None:
        url = self._reading()
        health = f"{url['HIRELAY_CLICKHOUSE']}healthz"
        _until("archiver", partial(_answers, health), self.supervisor.look)
        done = subprocess.run(
            (sys.executable, "-m", "streams", "replay"),
            env={**os.environ, **environment, **url},
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode:
            raise Unavailable("replay", "it did not succeed; what it said stands above")

    def _reading(self) -> dict[str, str]:
        return {"HIRELAY_CLICKHOUSE": f"http://127.0.0.1:{self._ports_of['archiver']}/"}

    def write_run(self) -> None:
        """Write run.json as it is now."""
        run_file.write(self.state / "run.json", self.run())

    def run(self) -> dict[str, Any]:
        """What run.json holds."""
        pids = {
            name: role.process.pid
            for name, role in self.supervisor.roles.items()
            if role.process is not None
        }
        return run_file.described(self.settings, self._tenancy, self._ports_of, pids)

    def watch(self) -> None:
        """Keep everything running until `ask_to_stop`."""
        read = self._stamp()
        while not self._stopping.wait(0.1):
            self.supervisor.look()
            if read != (read := self._stamp()):
                self._take_up()

    def _stamp(self) -> float:
        path = self.settings.config
        return path.stat().st_mtime if path.exists() else 0.0

    def _take_up(self) -> None:
        """Show the connections of a changed configuration; what is wrong with it the gateway says."""
        with suppress(Misconfigured, OSError):
            self._tenancy = load_tenancy(self.settings.config)
            self.write_run()

    def ask_to_stop(self) -> None:
        """End `watch`; safe from a signal handler and from another thread."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop every role and let go of the directory; the data stays."""
        self.supervisor.stop()
        (self.state / "run.json").unlink(missing_ok=True)
        self._lock.close()


def _locked(state: Path) -> TextIO:
    lock = (state / "up.pid").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Unavailable(
            "state", f"a stack already runs in {state}; stop it first (hirelay down)"
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _until(
    what: str, true: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None
) -> None:
    deadline = time.monotonic() + READY_S
    while not true():
        if time.monotonic() > deadline:
            raise Unavailable("stack", f"{what} did not come up; see its log under logs/")
        meanwhile()
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except OSError:
        return False


def _answers_topics(settings: Settings) -> bool:
    import socket

    host, port = settings.kafka.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=0.5).close()
        ensure_topics(settings.kafka, settings.partitions, settings.replication)
    except (OSError, Unavailable):
        return False
    return True


@contextmanager
def running(state: Path, say: Callable[[str], None], config: Path | None = None) -> Iterator[Stack]:
    """A stack that is watched from a thread for as long as the block lasts."""
    stack = Stack(state, config)
    watcher = threading.Thread(target=stack.watch, daemon=True)
    try:
        stack.start(say)
        watcher.start()
        yield stack
    finally:
        stack.ask_to_stop()
        if watcher.is_alive():
            watcher.join()
        stack.stop()


def up(state: Path, *, json_output: bool = False, config: Path | None = None) -> None:
    """Run until Ctrl-C or SIGTERM; with `json_output` print run.json as one line when ready."""
    stack = Stack(state, config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stack.ask_to_stop())
    try:
        stack.start(lambda step: log.info("starting", extra={"step": step}))
        run = stack.run()
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
    _until(
        "stopping", lambda: not Path(f"/proc/{pid}").exists() or not (state / "run.json").exists()
    )
