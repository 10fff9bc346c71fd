"""An index of a topic with one partition, read on demand: a lookup that finds nothing reads what was written since."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable


class TopicIndex:
    """Reads new records at most once in `interval_s()`, so that invalid ids cannot keep Kafka busy.

    `make_consumer` returns an unstarted consumer of committed records, `deadline_s` limits how long a lookup waits, `take`
    adds a record to the index, `clear` empties it if the topic was recreated, and `reason` is what a failed lookup says.
    """

    def __init__(
        self,
        partition: TopicPartition,
        make_consumer: Callable[[], Any],
        deadline_s: float,
        interval_s: Callable[[], float],
        reason: str,
    ) -> None:
        """Open no consumer before the first refresh."""
        self._partition = partition
        self._make_consumer = make_consumer
        self._deadline_s = deadline_s
        self._interval_s = interval_s
        self._reason = reason
        self._next_offset = 0
        self._refreshed_at: float | None = None
        self._lock = asyncio.Lock()

    async def refresh(
        self, is_known: Callable[[], bool], take: Callable[[Any], None], clear: Callable[[], None]
    ) -> None:
        """Read new records unless what is looked up is known or the last refresh is recent; raise Unavailable."""
        try:
            async with asyncio.timeout(self._deadline_s), self._lock:
                if not is_known() and self._is_due():
                    await self._read(take, clear)
        except (Malformed, KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(self._reason, type(error).__name__) from error

    def _is_due(self) -> bool:
        return (
            self._refreshed_at is None
            or time.monotonic() - self._refreshed_at >= self._interval_s()
        )

    async def _read(self, take: Callable[[Any], None], clear: Callable[[], None]) -> None:
        async with self._consumer() as consumer:
            end = (await consumer.end_offsets([self._partition]))[self._partition]
            if self._next_offset > end:  # the topic was recreated
                clear()
                self._next_offset = 0
            consumer.seek(self._partition, self._next_offset)
            while await consumer.position(self._partition) < end:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        take(record)
            self._next_offset = await consumer.position(self._partition)
        self._refreshed_at = time.monotonic()

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = self._make_consumer()
        try:
            await consumer.start()
            consumer.assign([self._partition])
            yield consumer
        finally:
            await consumer.stop()
