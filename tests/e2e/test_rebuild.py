"""ClickHouse and the workers' stores are copies: lost, older or damaged, they are filled from Kafka until all is equal."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sinks.clickhouse.archive_ledger import ArchiveLedger
from streams.configuration.settings import load_settings
from streams.tools.rebuild import end_offsets, records_done
from tests.e2e.conftest import Stack, wait_until

COUNTS = """
select (select count() from v_events), (select count() from v_quarantined), (select count() from v_connection_counts)
"""


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


def archived(stack: Stack) -> list[Any]:
    """Wait until ClickHouse has all that Kafka has now; return how many rows that is, by table."""
    ends, ledger = end_offsets(load_settings(stack.state)), ArchiveLedger(stack.client())
    wait_until(lambda: records_done(ledger.read(), ends) == sum(ends.values()), 180)
    return stack.query(COUNTS)


def test_a_lost_database_is_filled_by_itself(stack: Stack, tmp_path: Path) -> None:
    """Its directory vanishes under the running archiver, and nobody does anything."""
    counts, pid = archived(stack), int(stack.run_file()["roles"]["archiver"]["pid"])
    (stack.state / "clickhouse").rename(tmp_path / "lost")
    stack.wait_for_restart("archiver", pid)
    stack.wait_for_clickhouse()

    assert archived(stack) == counts
    assert stack.verify()["equal"]
