"""Events that reach 5 000 applications: the longest turn of the event loop, other partitions, and a kill in the middle."""

import re
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.conftest import Stack, running_stack, wait_until
from tests.e2e.large_job import LargeJob, post_all
from tests.e2e.progress import watching

APPLICATIONS = 5_000
MAX_ROUND_S = (
    0.25  # a look covers the turns of one round: of every partition, the flush and Kafka's client
)
BUCKET = re.compile(r'^hirelay_worker_turn_seconds_bucket\{le="([^"]+)"\} ([0-9.]+)', re.M)


def turns_by_bound(stack: Stack) -> dict[float, float]:
    """Return the cumulative numbers of looks at the worker's event loop, by upper bound in CPU seconds."""
    url = stack.run_file()["roles"]["worker"]["url"] + "/metrics"
    text = urllib.request.urlopen(url, timeout=20).read().decode()
    return {float(bound): float(count) for bound, count in BUCKET.findall(text)}


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh stack."""
    with running_stack(tmp_path_factory.mktemp("fan-out")) as stack:
        yield stack


@pytest.mark.parametrize("is_killed", [False, True], ids=["undisturbed", "SIGKILL"])
def test_an_event_that_reaches_5000_applications(
    one_worker: Stack, is_killed: bool, record_property: Callable[[str, object], None]
) -> None:
    """No round of the event loop takes over 250 ms of CPU, no worker ends by itself, and every cell is equal."""
    stack, job = one_worker, LargeJob(f"large-{is_killed}", APPLICATIONS)
    with watching(stack.state) as watch:
        post_all(stack, job.history())
        wait_until(lambda: watch.lag == 0, 120)
        before, pid = turns_by_bound(stack), stack.pid("worker")
        post_all(stack, job.events_reaching_all())
        if is_killed:
            wait_until(lambda: watch.lag > 0, 20)
            stack.wait_for_restart("worker", stack.kill("worker"))
        wait_until(lambda: watch.lag == 0, 120)
    verdict = stack.verify()
    after = turns_by_bound(stack)
    looks = {bound: n - (0 if is_killed else before[bound]) for bound, n in after.items()}
    longest = min(bound for bound, count in looks.items() if count == looks[float("inf")])
    record_property("seen", f"rounds <= {longest} s of CPU; {verdict['cells']} cells equal")

    assert verdict["differences"] == []
    assert is_killed or stack.pid("worker") == pid
    assert looks[float("inf")] == looks[MAX_ROUND_S] or is_killed
