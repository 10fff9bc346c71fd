"""Packs: one partition each, in order, acknowledged before anybody is told success, and never stuck."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from kafka.partitioner.default import murmur2

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events import packs
from schemas.events.application import Application, Created
from schemas.events.envelope import Event, event_id, full
from streams.ingest.kafka import packer as packing
from streams.ingest.kafka.packer import Packer, key_of, partition_of
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.metrics import GatewayMetrics
from tests.fakes import NOON

PARTITIONS = 4


@dataclass
class ListProducer:
    """Keeps what is sent; `hold` delays acknowledgements, `fault` refuses, `away` cannot be reached."""

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
        """Acknowledge when not held."""
        self.arrived.set()
        if self.fault:
            raise Unavailable("broker_refused")
        await self.hold.wait()
        self.sent.append((topic, key, value, partition))

    async def alive(self) -> bool:
        """Whether it is reached."""
        return not self.away

    async def stop(self) -> None:
        """Disconnect."""
        self.stopped = True


def producer(*, held: bool = False, fault: bool = False, away: bool = False) -> ListProducer:
    """A producer that acknowledges at once unless told otherwise."""
    made = ListProducer(fault=fault, away=away)
    if not held:
        made.hold.set()
    return made


def event(subject: str, number: int = 0) -> Event:
    """An application's creation."""
    return Event(
        id=event_id("c", "application.created", (subject,), str(number)),
        source="urn:ats:standard:acme:c",
        type=full("application.created"),
        time=NOON,
        tenant="acme",
        subject=subject,
        recordedtime=NOON,
        data=Created(application=Application(id=subject)),
    )


@asynccontextmanager
async def packer(*producers: ListProducer, deadline: float = 2.0) -> AsyncIterator[Packer]:
    """A packer that uses the given producers one after the other."""
    supply = iter(producers)
    metrics = GatewayMetrics()
    link = ProducerSupervisor(lambda: next(supply, producers[-1]), metrics, pause_s=0.001)
    made = Packer(link, metrics, deadline)
    await made.start()
    yield made
    await made.stop()


async def until_ready(made: Packer) -> None:
    """Wait for the broker."""
    async with asyncio.timeout(5):
        while not made.ready():  # noqa: ASYNC110 - readiness has no event of its own
            await asyncio.sleep(0)


@pytest.mark.parametrize("subject", ["1", "応募", "a" * 100])
def test_partition_is_everyones(subject: str) -> None:
    """Every Kafka client in the house finds the same partition for an application."""
    key = key_of(event(subject))

    assert partition_of(key, PARTITIONS) == (murmur2(key) & 0x7FFFFFFF) % PARTITIONS
    assert partition_of(key, PARTITIONS) == (murmur2(key) & 0x7FFFFFFF) % PARTITIONS


async def test_order_and_partition_are_kept() -> None:
    """An application's events stay in order, beside others of their partition."""
    kafka = producer()
    events = [event(str(n % 7), n) for n in range(1_200)]
    async with packer(kafka) as made:
        await until_ready(made)
        await made.accept(events)
    found: dict[str, list[str]] = {}
    for topic, key, value, partition in kafka.sent:
        pack = packs.decode(value)
        assert topic == "candidate-events"
        assert len(pack) <= packs.LARGEST
        assert key == f"acme/{pack[0].subject}".encode()
        for each in pack:
            assert partition == partition_of(f"acme/{each.subject}".encode(), PARTITIONS)
            found.setdefault(each.subject, []).append(each.id)
    expected: dict[str, list[str]] = {}
    for each_event in events:
        expected.setdefault(each_event.subject, []).append(each_event.id)

    assert expected == found


async def test_success_waits_for_the_acknowledgement() -> None:
    """Nobody is told success before Kafka has the events."""
    kafka = producer(held=True)
    async with packer(kafka) as made:
        await until_ready(made)
        waiting = asyncio.create_task(made.accept([event("1")]))
        await kafka.arrived.wait()
        assert not waiting.done()
        kafka.hold.set()
        await waiting

    assert len(kafka.sent) == 1


async def test_broker_away_is_said_at_once() -> None:
    """While the broker is away nothing is accepted, and it is found again without a restart."""
    kafka = producer(away=True)
    async with packer(kafka) as made:
        with pytest.raises(Unavailable):
            await made.accept([event("1")])
        kafka.away = False
        await until_ready(made)
        await made.accept([event("1")])

    assert len(kafka.sent) == 1


async def test_stalled_producer_is_replaced() -> None:
    """A producer that never answers is given up; the sender was told to retry, and the next one delivers."""
    stuck, fresh = producer(held=True), producer()
    async with packer(stuck, fresh, deadline=0.02) as made:
        await until_ready(made)
        with pytest.raises(Unavailable, match="deadline"):
            await made.accept([event("1")])
        async with asyncio.timeout(5):
            while not stuck.stopped:  # noqa: ASYNC110 - a replacement has no event of its own
                await asyncio.sleep(0)
        await until_ready(made)
        await made.accept([event("1")])

    assert (len(stuck.sent), len(fresh.sent)) == (0, 1)


async def test_failed_send_is_said() -> None:
    """A send that the broker refuses is no success, and its producer is not trusted again."""
    broken, fresh = producer(fault=True), producer()
    async with packer(broken, fresh) as made:
        await until_ready(made)
        with pytest.raises(Unavailable):
            await made.accept([event("1")])
        await until_ready(made)
        await made.accept([event("1")])

    assert broken.stopped
    assert len(fresh.sent) == 1


async def test_in_flight_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow broker makes senders wait at their side, not in our memory."""
    monkeypatch.setattr(packing, "IN_FLIGHT_BYTES", 1_000)
    kafka = producer(held=True)
    async with packer(kafka) as made:
        await until_ready(made)
        waiting = asyncio.create_task(made.accept([event("1"), event("2")]))
        await kafka.arrived.wait()
        with pytest.raises(Unavailable, match="in_flight_bytes"):
            await made.accept([event("3"), event("4")])
        kafka.hold.set()
        await waiting
        await asyncio.sleep(0)
        await made.accept([event("3"), event("4")])

    assert sum(len(packs.decode(value)) for _, _, value, _ in kafka.sent) == 4


async def test_an_action_goes_beside_its_breach_and_is_acknowledged() -> None:
    """Into the topic of actions, under the breach's key; what the broker refuses is no success."""
    broken, fresh = producer(fault=True), producer()
    action = BreachAction(
        id="0" * 32, tenant="acme", breach="1" * 16, action="done", at=NOON, recorded=NOON
    )
    async with packer(broken, fresh) as made:
        await until_ready(made)
        with pytest.raises(Unavailable, match="action_not_acknowledged"):
            await made.note(action)
        await until_ready(made)
        await made.note(action)

    assert fresh.sent == [
        ("breach-actions", b"acme/" + b"1" * 16, action.model_dump_json().encode(), None)
    ]
