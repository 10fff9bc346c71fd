"""An index of the existing breaches, read from the topic on demand.

A breach is never removed, so a cached key needs no further lookup. Only an unknown id triggers a refresh, which reads
what was written since the last one (the first reads the whole compacted topic). A background consumer would answer
faster, but every gateway would keep a consumer open for requests that few people make a day. Refreshes are at least
`REFRESH_INTERVAL_S` apart, so invalid ids cannot keep Kafka busy; actions on a new breach are delayed by that at most.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import KPI_BREACHES
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

REFRESH_INTERVAL_S = 1.0
PARTITION = TopicPartition(KPI_BREACHES.name, 0)  # the topic has one partition


class BreachIndex(Protocol):
    """Knows which breaches exist."""

    async def has(self, tenant: str, breach: str) -> bool:
        """Return whether the tenant has that breach, open or ended; raise Unavailable if the lookup fails."""


class BreachLookup:
    """The Kafka index.

    `make_consumer` returns an unstarted consumer of committed records; `deadline_s` limits how long a lookup waits.
    """

    def __init__(self, make_consumer: Callable[[], Any], deadline_s: float) -> None:
        """Open no consumer before the first lookup."""
        self._make_consumer = make_consumer
        self._deadline_s = deadline_s
        self._keys: set[bytes] = set()
        self._next_offset = 0
        self._refreshed_at: float | None = None
        self._lock = asyncio.Lock()

    async def has(self, tenant: str, breach: str) -> bool:
        """Return whether the breach exists; at once if it is cached."""
        key = f"{tenant}/{breach}".encode()
        if key in self._keys:
            return True
        try:
            async with asyncio.timeout(self._deadline_s), self._lock:
                if key not in self._keys and self._refresh_due():
                    await self._refresh()
        except (Malformed, KafkaError, OSError, TimeoutError) as error:
            raise Unavailable("breaches_unknown", type(error).__name__) from error
        return key in self._keys

    def _refresh_due(self) -> bool:
        return (
            self._refreshed_at is None
            or time.monotonic() - self._refreshed_at >= REFRESH_INTERVAL_S
        )

    async def _refresh(self) -> None:
        async with self._consumer() as consumer:
            end = (await consumer.end_offsets([PARTITION]))[PARTITION]
            await self._read(consumer, end)
        self._refreshed_at = time.monotonic()

    async def _read(self, consumer: Any, end: int) -> None:
        if self._next_offset > end:  # the topic was recreated
            self._keys.clear()
            self._next_offset = 0
        consumer.seek(PARTITION, self._next_offset)
        while await consumer.position(PARTITION) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                self._keys.update(record.key for record in records)
        self._next_offset = await consumer.position(PARTITION)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = self._make_consumer()
        try:
            await consumer.start()
            consumer.assign([PARTITION])
            yield consumer
        finally:
            await consumer.stop()


def make_consumer(access: KafkaAccess) -> Any:
    """Return an unstarted consumer without a group; must be called in the running event loop."""
    return clients.async_consumer(
        access,
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # breaches are written in transactions
        fetch_max_wait_ms=100,
    )
