"""A Kafka producer that is replaced when it can no longer be trusted, and looked for while the broker is away."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.errors import Unavailable
from streams.ingest.metrics import GatewayMetrics

log = logging.getLogger(__name__)

REQUEST_MS = 5_000
LARGEST_REQUEST = 8_000_000  # a sealed 2 MB body is 3.6 MB of base64; the topics take 8 MiB
START_S, STOP_S = 15.0, 5.0


class Producer(Protocol):
    """One connection to the broker."""

    async def start(self) -> int:
        """Connect; return the number of partitions of the events topic; raise Unavailable."""

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Return only after all in-sync replicas have the record; raise Unavailable."""

    async def alive(self) -> bool:
        """Whether the broker answers."""

    async def stop(self) -> None:
        """Send what is pending and disconnect."""


class KafkaProducer:
    """The real one: idempotent, acks=all."""

    def __init__(self, servers: str, topic: str) -> None:
        """Must be made in the running loop."""
        self._topic = topic
        self._producer = AIOKafkaProducer(
            bootstrap_servers=servers.split(","),
            client_id="hirelay-gateway",
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            linger_ms=0,
            max_batch_size=LARGEST_REQUEST // 8,
            max_request_size=LARGEST_REQUEST,
            request_timeout_ms=REQUEST_MS,
        )

    async def start(self) -> int:
        """Connect and learn the partitions."""
        try:
            await self._producer.start()
            return len(await self._producer.partitions_for(self._topic))
        except (KafkaError, OSError) as error:
            raise Unavailable("broker_away", type(error).__name__) from error

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Wait for the acknowledgement."""
        try:
            await self._producer.send_and_wait(topic, value, key=key, partition=partition)
        except (KafkaError, OSError) as error:
            raise Unavailable("broker_refused", type(error).__name__) from error

    async def alive(self) -> bool:
        """Ask for metadata."""
        return bool(await self._producer.client.force_metadata_update())

    async def stop(self) -> None:
        """Flush and close."""
        await self._producer.stop()


class ProducerSupervisor:
    """Holds the one producer in use. `producer` raises Unavailable while there is none or the broker does not answer."""

    def __init__(
        self, make: Callable[[], Producer], metrics: GatewayMetrics, pause_s: float = 1.0
    ) -> None:
        """`pause_s` is the time between attempts to connect, and between probes of a connection."""
        self._make = make
        self._metrics = metrics
        self._pause_s = pause_s
        self._producer: Producer | None = None
        self._partitions = 0
        self._up = False
        self._distrusted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to connect; return at once."""
        self._task = asyncio.create_task(self._run(), name="broker link")

    async def close(self) -> None:
        """Flush and disconnect."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._drop()

    @property
    def up(self) -> bool:
        """Whether the broker answered last time."""
        return self._up

    def producer(self) -> tuple[Producer, int]:
        """The producer and the number of partitions; raise Unavailable."""
        if self._producer is None or not self._up:
            raise Unavailable("broker_away", "the broker does not answer")
        return self._producer, self._partitions

    def distrust(self, producer: Producer) -> None:
        """Have this producer replaced: a send of it failed or hung, and an idempotent one may never recover."""
        if producer is self._producer:
            self._mark(up=False)
            self._distrusted.set()

    async def _run(self) -> None:
        while True:
            if await self._connect():
                await self._watch()
                self._metrics.producers_replaced.inc()
            await self._drop()
            await asyncio.sleep(self._pause_s)

    async def _connect(self) -> bool:
        self._distrusted.clear()
        self._producer = self._make()
        try:
            async with asyncio.timeout(START_S):
                self._partitions = await self._producer.start()
        except (Unavailable, TimeoutError) as error:
            log.warning("broker not reached", extra={"error": type(error).__name__})
            return False
        self._mark(up=self._partitions > 0)
        log.info("broker reached", extra={"partitions": self._partitions})
        return self._up

    async def _watch(self) -> None:
        """Return when the producer must be replaced; meanwhile notice a broker that goes and comes back."""
        while not self._distrusted.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s):
                    await self._distrusted.wait()
                    return
            self._mark(up=await self._probe())

    async def _probe(self) -> bool:
        if self._producer is None or self._distrusted.is_set():
            return False
        try:
            async with asyncio.timeout(REQUEST_MS / 1000):
                return await self._producer.alive() and not self._distrusted.is_set()
        except (TimeoutError, KafkaError, OSError):
            return False

    async def _drop(self) -> None:
        producer, self._producer = self._producer, None
        self._mark(up=False)
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_S):
                await producer.stop()
        except (TimeoutError, KafkaError, OSError) as error:
            log.warning("producer not closed cleanly", extra={"error": type(error).__name__})

    def _mark(self, *, up: bool) -> None:
        if up != self._up:
            log.info("broker state changed", extra={"up": up})
        self._up = up
        self._metrics.broker_up.set(int(up))
