"""What is answered with success is with Kafka or on disk, and reaches Kafka in order once Kafka answers."""

import asyncio
import errno
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events import packs
from schemas.events.application import Application, Created
from schemas.events.envelope import Event, event_id, full_type
from schemas.kafka.quarantine import QuarantineEntry
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.kafka.packer import Packer
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.kafka.publisher import EncodedEvent, Publisher, encode
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.spool import drain
from streams.ingest.spool import spool as spool_queue
from streams.ingest.spool.spool import Spool
from streams.ingest.spool.spooled_publisher import SpooledPublisher
from streams.ingest.spool.store import FILE, SpoolRecord, SpoolStore
from tests.fakes import NOON, ListPublisher, SetClock
from tests.faults import needs_filters, run_with_fault
from tests.ingest import gateways

ROOM = 1_000_000
ACTION = BreachAction(
    id="0" * 32, tenant="acme", breach="1" * 16, action="done", at=NOON, recorded=NOON
)
ENTRY = QuarantineEntry(
    id="q-1",
    tenant="acme",
    connection="acme-greenhouse",
    vendor="greenhouse",
    reason="not_json",
    detail="the body is not JSON",
    at=NOON,
    sealed="AAAA",
)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other quickly."""
    monkeypatch.setattr(drain, "PAUSE_S", 0.005)


@dataclass
class FragileProducer:
    """A producer that fails now and then, before or after Kafka has the record."""

    failures: random.Random
    sent: list[tuple[str, bytes, bytes]]
    fragile: bool = True

    async def start(self) -> int:
        """Connect."""
        return 4

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Store the record."""
        await asyncio.sleep(0)
        if self._fails():
            raise Unavailable("broker_refused", "before")
        self.sent.append((topic, key, value))
        if self._fails():
            raise Unavailable("broker_refused", "after")

    def _fails(self) -> bool:
        return self.fragile and self.failures.random() < 0.3

    async def alive(self) -> bool:
        """Answer."""
        return True

    async def stop(self) -> None:
        """Disconnect."""


@dataclass
class Refusing(ListPublisher):
    """Kafka that does not take the event with one number."""

    refused: int | None = None
    attempts: int = 0

    async def publish(self, events: Sequence[EncodedEvent]) -> None:
        """Store the events unless they are refused."""
        if self.refused is not None and f'"subject":"{self.refused}"'.encode() in events[0].body:
            self.attempts += 1
            raise Unavailable("broker_refused")
        await super().publish(events)


@dataclass
class Gateway:
    """A running publisher over a spool in a directory, with what it is made of."""

    kafka: Any
    spool: Spool
    store: SpoolStore
    metrics: GatewayMetrics
    publisher: SpooledPublisher = field(init=False)

    def __post_init__(self) -> None:
        """Join the parts."""
        self.publisher = SpooledPublisher(self.kafka, self.spool)

    async def until_drained(self) -> None:
        """Wait until the spool is empty."""
        async with asyncio.timeout(10):
            while self.spool.size():  # noqa: ASYNC110 - an empty spool has no event of its own
                await asyncio.sleep(0.001)

    def series(self) -> dict[str, float]:
        """The spool's series as Prometheus scrapes them."""
        lines = generate_latest(self.metrics.registry).decode().splitlines()
        pairs = (line.split() for line in lines if line.startswith("hirelay_gateway_spool"))
        return {name.removeprefix("hirelay_gateway_spool_"): float(value) for name, value in pairs}


@asynccontextmanager
async def running(
    directory: Path, kafka: Publisher, most_bytes: int = ROOM, deadline_s: float = 5.0
) -> AsyncIterator[Gateway]:
    """A gateway's publisher that starts and stops as the gateway does."""
    metrics, store = GatewayMetrics(), SpoolStore(directory)
    spool = Spool(store, most_bytes, deadline_s, metrics.spool)
    gateway = Gateway(kafka, spool, store, metrics)
    await gateway.publisher.start()
    yield gateway
    await gateway.publisher.stop()


def event(number: int, subject: str = "") -> Event:
    """An event of an application, by default of one of its own."""
    subject = subject or str(number)
    return Event(
        id=event_id("c", "application.created", (subject,), str(number)),
        source="urn:ats:standard:acme:c",
        type=full_type("application.created"),
        time=NOON,
        tenant="acme",
        subject=subject,
        recordedtime=NOON,
        data=Created(application=Application(id=subject)),
    )


def events(*numbers: int) -> list[EncodedEvent]:
    """Encoded events."""
    return [encode(event(number)) for number in numbers]


def arrived(kafka: ListPublisher) -> list[int]:
    """The numbers of the events that Kafka has, in order."""
    return [int(one.subject) for one in kafka.events]


