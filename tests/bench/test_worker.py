"""Benchmark of worker throughput and exactness on real Kafka against a naive Faust table on the same data."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.funnel.rules import TenantRules
from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.files import load_tenancy
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.admin import ensure_topics
from streams.kafka.topic_reader import TopicReader
from streams.local.kafka import prepare
from streams.tools.verify.comparison import ChangelogCells, compare
from streams.tools.verify.oracle import Oracle
from tests.bench.load import Scale, packs, season
from tests.bench.process import MeasuredProcess, fetch
from tests.ports import free_port

APPLICATIONS = int(os.environ.get("BENCH_APPLICATIONS", "100000"))
PARTITIONS = 4
PACK = 200
NAIVE_EVENTS = 8_000

CONFIG = """
tenants:
  - id: bench
    name: Bench
    timezone: Asia/Tokyo
    quarantine_key: {env: UNUSED}
    person_key: {env: UNUSED}
    connections: [{id: bench-standard, vendor: standard}]
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dedicated Kafka broker."""
    directory = tmp_path_factory.mktemp("kafka")
    started = prepare(directory, free_port(), free_port(), heap="1g")
    command = [word for word in started.command if word != "-XX:TieredStopAtLevel=1"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(100):
        try:
            ensure_topics(KafkaAccess(bootstrap=started.bootstrap), PARTITIONS, 1)
            break
        except Exception:
            time.sleep(0.2)
    yield started.bootstrap
    process.kill()
    process.wait()


async def fill(bootstrap: str, applications: int, seed: int) -> int:
    """Write a season; return the number of events."""
    events = season(Scale(applications=applications), seed)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        compression_type="zstd",
        max_request_size=8 << 20,
    )
    await producer.start()
    sent = [
        await producer.send(CANDIDATE_EVENTS.name, value, partition=number)
        for number, value in packs(events, PARTITIONS, PACK)
    ]
    await asyncio.gather(*sent)
    await producer.stop()
    return len(events)


def worker(bootstrap: str, folder: Path, port: int) -> MeasuredProcess:
    """Start the real worker role."""
    environment = {
        "HIRELAY_KAFKA": bootstrap,
        "HIRELAY_CONFIG": str(folder / "hirelay.yaml"),
        "HIRELAY_WORKER_DIR": str(folder / "worker"),
        "HIRELAY_WORKER_WEB_PORT": str(port),
    }
    return MeasuredProcess(["-m", "streams", "worker"], folder / "worker.log", environment)


def read_events(port: int) -> int:
    """Return the events the worker has processed since it started."""
    for line in fetch(f"http://127.0.0.1:{port}/metrics").splitlines():
        if line.startswith("hirelay_worker_events_total"):
            return int(float(line.split()[1]))
    return 0


def naive(bootstrap: str, folder: Path) -> float:
    """Return the events per CPU second of the baseline."""
    port = free_port()
    script = str(Path(__file__).with_name("naive.py"))
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = MeasuredProcess(
        [script, bootstrap, str(folder / "naive"), str(port)], folder / "naive.log", environment
    )

    def read() -> int:
        text = fetch(f"http://127.0.0.1:{port}/counted/") or fetch(
            f"http://127.0.0.1:{port}/counted"
        )
        return int(json.loads(text)["counted"]) if text.startswith("{") else 0

    first, cpu_first = process.until(read, lambda n: n > 0, 240)
    last, cpu_last = process.until(read, lambda n: n >= first + NAIVE_EVENTS, 240)
    process.kill()
    return (last - first) / (cpu_last - cpu_first)


def count_differences(bootstrap: str, folder: Path) -> int:
    """Return the number of cells in which the changelog differs from the oracle."""
    access = KafkaAccess(bootstrap=bootstrap)
    oracle = Oracle()
    changelog = ChangelogCells()
    for record in TopicReader(access, CANDIDATE_EVENTS).read():
        oracle.add(record.offset, record.value)
    for record in TopicReader(access, KPI_CELLS).read():
        changelog.add(record.partition, record.key, record.value)
    expected = oracle.cells(TenantRules(snapshot_mapping(load_tenancy(folder / "hirelay.yaml"))))
    print(f"oracle: {len(oracle.histories)} applications, {len(expected)} cells")
    return len(compare("changelog", expected, changelog.cells()))


@pytest.mark.timeout(1800)
def test_worker_beside_a_naive_table(broker: str, tmp_path: Path) -> None:
    """The worker reaches 15 000 events per second and core and 4 times the naive table, with every cell equal."""
    (tmp_path / "hirelay.yaml").write_text(CONFIG)
    total = asyncio.run(fill(broker, APPLICATIONS, 1))
    port = free_port()
    process = worker(broker, tmp_path, port)
    first, cpu_first = process.until(lambda: read_events(port), lambda n: n > 0, 120)
    last, cpu_last = process.until(lambda: read_events(port), lambda n: n >= total, 600)
    ours = (last - first) / (cpu_last - cpu_first)
    print(
        f"\nworker: {ours:.0f} events/s per core, {1e6 / ours:.1f} CPU us/event, {process.rss_mb():.0f} MB resident"
    )
    time.sleep(3)
    process.kill()

    more = asyncio.run(fill(broker, 2_000, 2))
    begun = time.monotonic()
    process = worker(broker, tmp_path, port)
    process.until(lambda: read_events(port), lambda n: n > 0, 120)
    restart = time.monotonic() - begun
    process.until(lambda: read_events(port), lambda n: n >= more, 240)
    time.sleep(3)
    process.kill()
    print(f"restart after SIGKILL to progress, {APPLICATIONS} applications: {restart:.1f} s")

    baseline = naive(broker, tmp_path)
    print(f"naive table: {baseline:.0f} events/s per core, {1e6 / baseline:.1f} CPU us/event")
    print(f"ratio: {ours / baseline:.1f}")

    assert count_differences(broker, tmp_path) == 0
    assert ours >= 15_000
    assert ours >= 4 * baseline
    assert restart < 20
