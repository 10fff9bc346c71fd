"""Packs keep partition and order, are acknowledged before success is returned, and never get stuck."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from kafka.partitioner.default import murmur2

from schemas.alerting.actions import BreachAction
from schemas.errors import Malformed, Unavailable
from schemas.events import packs
from schemas.events.application import Application, Created
from schemas.events.envelope import Event, event_id, full_type
from streams.ingest.kafka import packer as packing
from streams.ingest.kafka.packer import Packer, partition_of
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.kafka.publisher import encode, partition_key
from streams.ingest.metrics import GatewayMetrics
from tests.fakes import NOON

PARTITIONS = 4


@dataclass
class ListProducer:
    """Stores what is sent; `hold` delays acknowledgements, `fault` refuses, `away` refuses connections."""

    sent: list[tuple[str, bytes, bytes, int | None]] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    fault: bool = False
    away: bool = False
    stopped: bool = False

    async def start(self) -> int:
        """Connect."""
        if self.away:
            raise Unavailable("broker_away")
        return PARTITIONS

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Acknowledge once `hold` is set."""
        self.arrived.set()
        if self.fault:
            raise Unavailable("broker_refused")
        await self.hold.wait()
        self.sent.append((topic, key, value, partition))

    async def alive(self) -> bool:
        """Return whether the broker answers."""
        return not self.away

    async def stop(self) -> None:
        """Disconnect."""
        self.stopped = True


def producer(*, delayed: bool = False, fault: bool = False, away: bool = False) -> ListProducer:
    """A producer that acknowledges at once by default."""
    fake = ListProducer(fault=fault, away=away)
    if not delayed:
        fake.hold.set()
    return fake


def event(subject: str, number: int = 0) -> Event:
    """An event that an application was created."""
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


@asynccontextmanager
async def running_packer(*producers: ListProducer, deadline: float = 2.0) -> AsyncIterator[Packer]:
    """A running packer that uses the producers one after the other."""
    supply = iter(producers)
    metrics = GatewayMetrics()
    supervisor = ProducerSupervisor(lambda: next(supply, producers[-1]), metrics, pause_s=0.001)
    packer = Packer(supervisor, metrics, deadline)
    await packer.start()
    yield packer
    await packer.stop()


async def until_ready(packer: Packer) -> None:
    """Wait until the packer is ready."""
    async with asyncio.timeout(5):
        while not packer.ready():  # noqa: ASYNC110 - readiness has no event of its own
            await asyncio.sleep(0)


@pytest.mark.parametrize("subject", ["1", "応募", "a" * 100])
def test_partition_matches_other_kafka_clients(subject: str) -> None:
    """Every Kafka client assigns the same partition to an application."""
    key = partition_key(event(subject))

    assert partition_of(key, PARTITIONS) == (murmur2(key) & 0x7FFFFFFF) % PARTITIONS
    assert partition_of(key, PARTITIONS) == (murmur2(key) & 0x7FFFFFFF) % PARTITIONS


async def test_the_events_of_a_request_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is not divided between packs if one pack can hold it, so that its order says what came first."""
    monkeypatch.setattr(packs, "MAX_EVENTS", 5)
    sender = producer()
    async with running_packer(sender) as packer:
        await until_ready(packer)
        batches = [[event("a", 10 * number + n) for n in range(3)] for number in range(3)]
        await asyncio.gather(*(packer.publish(list(map(encode, batch))) for batch in batches))

    sent = [[one.id for one in packs.decode_events(value)] for _, _, value, _ in sender.sent]
    assert sent == [[one.id for one in batch] for batch in batches]


async def test_order_and_partition_are_kept() -> None:
    """An application's events stay in order and in their partition."""
    kafka = producer()
    events = [event(str(n % 7), n) for n in range(1_200)]
    async with running_packer(kafka) as packer:
        await until_ready(packer)
        await packer.publish([encode(sent) for sent in events])
    ids_by_subject: dict[str, list[str]] = {}
    for topic, key, value, partition in kafka.sent:
        pack = packs.decode_events(value)
        assert topic == "candidate-events"
        assert len(pack) <= packs.MAX_EVENTS
        assert key == f"acme/{pack[0].subject}".encode()
        for packed in pack:
            assert partition == partition_of(f"acme/{packed.subject}".encode(), PARTITIONS)
            ids_by_subject.setdefault(packed.subject, []).append(packed.id)
    expected: dict[str, list[str]] = {}
    for each_event in events:
        expected.setdefault(each_event.subject, []).append(each_event.id)

    assert expected == ids_by_subject