async def test_the_disk_is_not_used_while_kafka_answers(tmp_path: Path) -> None:
    """With Kafka nothing is written to disk."""
    async with running(tmp_path, ListPublisher()) as gateway:
        await gateway.publisher.publish(events(1, 2))
        await gateway.publisher.quarantine(ENTRY)
        assert gateway.series()["stored_total"] == 0
        assert (arrived(gateway.kafka), gateway.kafka.entries) == ([1, 2], [ENTRY])


async def test_everything_is_kept_while_kafka_is_away(tmp_path: Path) -> None:
    """Events, quarantine entries and actions reach Kafka after an outage, each once and in order."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        for number in range(20):
            await gateway.publisher.publish(events(number))
        await gateway.publisher.quarantine(ENTRY)
        await gateway.publisher.record_action(ACTION)
        assert gateway.publisher.ready()
        before = gateway.series()
        gateway.kafka.away = False
        await gateway.until_drained()
        after = gateway.series()

    assert arrived(gateway.kafka) == list(range(20))
    assert (gateway.kafka.entries, gateway.kafka.actions) == ([ENTRY], [ACTION])
    assert (before["stored_total"], after["drained_total"], after["bytes"]) == (22, 22, 0)
    assert before["bytes"] > 0 < before["oldest_seconds"]
    assert (after["oldest_seconds"], after["limit_bytes"]) == (0, ROOM)


async def test_a_restart_drains_what_was_left(tmp_path: Path) -> None:
    """What one process accepted, the next hands to Kafka, before anything newer."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        await gateway.publisher.publish(events(1, 2))
        await gateway.publisher.publish(events(3))
    async with running(tmp_path, ListPublisher()) as gateway:
        assert gateway.series()["oldest_seconds"] > 0
        await gateway.publisher.publish(events(4))
        await gateway.until_drained()

    assert arrived(gateway.kafka) == [1, 2, 3, 4]


async def test_a_busy_gateway_returns_to_kafka(tmp_path: Path) -> None:
    """Deliveries that never pause go to Kafka again soon after it answers, and no longer by way of the disk."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        numbers = iter(range(3_000))

        async def send() -> None:
            for number in numbers:
                if number == 100:
                    gateway.kafka.away = False
                await gateway.publisher.publish(events(number))
                await asyncio.sleep(0)

        await asyncio.gather(*(send() for _ in range(16)))
        await gateway.until_drained()
        stored = gateway.series()["stored_total"]

    assert sorted(arrived(gateway.kafka)) == list(range(3_000))
    assert 100 <= stored < 1_500


async def test_a_full_spool_refuses(tmp_path: Path) -> None:
    """Beyond its limit the spool takes nothing; what it took before is kept, and Kafka makes room."""
    size = len(events(1)[0].body)
    async with running(tmp_path, ListPublisher(away=True), most_bytes=3 * size) as gateway:
        await gateway.publisher.publish(events(1))
        await gateway.publisher.publish(events(2))
        with pytest.raises(Unavailable, match="spool_full"):
            await gateway.publisher.publish(events(3))
        gateway.kafka.away = False
        await gateway.until_drained()
        await gateway.publisher.publish(events(3))

    assert arrived(gateway.kafka) == [1, 2, 3]


@needs_filters
async def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    """While the disk is full, deliveries are refused and the gateway is not ready; then they are stored again."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        append = gateway.store.append

        def append_to_full_disk(records: Sequence[SpoolRecord]) -> None:
            problem = run_with_fault("write", errno.ENOSPC, partial(append, records))
            assert problem is not None
            raise problem

        gateway.store.append = append_to_full_disk  # type: ignore[method-assign] - the kernel refuses, not we
        with pytest.raises(Unavailable, match="spool_disk_full"):
            await gateway.publisher.publish(events(1))
        assert (gateway.publisher.ready(), gateway.spool.size()) == (False, 0)
        gateway.store.append = append  # type: ignore[method-assign]
        await gateway.publisher.publish(events(1))
        assert gateway.publisher.ready()
        gateway.kafka.away = False
        await gateway.until_drained()

    assert arrived(gateway.kafka) == [1]


async def test_a_disk_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    """A delivery waits for the disk no longer than its deadline."""
    async with running(tmp_path, ListPublisher(away=True), deadline_s=0.05) as gateway:
        release = asyncio.Event()
        loop = asyncio.get_running_loop()
        append = gateway.store.append

        def append_slowly(records: Sequence[SpoolRecord]) -> None:
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result()
            append(records)

        gateway.store.append = append_slowly  # type: ignore[method-assign]
        with pytest.raises(Unavailable, match="spool_slow"):
            await gateway.publisher.publish(events(1))
        release.set()
        gateway.kafka.away = False
        await gateway.until_drained()


