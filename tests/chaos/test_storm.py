"""A storm of rebalances: workers are killed and started again without end while packs arrive, and each event counts once.

`STORM=8,32,100000,16` sets the number of workers, of partitions, of events, and of restarts of each worker.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaProducer

from schemas.errors import Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.admin import ensure_topics
from streams.kafka.epochs import consumer_group
from streams.kafka.groups import ConsumerGroup
from streams.local.kafka import prepare
from tests.bench.load import Scale, packs, season
from tests.bench.test_worker import CONFIG, count_differences
from tests.e2e.conftest import wait_until
from tests.ports import free_port

EVENTS_PER_APPLICATION = 8
Seen = Callable[[str, object], None]
PACK = 20


@dataclass(frozen=True)
class Storm:
    """The size of a storm."""

    workers: int
    partitions: int
    events: int
    restarts: int


# What two cores do in some minutes: starting a worker takes seconds of them.
STORM = Storm(*map(int, os.environ.get("STORM", "3,8,20000,4").split(",")))


@dataclass
class Members:
    """The workers of a storm; each keeps its directory over its restarts."""

    folder: Path
    bootstrap: str
    processes: dict[int, "subprocess.Popen[bytes]"]

    def start(self, number: int) -> None:
        """Start a worker."""
        environment = {
            "HIRELAY_KAFKA": self.bootstrap,
            "HIRELAY_CONFIG": str(self.folder / "hirelay.yaml"),
            "HIRELAY_PARTITIONS": str(STORM.partitions),
            "HIRELAY_WORKER_DIR": str(self.folder / f"worker-{number}"),
        }
        with (self.folder / f"worker-{number}.log").open("ab") as log:
            self.processes[number] = subprocess.Popen(
                [sys.executable, "-P", "-m", "streams", "worker"],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )

    def kill(self, number: int) -> None:
        """SIGKILL a worker."""
        self.processes[number].kill()
        self.processes[number].wait()


@contextmanager
def running_broker(folder: Path) -> Iterator[str]:
    """Run a broker with the topics of the storm."""
    broker = prepare(folder / "kafka", free_port(), free_port())
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen(broker.command, stdout=log, stderr=log)

    def has_topics() -> bool:
        try:
            ensure_topics(KafkaAccess(bootstrap=broker.bootstrap), STORM.partitions, 1)
        except Exception:
            return False
        return True

    try:
        wait_until(has_topics, 60)
        yield broker.bootstrap
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_workers(folder: Path, bootstrap: str) -> Iterator[Members]:
    """Run all workers."""
    members = Members(folder, bootstrap, {})
    for number in range(STORM.workers):
        members.start(number)
    try:
        yield members
    finally:
        for number in members.processes:
            members.kill(number)


def committed(group: ConsumerGroup) -> int:
    """Return how many records are committed; none while no worker has lived long enough to commit."""
    try:
        return sum(group.committed_offsets().values())
    except Unavailable:
        return 0


@pytest.mark.timeout(1800)
def test_every_event_is_counted_once_in_a_storm(tmp_path: Path, record_property: Seen) -> None:
    """Workers die at any moment of their life, also while they restore, and every cell is equal in the end."""
    (tmp_path / "hirelay.yaml").write_text(CONFIG)
    events = season(Scale(applications=STORM.events // EVENTS_PER_APPLICATION), seed=71)
    records = list(packs(events, STORM.partitions, PACK))
    dice, started, restarts = random.Random(71), time.monotonic(), STORM.workers * STORM.restarts
    with running_broker(tmp_path) as bootstrap, running_workers(tmp_path, bootstrap) as members:
        producer = KafkaProducer(bootstrap_servers=bootstrap)
        victims = [number for number in range(STORM.workers) for _ in range(STORM.restarts)]
        dice.shuffle(victims)
        for place, victim in enumerate(victims):
            for partition, value in records[place::restarts]:
                producer.send(CANDIDATE_EVENTS.name, value, partition=partition)
            producer.flush()
            time.sleep(dice.uniform(1, 8))
            members.kill(victim)
            members.start(victim)
        group = ConsumerGroup(
            KafkaAccess(bootstrap=bootstrap), consumer_group(0), CANDIDATE_EVENTS.name
        )
        wait_until(lambda: committed(group) >= len(records), 300)
        group.close()
        differences = count_differences(bootstrap, tmp_path)
    record_property(
        "seen",
        f"{len(events)} events, {STORM.workers} workers, {STORM.partitions} partitions, {restarts} kills, "
        f"{differences} cells differ, {time.monotonic() - started:.0f} s",
    )

    assert differences == 0
