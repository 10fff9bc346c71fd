"""Older copies, damaged files, the command that fills ClickHouse anew, and a damaged store of a worker: until all is equal."""

import os
import shutil
import signal
from pathlib import Path

from sinks.clickhouse.archive_ledger import ArchiveLedger
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.test_rebuild import COUNTS, archived, play, stopped


def test_a_restored_database_is_brought_up_to_date(stack: Stack, tmp_path: Path) -> None:
    """A copy from before the last deliveries says up to where it goes, and the archiver reads on from there."""
    directory = stack.state / "clickhouse"
    play(stack, seed=31)
    [before] = archived(stack)
    with stopped(stack, "archiver"):
        shutil.copytree(directory, tmp_path / "copy", symlinks=True)
    play(stack, seed=32)
    with stopped(stack, "archiver") as pid:
        shutil.rmtree(directory)
        (tmp_path / "copy").rename(directory)
        os.kill(pid, signal.SIGKILL)
    stack.wait_for_restart("archiver", pid)
    stack.wait_for_clickhouse()

    assert archived(stack) > [before]
    assert stack.verify()["equal"]


def test_one_command_fills_the_database_anew(stack: Stack) -> None:
    """Every row is back when the command returns."""
    counts = archived(stack)
    done = stack.hirelay("rebuild", "clickhouse")

    assert (done.returncode, done.stdout[:26]) == (0, "ClickHouse is filled anew:"), done.stderr
    assert stack.query(COUNTS) == counts
    assert stack.verify()["equal"]


def test_damaged_files_are_noticed_and_filled_from_kafka(stack: Stack) -> None:
    """ClickHouse starts without the rows of damaged files and says nothing; the archiver reads everything again, once."""
    play(stack, seed=33)
    counts, generation = archived(stack), generation_of(stack)
    with stopped(stack, "archiver") as pid:
        files = (stack.state / "clickhouse" / "store").glob("*/*/*/data.bin")
        for path in sorted(files, key=lambda path: path.stat().st_size)[-3:]:
            os.truncate(path, 10)
        os.kill(pid, signal.SIGKILL)
    stack.wait_for_restart("archiver", pid)
    stack.wait_for_clickhouse()
    wait_until(lambda: generation_of(stack) != generation, 60)

    assert archived(stack) >= counts
    assert stack.verify()["equal"]
    log = (stack.state / "logs" / "archiver.log").read_text()
    assert log.count("files of these parts are damaged") == 1


def generation_of(stack: Stack) -> str:
    """Return the id of the filling that ClickHouse holds."""
    state = ArchiveLedger(stack.client()).read()
    assert state is not None
    return state.generation


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
