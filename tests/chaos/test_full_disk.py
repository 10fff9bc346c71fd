"""A worker whose disk is full ends itself; on a disk with room the next one counts everything once."""

import asyncio
import resource
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.process import MeasuredProcess
from tests.bench.test_restart import send, uncommitted
from tests.bench.test_worker import CONFIG, broker, count_differences, read_events, worker
from tests.ports import free_port

APPLICATIONS = 100  # that are sent at once
ENDS_WITHIN_S = 120

__all__ = ["broker"]  # the fixture


def fill_disk(process: MeasuredProcess) -> None:
    """Let a process write to no file, which is what a full disk means to it."""
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def test_a_worker_with_a_full_disk_loses_nothing(
    broker: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """It ends instead of counting on, and what it had acknowledged is written."""
    (tmp_path / "hirelay.yaml").write_text(CONFIG)
    port, first = free_port(), APPLICATIONS
    process = worker(broker, tmp_path, port)
    total = asyncio.run(send(broker, range(APPLICATIONS)))
    process.until(lambda: read_events(port), lambda n: n >= total, 120)
    fill_disk(process)
    begun = time.monotonic()
    while process.process.poll() is None and time.monotonic() - begun < ENDS_WITHIN_S:
        asyncio.run(send(broker, range(first, first + APPLICATIONS)))
        first += APPLICATIONS
    seconds, status = time.monotonic() - begun, process.process.poll()
    process = worker(broker, tmp_path, free_port())
    process.until(lambda: uncommitted(broker), lambda n: n == 0, 300)
    process.kill()
    differences = count_differences(broker, tmp_path)
    record_property("seen", f"worker ended after {seconds:.0f} s, {differences} cells differ")

    assert (status, differences) == (1, 0)
