"""A reader of ClickHouse ten times a second: does every answer show one moment?"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from tests.e2e.conftest import Stack

PERIOD_S = 0.1
# Every application counts in one channel and one job; costs and credits for hires do not count in all three.
UNEQUAL = """
select tenant, basis, day, measure, total, channels, jobs
from
(
    select
        tenant, basis, day, measure,
        sumIf(value, dimension = 'total') as total,
        sumIf(value, dimension = 'channel') as channels,
        sumIf(value, dimension = 'job') as jobs
    from v_cells
    where dimension in ('total', 'channel', 'job') and not match(measure, '^(cost|hire_credit|quality|relay)')
    group by tenant, basis, day, measure
)
where total != channels or total != jobs
"""


@dataclass
class Reader:
    """How often it read, its answers that did not fit together, and the most rows that one read summed."""

    reads: int = 0
    violations: list[Any] = field(default_factory=list)
    failures: int = 0  # while ClickHouse was away

    def read(self, client: Any) -> None:
        """Read once."""
        try:
            rows = client.query(UNEQUAL).result_rows
        except (ClickHouseError, OSError):
            self.failures += 1
            return
        self.reads += 1
        if rows:
            self.violations.append(rows[:3])


@contextmanager
def reading(stack: Stack) -> Iterator[Reader]:
    """Read from a thread while the block lasts."""
    reader, done, client = Reader(), threading.Event(), stack.client()

    def run() -> None:
        while not done.is_set():
            started = time.monotonic()
            reader.read(client)
            done.wait(max(0.0, PERIOD_S - (time.monotonic() - started)))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield reader
    finally:
        done.set()
        thread.join()
