"""A supervisor that replaces a failed Kafka producer and reconnects while the broker is unavailable."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Protocol

from aiokafka.errors import KafkaError

from schemas.errors import Condition, Unavailable
from streams.configuration.kafka_access import KafkaAccess
from streams.ingest.metrics import GatewayMetrics
from streams.kafka import clients

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_MS = 5_000
START_TIMEOUT_S, STOP_TIMEOUT_S = 15.0, 5.0


class Producer(Protocol):
    """One connection to the broker."""

    async def start(self) -> int:
        """Connect; return the number of partitions of the events topic; raise Unavailable."""

    async def send(self, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        """Return only after all in-sync replicas have the record; raise Unavailable."""

    async def alive(self) -> bool:
        """Return whether the broker answers."""

    async def stop(self) -> None:
        """Flush pending records and disconnect."""


class KafkaProducer:
    """The aiokafka producer: idempotent, acks=all."""

    def __init__(self, access: KafkaAccess, topic: str) -> None:
        """Must be created in the running event loop."""
        self._access, self._topic = access, topic
        self._producer = clients.async_producer(
            access,
            client_id="hirelay-gateway",
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            linger_ms=0,
            max_batch_size=clients.MAX_REQUEST_BYTES // 8,
            max_request_size=clients.MAX_REQUEST_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )

    async def start(self) -> int:
        """Connect and return the number of partitions."""
        try:
            await clients.start(self._producer, self._access)
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
        """Request metadata from the broker."""
        return bool(await self._producer.client.force_metadata_update())

    async def stop(self) -> None:
        """Flush and close."""
        await self._producer.stop()


class ProducerSupervisor:
    """Owns the current producer. `producer` raises Unavailable without one or while the broker does not answer."""

    def __init__(
        self, make_producer: Callable[[], Producer], metrics: GatewayMetrics, pause_s: float = 1.0
    ) -> None:
        """`pause_s` is the time between attempts to connect, and between probes of a connection."""
        self._make_producer = make_producer
        self._metrics = metrics
        self._pause_s = pause_s
        self._producer: Producer | None = None
        self._partitions = 0
        self._up = False
        self._failed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start connecting in the background; return at once."""
        self._task = asyncio.create_task(self._run(), name="producer supervisor")

    async def close(self) -> None:
        """Flush and disconnect."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._disconnect()

    @property
    def up(self) -> bool:
        """Whether the broker answered the last probe."""
        return self._up

    def producer(self) -> tuple[Producer, int]:
        """Return the producer and the number of partitions; raise Unavailable."""
        if self._producer is None or not self._up:
            raise Unavailable("broker_away", "the broker does not answer")
        return self._producer, self._partitions

    def mark_failed(self, producer: Producer) -> None:
        """Request a replacement after a send failed or hung: an idempotent producer may never recover."""
        if producer is self._producer:
            self._set_broker_up(up=False)
            self._failed.set()

    async def _run(self) -> None:
        while True:
            if await self._connect():
                await self._watch()
                self._metrics.producers_replaced.inc()
            await self._disconnect()
            await asyncio.sleep(self._pause_s)

    async def _connect(self) -> bool:
        self._failed.clear()
        try:
            self._producer = self._make_producer()
            async with asyncio.timeout(START_TIMEOUT_S):
                self._partitions = await self._producer.start()
        except (Condition, TimeoutError) as error:  # Malformed, too: a password file being replaced
            log.warning(
                "broker not reached", extra={"error": type(error).__name__, "reason": str(error)}
            )
            return False
        self._set_broker_up(up=self._partitions > 0)
        log.info("broker reached", extra={"partitions": self._partitions})
        return self._up

    async def _watch(self) -> None:
        """Return when the producer must be replaced; until then, track whether the broker answers."""
        while not self._failed.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s):
                    await self._failed.wait()
                    return
            self._set_broker_up(up=await self._probe())

    async def _probe(self) -> bool:
        if self._producer is None or self._failed.is_set():
            return False
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
                return await self._producer.alive() and not self._failed.is_set()
        except (TimeoutError, KafkaError, OSError):
            return False

    async def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        self._set_broker_up(up=False)
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await producer.stop()
        except (TimeoutError, KafkaError, OSError) as error:
            log.warning("producer not closed cleanly", extra={"error": type(error).__name__})

    def _set_broker_up(self, *, up: bool) -> None:
        if up != self._up:
            log.info("broker state changed", extra={"up": up})
        self._up = up
        self._metrics.broker_up.set(int(up))
