"""Memory of a worker and a watch over 200 000 sustained events of the same 30 days: it reaches a plateau.

Cells of new days stay in memory, so that a longer season needs more; here only applications are new in every round.
`python -m pytest tests/bench/test_memory.py -s` (BENCH_EVENTS=200000).
"""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.worker.flush import PERSIST_S
from tests.bench.load import Scale, application, packs
from tests.bench.process import MeasuredProcess
from tests.bench.test_worker import CONFIG, PACK, PARTITIONS, broker, read_events, worker
from tests.ports import free_port

EVENTS = int(os.environ.get("BENCH_EVENTS", "200000"))
ROUNDS = 10
ROUND_S = PERSIST_S + 2  # of a sustained load: by then the worker has written its memtables to disk
EVENTS_PER_APPLICATION = 9
MAX_GROWTH = 0.1  # over the last three rounds
SCALE = Scale(  # few cells, so that all of them exist after the first rounds
    applications=0, channels=10, interviewers=20, recruiters=5, jobs=10, days=30
)
ALERTS = """
rules:
  - {id: company, tenant: bench, kpi: screen_pass_rate, at_least: 25 %, owner: recruiting}
  - {id: channels, tenant: bench, kpi: screen_pass_rate, dimension: channel, at_least: 20 %, owner: recruiting}
"""

__all__ = ["broker"]  # the fixture


async def send(bootstrap: str, events: list[dict[str, object]]) -> None:
    """Write events to the topic, in packs."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=8 << 20)
    await producer.start()
    for number, value in packs(events, PARTITIONS, PACK):
        await producer.send_and_wait(CANDIDATE_EVENTS.name, value, partition=number)
    await producer.stop()


def watch(bootstrap: str, folder: Path) -> MeasuredProcess:
    """Start the real watch role."""
    (folder / "alerts.yaml").write_text(ALERTS)
    environment = {
        "HIRELAY_KAFKA": bootstrap,
        "HIRELAY_CONFIG": str(folder / "hirelay.yaml"),
        "HIRELAY_ALERTS": str(folder / "alerts.yaml"),
        "HIRELAY_WATCH_PORT": str(free_port()),
    }
    return MeasuredProcess(["-m", "streams", "watch"], folder / "watch.log", environment)


@pytest.mark.timeout(1800)
def test_memory_reaches_a_plateau(broker: str, tmp_path: Path) -> None:
    """Over the last three of ten rounds, resident memory of either role grows by less than a tenth."""
    (tmp_path / "hirelay.yaml").write_text(CONFIG)
    rng, size = random.Random(3), EVENTS // EVENTS_PER_APPLICATION // ROUNDS
    port, sent = free_port(), 0
    roles = {"worker": worker(broker, tmp_path, port), "watch": watch(broker, tmp_path)}
    memory: dict[str, list[float]] = {name: [] for name in roles}
    print(f"\n{'events':>10}{'worker MB':>11}{'anonymous':>11}{'watch MB':>10}{'anonymous':>11}")
    for first in range(0, size * ROUNDS, size):
        begun = time.monotonic()
        events = [
            event
            for number in range(first, first + size)
            for event in application(number, SCALE, rng)
        ]
        asyncio.run(send(broker, events))
        sent += len(events)
        roles["worker"].until(lambda: read_events(port), lambda n, goal=sent: n >= goal, 300)  # type: ignore[misc]
        time.sleep(max(0.0, begun + ROUND_S - time.monotonic()))
        row = f"{sent:>10}"
        for name, role in roles.items():
            memory[name].append(role.anonymous_mb())
            row += f"{role.rss_mb():>11.0f}{role.anonymous_mb():>10.0f}"
        print(row)
    for role in roles.values():
        assert role.process.poll() is None
        role.kill()

    for name, figures in memory.items():
        assert figures[-1] <= figures[-4] * (1 + MAX_GROWTH), (name, figures)
