"""Benchmarks of the spool: what it costs a delivery while Kafka answers, and what it takes and gives when Kafka does not."""

import asyncio
import statistics
import time
from pathlib import Path

from streams.ingest.connection_health import ConnectionHealth
from streams.ingest.delivery import DeliveryHandler
from streams.ingest.incoming_request import IncomingRequest
from streams.ingest.kafka.packer import Packer
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.spool.spool import Spool
from streams.ingest.spool.spooled_publisher import SpooledPublisher
from streams.ingest.spool.store import SpoolStore
from tests.fakes import NOON, ListPublisher
from tests.ingest import gateways

DELIVERIES, SENDERS, ROUNDS = 3_000, 64, 7
MOVE = Path(__file__).parents[1] / "vendors/greenhouse/candidate_stage_change.json"


class InstantProducer:
    """A Kafka that acknowledges at once."""

    async def start(self) -> int:
        """Connect."""
        return 4

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Acknowledge."""

    async def alive(self) -> bool:
        """Answer."""
        return True

    async def stop(self) -> None:
        """Disconnect."""


def request() -> IncomingRequest:
    """A signed delivery."""
    body, headers = gateways.signed(gateways.fixture(MOVE))
    connection = gateways.configuration().connections["greenhouse", "acme-greenhouse"]
    return IncomingRequest(
        id="d",
        vendor=gateways.vendor("greenhouse"),
        resolved=connection,
        headers=gateways.lower(headers),
        body=body,
        at=NOON,
    )


def packer(metrics: GatewayMetrics) -> Packer:
    """The publisher that gateways use, over the instant producer."""
    return Packer(ProducerSupervisor(InstantProducer, metrics), metrics, 8.0)


def spool_in(directory: Path, metrics: GatewayMetrics) -> Spool:
    """An empty spool."""
    return Spool(SpoolStore(directory), 1_000_000_000, 8.0, metrics.spool)


async def deliver(handler: DeliveryHandler, delivery: IncomingRequest) -> tuple[float, float]:
    """Return the CPU and the wall seconds of all deliveries, sent by several senders at once."""
    left = iter(range(DELIVERIES))

    async def send() -> None:
        for _ in left:
            await handler.handle(delivery)

    begun, begun_cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return time.process_time() - begun_cpu, time.perf_counter() - begun


async def test_a_delivery_with_and_without_a_spool(tmp_path: Path) -> None:
    """While Kafka answers, a spool makes a delivery at most 10 % dearer."""
    metrics, delivery = GatewayMetrics(), request()
    publishers: tuple[Publisher, ...] = (
        packer(metrics),
        SpooledPublisher(packer(metrics), spool_in(tmp_path, metrics)),
    )
    spent: tuple[list[float], list[float]] = ([], [])
    for publisher in publishers:
        await publisher.start()
    async with asyncio.timeout(5):
        while not all(publisher.ready() for publisher in publishers):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    for _ in range(ROUNDS):
        for publisher, cpu in zip(publishers, spent, strict=True):
            handler = DeliveryHandler(publisher, metrics, ConnectionHealth())
            cpu.append((await deliver(handler, delivery))[0] / DELIVERIES * 1e6)
    for publisher in publishers:
        await publisher.stop()
    without, beside = min(spent[0]), min(spent[1])
    medians = [statistics.median(cpu) for cpu in spent]
    print(
        f"\nCPU us/delivery while Kafka answers: {without:.1f} without a spool, {beside:.1f} with "
        f"(medians {medians[0]:.1f} and {medians[1]:.1f})"
    )

    assert metrics.spool.stored._value.get() == 0
    assert beside < 1.1 * without


async def test_deliveries_without_kafka(tmp_path: Path) -> None:
    """Deliveries per second on disk, each answered after its fsync, and the records per second that drain."""
    metrics, kafka = GatewayMetrics(), ListPublisher(away=True)
    spool = spool_in(tmp_path, metrics)
    publisher = SpooledPublisher(kafka, spool)
    await publisher.start()
    cpu, wall = await deliver(DeliveryHandler(publisher, metrics, ConnectionHealth()), request())
    begun = time.perf_counter()
    kafka.away = False
    async with asyncio.timeout(60):
        while spool.size():  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    drained = time.perf_counter() - begun
    await publisher.stop()
    print(
        f"\nwithout Kafka: {cpu / DELIVERIES * 1e6:.0f} CPU us/delivery, {DELIVERIES / wall:.0f} deliveries/s of {SENDERS} senders, "
        f"each on disk; drained at {DELIVERIES / drained:.0f} records/s, the pause included"
    )

    assert DELIVERIES / wall > 300
