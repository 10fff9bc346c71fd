"""Faults of one of three workers under load: how long each partition stood still, and every cell against the oracle.

`make chaos` prints the longest stall of each partition; `SEEDS=5` repeats all of them with other seasons, and `RATE=500` sends more
deliveries per second.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from streams.configuration.settings import load_settings
from tests.e2e.conftest import Stack, running_stack, wait_until
from tests.e2e.progress import watching

SEEDS = int(os.environ.get("SEEDS", "1"))
WORKERS = 3
RATE = int(os.environ.get("RATE", "200"))  # deliveries per second
SETTLE_S = 30  # load after the fault: longer than a session timeout and a rebalance
MAX_STALL_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to a worker; `lasts_s` is how long inflicting it takes."""

    name: str
    inflict: Callable[[Stack], None]
    lasts_s: float = 0.0


def send(number: signal.Signals) -> Callable[[Stack], None]:
    """Return a fault that sends a signal to the second worker, which the supervisor restarts."""

    def inflict(stack: Stack) -> None:
        os.kill(int(stack.run_file()["roles"]["worker-2"]["pid"]), number)

    return inflict


def freeze(seconds: float) -> Fault:
    """Return a fault that freezes the second worker; it wakes without knowing that it lost its partitions."""

    def inflict(stack: Stack) -> None:
        pid = int(stack.run_file()["roles"]["worker-2"]["pid"])
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    return Fault(name=f"SIGSTOP {seconds:.0f} s", inflict=inflict, lasts_s=seconds)


def join_and_leave(stack: Stack) -> None:
    """Let a fourth worker join with an empty store, count for a while, and leave for good."""
    directory = stack.state / "worker-joining"
    environment = load_settings(stack.state).environment(worker_dir=directory, worker_web_port=0)
    with (stack.state / "logs" / "worker-joining.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "streams", "worker"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    time.sleep(SETTLE_S)
    worker.terminate()
    assert worker.wait(timeout=15) == 0


FAULTS = (
    Fault(name="SIGKILL", inflict=send(signal.SIGKILL)),
    Fault(name="SIGTERM", inflict=send(signal.SIGTERM)),
    freeze(10),
    freeze(60),
    freeze(90),
    Fault(name="join, leave", inflict=join_and_leave, lasts_s=SETTLE_S),
)


@pytest.fixture(scope="module")
def three_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh stack with three workers."""
    with running_stack(tmp_path_factory.mktemp("chaos"), "--workers", str(WORKERS)) as stack:
        yield stack


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_partition_moves_on_and_every_cell_is_equal(
    three_workers: Stack, fault: Fault, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """No partition stands still for 20 s, and nothing is lost or counted twice."""
    deliveries = int(RATE * (fault.lasts_s + SETTLE_S))
    with watching(three_workers.state) as watch:
        before = watch.end
        load = three_workers.simulate(
            "--events", str(deliveries), "--rate", str(RATE), "--seed", str(seed)
        )
        wait_until(lambda: watch.end > before, 60)
        watch.reset()
        fault.inflict(three_workers)
        output, _ = load.communicate(timeout=600)
        wait_until(lambda: watch.lag == 0, 300)
    verdict = three_workers.verify()
    stall, equal = max(watch.longest.values()), not verdict["differences"]
    stalls = " ".join(f"{watch.longest[number]:.1f}" for number in sorted(watch.longest))
    record_property("seen", f"{fault.name}: {verdict['cells']} cells, stalls {stalls} s")

    assert load.returncode == 0, output
    assert equal, verdict["differences"][:3]
    assert stall < MAX_STALL_S, watch.longest
