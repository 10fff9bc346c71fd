"""ClickHouse and the workers' stores are copies: lost, older or damaged, they are filled from Kafka until all is equal."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from streams.local.readiness import is_ready
from tests.e2e.conftest import Stack, wait_until

COUNTS = "select (select count() from v_events), (select count() from v_quarantined), (select count() from v_breaches)"


def play(stack: Stack, seed: int) -> None:
    """Post some deliveries."""
    done = stack.simulate("--events", "100", "--seed", str(seed))
    output, _ = done.communicate(timeout=60)
    assert done.returncode == 0, output


@contextmanager
def stopped(stack: Stack, role: str) -> Iterator[int]:
    """Freeze a role while the block lasts; yield its pid."""
    pid = int(stack.run_file()["roles"][role]["pid"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGCONT)


def wait_for_clickhouse(stack: Stack, old_pid: int) -> None:
    """Wait until a new archiver answers queries."""
    stack.wait_for_restart("archiver", old_pid)
    url = stack.run_file()["roles"]["archiver"]["url"] + "/healthz"
    wait_until(partial(is_ready, url), 60)


def test_a_restored_database_is_brought_up_to_date(stack: Stack, tmp_path: Path) -> None:
    """A copy from before the last deliveries says up to where it goes, and the archiver reads on from there."""
    directory = stack.state / "clickhouse"
    play(stack, seed=31)
    assert stack.verify()["equal"]
    with stopped(stack, "archiver"):
        shutil.copytree(directory, tmp_path / "copy", symlinks=True)
    counts = stack.query(COUNTS)
    play(stack, seed=32)
    wait_until(lambda: stack.query(COUNTS) > counts, 30)
    with stopped(stack, "archiver") as pid:
        shutil.rmtree(directory)
        (tmp_path / "copy").rename(directory)
        os.kill(pid, signal.SIGKILL)
    wait_for_clickhouse(stack, pid)

    assert stack.verify()["equal"]
    assert stack.query(COUNTS) > counts


def test_a_lost_database_is_filled_by_itself(stack: Stack) -> None:
    """Its directory vanishes under the running archiver, and nobody does anything."""
    counts, pid = stack.query(COUNTS), int(stack.run_file()["roles"]["archiver"]["pid"])
    shutil.rmtree(stack.state / "clickhouse")
    wait_for_clickhouse(stack, pid)

    assert stack.verify()["equal"]
    wait_until(lambda: stack.query(COUNTS) == counts, 10)


def test_one_command_fills_the_database_anew(stack: Stack) -> None:
    """Rows that are in no Kafka topic are gone, all others are back when the command returns."""
    counts = stack.query(COUNTS)
    done = stack.hirelay("rebuild", "clickhouse")

    assert (done.returncode, done.stdout[:26]) == (0, "ClickHouse is filled anew:"), done.stderr
    assert stack.verify()["equal"]
    wait_until(lambda: stack.query(COUNTS) == counts, 10)


def test_a_damaged_store_of_a_worker_is_built_anew(stack: Stack) -> None:
    """The worker reads the changelog of that partition from its beginning, and says so once."""
    partition = next((stack.state / "worker").glob("epoch-*/kpi-cells*/0"))
    with stopped(stack, "worker") as pid:
        (partition / "CURRENT").write_bytes(b"damaged")
        os.kill(pid, signal.SIGKILL)
    stack.wait_for_restart("worker", pid)
    play(stack, seed=34)

    assert stack.verify()["equal"]
    assert partition.with_name("0.damaged").is_dir()
    log = (stack.state / "logs" / "worker.log").read_text()
    assert log.count("the local store is damaged") == 1