async def test_success_waits_for_the_acknowledgement() -> None:
    """`publish` returns only after Kafka has acknowledged the events."""
    kafka = producer(delayed=True)
    async with running_packer(kafka) as packer:
        await until_ready(packer)
        waiting = asyncio.create_task(packer.publish([encode(event("1"))]))
        await kafka.arrived.wait()
        assert not waiting.done()
        kafka.hold.set()
        await waiting

    assert len(kafka.sent) == 1


async def test_unavailable_broker_is_reported_at_once() -> None:
    """While the broker is unavailable nothing is accepted; the packer reconnects without a restart."""
    kafka = producer(away=True)
    async with running_packer(kafka) as packer:
        with pytest.raises(Unavailable):
            await packer.publish([encode(event("1"))])
        kafka.away = False
        await until_ready(packer)
        await packer.publish([encode(event("1"))])

    assert len(kafka.sent) == 1


async def test_a_producer_that_cannot_be_created_is_tried_again() -> None:
    """A password file that is missing for a moment does not end the gateway's connection."""
    attempts = iter([Malformed("settings", "no file"), producer()])

    def create() -> ListProducer:
        attempt = next(attempts)
        if isinstance(attempt, Malformed):
            raise attempt
        return attempt

    metrics = GatewayMetrics()
    packer = Packer(ProducerSupervisor(create, metrics, pause_s=0.001), metrics, 2.0)
    await packer.start()
    await until_ready(packer)
    await packer.stop()

    assert next(attempts, None) is None


async def test_stalled_producer_is_replaced() -> None:
    """A producer that never answers is replaced; the sender retries with the next one."""
    stuck, fresh = producer(delayed=True), producer()
    async with running_packer(stuck, fresh, deadline=0.02) as packer:
        await until_ready(packer)
        with pytest.raises(Unavailable, match="deadline"):
            await packer.publish([encode(event("1"))])
        async with asyncio.timeout(5):
            while not stuck.stopped:  # noqa: ASYNC110 - a replacement has no event of its own
                await asyncio.sleep(0)
        await until_ready(packer)
        await packer.publish([encode(event("1"))])

    assert (len(stuck.sent), len(fresh.sent)) == (0, 1)


async def test_failed_send_raises() -> None:
    """A send that the broker refuses raises, and its producer is replaced."""
    broken, fresh = producer(fault=True), producer()
    async with running_packer(broken, fresh) as packer:
        await until_ready(packer)
        with pytest.raises(Unavailable):
            await packer.publish([encode(event("1"))])
        await until_ready(packer)
        await packer.publish([encode(event("1"))])

    assert broken.stopped
    assert len(fresh.sent) == 1


async def test_in_flight_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slow broker, requests beyond the in-flight limit are refused, not buffered."""
    monkeypatch.setattr(packing, "IN_FLIGHT_BYTES", 1_000)
    kafka = producer(delayed=True)
    async with running_packer(kafka) as packer:
        await until_ready(packer)
        waiting = asyncio.create_task(packer.publish([encode(event("1")), encode(event("2"))]))
        await kafka.arrived.wait()
        with pytest.raises(Unavailable, match="in_flight_bytes"):
            await packer.publish([encode(event("3")), encode(event("4"))])
        kafka.hold.set()
        await waiting
        await asyncio.sleep(0)
        await packer.publish([encode(event("3")), encode(event("4"))])

    assert sum(len(packs.decode_events(value)) for _, _, value, _ in kafka.sent) == 4


async def test_an_action_is_published_under_its_breach() -> None:
    """An action is written to its topic with the breach's key; a refused send raises."""
    broken, fresh = producer(fault=True), producer()
    action = BreachAction(
        id="0" * 32, tenant="acme", breach="1" * 16, action="done", at=NOON, recorded=NOON
    )
    async with running_packer(broken, fresh) as packer:
        await until_ready(packer)
        with pytest.raises(Unavailable, match="action_not_acknowledged"):
            await packer.record_action(action)
        await until_ready(packer)
        await packer.record_action(action)

    assert fresh.sent == [
        ("breach-actions", b"acme/" + b"1" * 16, action.model_dump_json().encode(), None)
    ]
