"""A transactional writer: the only one with its id, because a later one fences it."""

from collections.abc import Iterable, Mapping
from typing import Any

from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

TIMEOUT_MS = 15_000  # after which the broker aborts the transaction of a process that died


class TransactionalWriter:
    """A process that was replaced, frozen or cut off is fenced and can no longer write."""

    def __init__(self, access: KafkaAccess, transactional_id: str) -> None:
        """Open no connection before `start`."""
        self._access, self._id = access, transactional_id
        self._producer: Any = None

    async def start(self) -> None:
        """Become the only writer: whatever is read after this is everything ever written. Raises Unavailable."""
        self._producer = clients.async_producer(
            self._access,
            transactional_id=self._id,
            transaction_timeout_ms=TIMEOUT_MS,
            linger_ms=0,
            max_request_size=clients.MAX_REQUEST_BYTES,
        )
        await clients.start(self._producer, self._access)

    async def write(
        self,
        topic: str,
        records: Iterable[tuple[bytes, bytes]],
        positions: Mapping[Any, int] | None = None,
        group: str = "",
    ) -> None:
        """Write all keys and values, and the positions of a group behind them, or nothing; any failure raises."""
        async with self._producer.transaction():
            for key, value in records:
                await self._producer.send(topic, key=key, value=value)
            if positions:
                await self._producer.send_offsets_to_transaction(dict(positions), group)

    async def partitions(self, topic: str) -> set[int]:
        """The numbers of a topic's partitions; empty if it does not exist."""
        return set(await self._producer.partitions_for(topic) or ())

    async def stop(self) -> None:
        """Close the connection."""
        if self._producer is not None:
            await self._producer.stop()
