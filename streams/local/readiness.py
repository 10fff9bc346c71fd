"""Waits until a process of the local stack is ready, and shows the end of its log when it does not come up."""

import socket
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx

from schemas.errors import Unavailable
from streams.configuration.settings import Settings
from streams.kafka import clients
from streams.kafka.admin import ensure_topics
from streams.supervisor import Supervisor

READY_S = 90.0
MAX_EARLY_DEATHS = 5  # in a row, with growing pauses: after the start-up races of a busy machine
LAST_LINES = 20


def wait_until(
    what: str, condition: Callable[[], bool], supervisor: Supervisor, log_file: Path
) -> None:
    """Wait for a condition while `supervisor` restarts what dies.

    Raise Unavailable with the last lines of `log_file` after `READY_S`, or earlier when the process of that name keeps
    dying.
    """
    deadline = time.monotonic() + READY_S
    while not condition():
        role = supervisor.roles.get(what)
        keeps_dying = role is not None and role.early_deaths >= MAX_EARLY_DEATHS
        if keeps_dying or time.monotonic() > deadline:
            problem = "dies at every start" if keeps_dying else "did not come up"
            raise Unavailable("stack", f"{what} {problem}; {describe_end(log_file)}")
        supervisor.restart_dead()
        time.sleep(0.05)


def describe_end(log_file: Path) -> str:
    """Return a sentence with the last lines of a log."""
    if not log_file.exists():
        return f"it wrote no log ({log_file})"
    with log_file.open(encoding="utf-8", errors="replace") as lines:
        last = deque((line.rstrip() for line in lines if line.strip()), LAST_LINES)
    if not last:
        return f"its log is empty ({log_file})"
    return "\n".join((f"the end of {log_file}:", *(f"  {line}" for line in last)))


@cache
def _client() -> httpx.Client:
    """A client of our own loopback addresses."""
    return httpx.Client(
        timeout=1, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
    )


def is_ready(url: str) -> bool:
    """Return whether the URL answers 200."""
    try:
        return _client().get(url).status_code == 200
    except httpx.HTTPError:
        return False


def kafka_is_ready(settings: Settings) -> bool:
    """Return whether the broker answers and has all topics, which this creates; raise Unavailable if it must not."""
    if not broker_answers(settings):
        return False
    try:
        ensure_topics(settings.kafka_access, settings.partitions, settings.replication)
    except Unavailable as error:
        if error.reason != "kafka":
            raise
        return False
    return True


def broker_answers(settings: Settings) -> bool:
    """Return whether the broker takes connections and speaks for itself."""
    host, port = settings.kafka.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=0.5).close()
        clients.admin(settings.kafka_access).close()
    except (OSError, Unavailable):
        return False
    return True
