"""The memory of delivery ids that all gateways share, for signatures that do not cover the body.

The topic is the judge: a gateway writes an id with the digest of its body, waits until it has read its own record, and
takes the body that came first. So of two bodies under one id one is accepted, whichever gateways they arrive at.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import DELIVERY_IDS
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

PARTITION = TopicPartition(DELIVERY_IDS.name, 0)  # the topic has one partition
PAUSE_S = 5.0  # after a failure: deliveries do not wait for a broker that was just found to be away


class DeliveryIds(Protocol):
    """Knows the first body of every delivery id."""

    async def first_body(self, key: bytes, digest: bytes) -> bytes:
        """Return the digest of the first body under this id, which is `digest` if there is none; raise Unavailable."""

    async def close(self) -> None:
        """Close what is open."""


class SharedDeliveryIds:
    """The memory in Kafka, read from its beginning when the first id is asked for.

    `make_clients` returns an unstarted producer and consumer, in the running event loop; `deadline_s` limits an answer.
    """

    def __init__(self, make_clients: Callable[[], tuple[Any, Any]], deadline_s: float) -> None:
        """Connect to nothing yet."""
        self._make_clients = make_clients
        self._deadline_s = deadline_s
        self._first: dict[bytes, bytes] = {}
        self._next_offset = 0
        self._progress = asyncio.Condition()
        self._starting = asyncio.Lock()
        self._producer: Any = None
        self._reader: asyncio.Task[None] | None = None
        self._resume_at = 0.0

    async def first_body(self, key: bytes, digest: bytes) -> bytes:
        """Return the first body's digest; at once if the id was read before."""
        if key in self._first:
            return self._first[key]
        if time.monotonic() < self._resume_at:
            raise Unavailable("delivery_ids_unknown")
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._start()
                record = await self._producer.send_and_wait(
                    PARTITION.topic, digest, key, PARTITION.partition
                )
                async with self._progress:
                    await self._progress.wait_for(lambda: self._next_offset > record.offset)
        except (KafkaError, OSError, TimeoutError, Unavailable) as error:
            self._resume_at = time.monotonic() + PAUSE_S
            await self.close()
            raise Unavailable("delivery_ids_unknown", type(error).__name__) from error
        return self._first[key]

    async def _start(self) -> None:
        async with self._starting:
            if self._reader is not None and not self._reader.done():
                return
            producer, consumer = self._make_clients()
            try:
                await producer.start()
                await consumer.start()
                consumer.assign([PARTITION])
                consumer.seek(PARTITION, self._next_offset)
            except BaseException:
                await asyncio.gather(producer.stop(), consumer.stop(), return_exceptions=True)
                raise
            self._producer = producer
            self._reader = asyncio.create_task(self._follow(producer, consumer))

    async def _follow(self, producer: Any, consumer: Any) -> None:
        try:
            while True:
                batches = await consumer.getmany(timeout_ms=1_000)
                async with self._progress:
                    for record in batches.get(PARTITION, ()):
                        self._first.setdefault(record.key, record.value)
                        self._next_offset = record.offset + 1
                    self._progress.notify_all()
        finally:
            await asyncio.gather(producer.stop(), consumer.stop(), return_exceptions=True)

    async def close(self) -> None:
        """Stop reading."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, KafkaError):
                await reader


def make_clients(access: KafkaAccess) -> tuple[Any, Any]:
    """Return an unstarted producer and consumer; must be called in the running event loop."""
    producer = clients.async_producer(access, acks="all", enable_idempotence=True)
    consumer = clients.async_consumer(
        access, group_id=None, auto_offset_reset="earliest", fetch_max_wait_ms=100
    )
    return producer, consumer
