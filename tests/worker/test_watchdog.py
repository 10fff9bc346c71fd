"""A worker that has crashed or does not work ends as a process, even while its event loop is blocked."""

import subprocess
import sys

import pytest

BLOCKED_PROCESS = """
import time
from types import SimpleNamespace
from streams.configuration import logs
from streams.worker.liveness import Liveness
from streams.worker.watchdog import Observation, Watchdog

logs.configure("INFO")
app = SimpleNamespace(should_stop={crashed}, crashed={crashed}, crash_reason=KeyError("standby"))
liveness = Liveness(time.monotonic() - {joining_s})
observe = lambda: Observation(None, 0, {{}})
Watchdog(liveness, observe, lambda: ({{}}, {{}})).start(app)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("crashed", "joining_s", "reason"),
    [
        (True, 0, "the application crashed"),
        (False, 1000, "the assignment has stood still for 100"),
    ],
    ids=["crashed", "no assignment"],
)
def test_a_worker_that_does_not_work_ends(crashed: bool, joining_s: int, reason: str) -> None:
    """The exit code is 1 and the log has the reason, so that the supervisor starts another."""
    script = BLOCKED_PROCESS.format(crashed=crashed, joining_s=joining_s)
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=False
    )

    assert process.returncode == 1
    assert "worker ended" in process.stderr
    assert reason in process.stderr
