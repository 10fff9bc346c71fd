"""Start processes, start them again when they die, and stop them in reverse order."""

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

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
STEADY_S = 10.0  # a role that ran this long starts again at once
STOP_S = 10.0

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Linux: a child may not outlive a supervisor that was killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Role:
    """One process that should run."""

    name: str
    command: tuple[str, ...]
    log_path: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = SHORTEST_PAUSE_S
    not_before: float = 0.0

    def start(self) -> None:
        """Start it in a group of its own, so that a Ctrl-C reaches the supervisor alone."""
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
        """SIGTERM, then SIGKILL after `STOP_S`."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("role killed", extra={"role": self.name})
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Owns the processes of one stack; `changed` is called whenever a pid has changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """Nothing runs yet."""
        self.roles: dict[str, Role] = {}
        self._changed = changed

    def add(self, role: Role) -> None:
        """Start a role and keep it running."""
        self.roles[role.name] = role
        role.start()

    def look(self) -> None:
        """Start again what has died: at once after a steady run, later and later when it keeps dying."""
        now = time.monotonic()
        for role in self.roles.values():
            if role.process is None:
                if now >= role.not_before:
                    role.start()
                    self._changed()
            elif (code := role.process.poll()) is not None:
                steady = now - role.started > STEADY_S
                role.pause = SHORTEST_PAUSE_S if steady else min(LONGEST_PAUSE_S, role.pause * 2)
                role.not_before = now + role.pause
                role.process = None
                log.warning(
                    "role died", extra={"role": role.name, "exit": code, "again_in_s": role.pause}
                )

    def stop(self) -> None:
        """Stop everything, last started first."""
        for role in reversed(self.roles.values()):
            role.stop()
            log.info("role stopped", extra={"role": role.name})