async def test_what_waits_for_the_disk_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deliveries that come faster than the disk writes are refused, not buffered."""
    monkeypatch.setattr(spool_queue, "WAITING_BYTES", 1_000)
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        answers = await asyncio.gather(
            *(gateway.publisher.publish(events(number)) for number in range(30)),
            return_exceptions=True,
        )
        accepted = [number for number, answer in enumerate(answers) if answer is None]
        gateway.kafka.away = False
        await gateway.until_drained()

    assert 0 < len(accepted) < 30
    assert arrived(gateway.kafka) == accepted


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_is_lost_while_kafka_fails_now_and_then(tmp_path: Path, seed: int) -> None:
    """Failures before and after Kafka stored a record lose none, and an application's events first arrive in order."""
    producer = FragileProducer(random.Random(seed), [])
    metrics = GatewayMetrics()
    supervisor = ProducerSupervisor(lambda: producer, metrics, pause_s=0.001)
    async with running(tmp_path, Packer(supervisor, metrics, 5.0)) as gateway:
        for number in range(60):
            await gateway.publisher.publish(
                [encode(event(n, f"{n % 7}")) for n in (number, 100 + number)]
            )
        producer.fragile = False
        await gateway.until_drained()

    ids: dict[str, list[str]] = {}
    for _, _, value in producer.sent:
        for packed in packs.decode_events(value):
            ids.setdefault(packed.subject, []).append(packed.id)
    assert sum(len(set(of_subject)) for of_subject in ids.values()) == 120
    for subject, of_subject in ids.items():
        numbers = [
            n for number in range(60) for n in (number, 100 + number) if f"{n % 7}" == subject
        ]
        assert list(dict.fromkeys(of_subject)) == [event(n, subject).id for n in numbers]


async def test_what_kafka_has_is_not_sent_again(tmp_path: Path) -> None:
    """A record that Kafka refuses holds up its lane, but those that it took meanwhile are not repeated."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        for number in range(5):
            await gateway.publisher.publish(events(number))
    kafka = Refusing(refused=2)
    async with running(tmp_path, kafka) as gateway:
        async with asyncio.timeout(5):
            while kafka.attempts < 5:  # noqa: ASYNC110 - an attempt has no event of its own
                await asyncio.sleep(0.001)
        kafka.refused = None
        await gateway.until_drained()

    assert sorted(arrived(kafka)) == [0, 1, 2, 3, 4]


async def test_a_damaged_record_holds_up_nothing(tmp_path: Path) -> None:
    """A record whose bytes changed on disk is counted and kept aside; those behind it arrive."""
    async with running(tmp_path, ListPublisher(away=True)) as gateway:
        for number in (111, 222, 333):
            await gateway.publisher.publish(events(number))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b'"222"', b'"2x2"'))
    async with running(tmp_path, ListPublisher()) as gateway:
        await gateway.until_drained()
        assert gateway.series()["damaged_total"] == 1
    store = SpoolStore(tmp_path)

    assert arrived(gateway.kafka) == [111, 333]
    assert {lane: totals.records for lane, totals in store.totals().items()} == {"damaged": 1}
    store.close()


def stopped_broker(directory: Path) -> AbstractAsyncContextManager[Gateway]:
    """A gateway without Kafka and with little room."""
    return running(directory, ListPublisher(away=True), most_bytes=2_000)


async def test_senders_get_success_then_503(tmp_path: Path) -> None:
    """A vendor's delivery is accepted without Kafka; when the spool is full it gets 503 with Retry-After."""
    path = Path(__file__).parents[2] / "vendors/greenhouse/candidate_stage_change.json"
    body, headers = gateways.signed(gateways.fixture(path))
    async with stopped_broker(tmp_path) as gateway:
        app = create_app(Settings(), gateways.configuration(), gateway.publisher, SetClock())
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
            answers = [
                await sender.post(gateways.GREENHOUSE, content=body, headers=headers)
                for _ in range(4)
            ]
            ready = await sender.get("/readyz")

    assert [answer.status_code for answer in answers][::3] == [200, 503]
    assert (answers[-1].json()["error"], int(answers[-1].headers["Retry-After"])) == (
        "spool_full",
        60,
    )
    assert ready.status_code == 200


async def test_a_file_damaged_while_in_use_is_replaced(tmp_path: Path) -> None:
    """The gateway sets the file aside, says so, and goes on with an empty spool."""
    async with running(tmp_path, ListPublisher(away=True), most_bytes=50_000_000) as gateway:
        for _ in range(4):
            await gateway.spool.append("events", b"x" * 2_000_000)
        with (tmp_path / FILE).open("r+b") as file:  # the disk loses what SQLite wrote back
            file.write(b"\xff" * 5_000_000)
        with (tmp_path / f"{FILE}-wal").open("r+b") as file:
            file.write(b"\xff" * 9_000_000)
        gateway.kafka.away = False
        await gateway.until_drained()
        await gateway.publisher.publish(events(1))
        gateway.kafka.away = True
        await gateway.publisher.publish(events(2))
        damaged = gateway.series()["damaged_total"]
        gateway.kafka.away = False
        await gateway.until_drained()

    assert damaged == 1
    assert (tmp_path / "damaged-1.sqlite3").exists()
    assert arrived(gateway.kafka) == [1, 2]
