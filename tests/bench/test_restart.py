"""How soon a worker with half a million cells counts again after SIGKILL, and after the loss of its store.

`python -m pytest tests/bench/test_restart.py -s` (BENCH_CELLS=500000). What the worker waited for a core is not counted, but shown: that is the
business of the others on the machine.
"""

import asyncio
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.epochs import consumer_group
from streams.kafka.groups import ConsumerGroup
from streams.kafka.topic_reader import TopicReader
from tests.bench.load import Scale, application, packs
from tests.bench.process import MeasuredProcess
from tests.bench.test_worker import (
    CONFIG,
    PACK,
    PARTITIONS,
    broker,
    count_differences,
    read_events,
    worker,
)
from tests.ports import free_port

CELLS = int(os.environ.get("BENCH_CELLS", "500000"))
CELLS_PER_APPLICATION = 31  # in so large a company, nearly every application has cells of its own
SCALE = Scale(
    applications=0, channels=2_000, interviewers=5_000, recruiters=1_000, jobs=5_000, days=365
)
AFTER_SIGKILL_S = 20
WITHOUT_STORE_S = 60

__all__ = ["broker"]  # the fixture


async def send(bootstrap: str, numbers: range) -> int:
    """Write the events of these applications; return how many."""
    dice = random.Random(numbers.start)
    events = [event for number in numbers for event in application(number, SCALE, dice)]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=8 << 20)
    await producer.start()
    for number, value in packs(events, PARTITIONS, PACK):
        await producer.send_and_wait(CANDIDATE_EVENTS.name, value, partition=number)
    await producer.stop()
    return len(events)


def uncommitted(bootstrap: str) -> int:
    """Return how many records the worker has not counted and written yet."""
    group = ConsumerGroup(
        KafkaAccess(bootstrap=bootstrap), consumer_group(0), CANDIDATE_EVENTS.name
    )
    try:
        return sum(group.end_offsets().values()) - sum(group.committed_offsets().values())
    finally:
        group.close()


def restart(bootstrap: str, folder: Path, case: str) -> tuple[MeasuredProcess, float]:
    """Start a worker; return it with the seconds that it took until it had counted an event."""
    port, begun = free_port(), time.monotonic()
    process = worker(bootstrap, folder, port)
    _, cpu = process.until(lambda: read_events(port), lambda n: n > 0, 300)
    passed, waited = time.monotonic() - begun, process.waited_s()
    print(
        f"{case}: {passed - waited:.1f} s to the first event, and {waited:.1f} s without a core; "
        f"{cpu:.1f} s of CPU, {process.rss_mb():.0f} MB"
    )
    return process, passed - waited


@pytest.mark.timeout(1800)
def test_a_worker_with_many_cells_is_soon_back(broker: str, tmp_path: Path) -> None:
    """20 s after SIGKILL and 60 s after the loss of its store, it counts on, and every cell is equal."""
    (tmp_path / "hirelay.yaml").write_text(CONFIG)
    port, count = free_port(), CELLS // CELLS_PER_APPLICATION
    process = worker(broker, tmp_path, port)
    total = asyncio.run(send(broker, range(count)))
    process.until(lambda: read_events(port), lambda n: n >= total, 900)
    process.kill()
    asyncio.run(send(broker, range(count, count + 200)))
    reader = TopicReader(KafkaAccess(bootstrap=broker), KPI_CELLS)
    print(f"\n{total} events, {len({record.key for record in reader.read()})} cells")

    process, after_sigkill = restart(broker, tmp_path, "after SIGKILL")
    process.kill()
    asyncio.run(send(broker, range(count + 200, count + 400)))
    shutil.rmtree(tmp_path / "worker")
    process, without_store = restart(broker, tmp_path, "without its store")
    process.until(lambda: uncommitted(broker), lambda n: n == 0, 600)
    process.kill()

    assert count_differences(broker, tmp_path) == 0
    assert after_sigkill < AFTER_SIGKILL_S
    assert without_store < WITHOUT_STORE_S
