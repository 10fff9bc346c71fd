"""Which breaches there are: asked of the topic when an id is not known yet, and never asked again of one that is.

A breach is never removed, so what was found once needs no Kafka any more; only an id that is not known costs a look at what was
written since the last look (the first look reads the compacted topic whole). A follower would answer in less time, but every
gateway would hold a consumer for requests that few people make a day. Between two looks `PAUSE_S` have to pass, so nobody
keeps Kafka busy with ids that are none; a breach can be acted upon that much later at most.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import KPI_BREACHES

PAUSE_S = 1.0
PART = TopicPartition(KPI_BREACHES.name, 0)  # it has one partition


class BreachIndex(Protocol):
    """Knows which breaches there are."""

    async def has(self, tenant: str, breach: str) -> bool:
        """Whether the tenant has that breach, open or ended; raise Unavailable where that cannot be known now."""


class BreachLookup:
    """The real one. `make` gives a consumer of committed records, unopened; `deadline_s` is the longest that anybody waits."""

    def __init__(self, make: Callable[[], Any], deadline_s: float) -> None:
        """Nothing is opened before it is asked."""
        self._make = make
        self._deadline_s = deadline_s
        self._known: set[bytes] = set()
        self._next = 0
        self._looked: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def has(self, tenant: str, breach: str) -> bool:
        """As the protocol says; at once where it is known."""
        key = f"{tenant}/{breach}".encode()
        if key in self._known:
            return True
        try:
            async with asyncio.timeout(self._deadline_s), self._one_at_a_time:
                if key not in self._known and self._due():
                    await self._look()
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable("breaches_unknown", type(error).__name__) from error
        return key in self._known

    def _due(self) -> bool:
        return self._looked is None or time.monotonic() - self._looked >= PAUSE_S

    async def _look(self) -> None:
        async with self._consumer() as consumer:
            end = (await consumer.end_offsets([PART]))[PART]
            await self._read(consumer, end)
        self._looked = time.monotonic()

    async def _read(self, consumer: Any, end: int) -> None:
        if self._next > end:  # the topic was made anew
            self._known.clear()
            self._next = 0
        consumer.seek(PART, self._next)
        while await consumer.position(PART) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                self._known.update(each.key for each in records)
        self._next = await consumer.position(PART)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = self._make()
        try:
            await consumer.start()
            consumer.assign([PART])
            yield consumer
        finally:
            await consumer.stop()


def consumer_of(bootstrap: str) -> Any:
    """A consumer in no group, unopened; must be made in the running loop."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # breaches are written in transactions
        fetch_max_wait_ms=100,
    )
