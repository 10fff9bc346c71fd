"""Total, channels and jobs fit together in every answer, under load, a rebalance and kills of a worker and the archiver."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.test_workers import RATE, join_and_leave
from tests.e2e.conftest import Stack, running_stack
from tests.e2e.reader import reading

LOAD_S = 30


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh stack with two workers."""
    with running_stack(tmp_path_factory.mktemp("moment"), "--workers", "2") as stack:
        yield stack


def killing(role: str) -> Callable[[Stack], None]:
    """Return a fault that kills a role three times."""

    def inflict(stack: Stack) -> None:
        for _ in range(3):
            stack.wait_for_restart(role, stack.kill(role))
            time.sleep(5)

    return inflict


@pytest.mark.parametrize(
    "inflict",
    [lambda _: None, killing("worker-2"), killing("archiver"), join_and_leave],
    ids=["load", "SIGKILL worker", "SIGKILL archiver", "rebalance"],
)
def test_every_answer_shows_one_moment(
    two_workers: Stack,
    inflict: Callable[[Stack], None],
    record_property: Callable[[str, object], None],
) -> None:
    """Ten reads a second see no violation, and in the end every cell is equal."""
    with reading(two_workers) as reader:
        load = two_workers.simulate("--events", str(RATE * LOAD_S), "--rate", str(RATE))
        inflict(two_workers)
        output, _ = load.communicate(timeout=600)
        verdict = two_workers.verify()
    record_property("seen", f"{reader.reads} reads, {len(reader.violations)} violations")

    assert load.returncode == 0, output
    assert reader.reads > 50
    assert reader.violations == [], reader.violations[:5]
    assert verdict["differences"] == []
