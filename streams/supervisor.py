"""Start processes, restart them when they die, and stop them in reverse order."""

import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

MIN_BACKOFF_S, MAX_BACKOFF_S = 0.2, 5.0
STABLE_S = 10.0  # a role that ran this long is restarted without backing off further
STOP_TIMEOUT_S = 10.0

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Linux only: kill the child when its supervisor is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Role:
    """One supervised process."""

    name: str
    command: tuple[str, ...]
    log_path: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    backoff: float = MIN_BACKOFF_S
    early_deaths: int = 0  # in a row, each within `STABLE_S` of its start
    not_before: float = 0.0

    def start(self) -> None:
        """Start the process in its own session, so that Ctrl-C reaches only the supervisor."""
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started = time.monotonic()
        log.info("role started", extra={"role": self.name, "pid": self.process.pid})

    def stop(self) -> None:
        """Send SIGTERM, then SIGKILL after `STOP_TIMEOUT_S`."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            log.warning("role killed", extra={"role": self.name})
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Owns the processes of one stack; `on_change` is called whenever a pid has changed."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Start with no process."""
        self.roles: dict[str, Role] = {}
        self._on_change = on_change

    def add(self, role: Role) -> None:
        """Start a role and keep it running."""
        self.roles[role.name] = role
        role.start()

    def restart_dead(self) -> None:
        """Restart dead processes: at once after a stable run, with increasing backoff when they keep dying."""
        now = time.monotonic()
        for role in self.roles.values():
            if role.process is None:
                if now >= role.not_before:
                    role.start()
                    self._on_change()
            elif (code := role.process.poll()) is not None:
                stable = now - role.started > STABLE_S
                role.early_deaths = 0 if stable else role.early_deaths + 1
                role.backoff = MIN_BACKOFF_S if stable else min(MAX_BACKOFF_S, role.backoff * 2)
                role.not_before = now + role.backoff
                role.process = None
                log.warning(
                    "role died", extra={"role": role.name, "exit": code, "again_in_s": role.backoff}
                )

    def stop(self) -> None:
        """Stop all processes, the last started first."""
        for role in reversed(self.roles.values()):
            role.stop()
            log.info("role stopped", extra={"role": role.name})
