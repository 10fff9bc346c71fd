"""Readers of whole topics from their beginning: committed records only, without a group."""

from collections.abc import AsyncIterator
from typing import Any

from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients


async def start_consumer(access: KafkaAccess, *topics: str) -> Any:
    """A started consumer of whole topics from the beginning, without a group, of committed records; raise Unavailable."""
    consumer = clients.async_consumer(
        access,
        *topics,
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
        fetch_max_wait_ms=250,
    )
    await clients.start(consumer, access)
    return consumer


async def read_to_end(consumer: Any) -> AsyncIterator[Any]:
    """Every record that exists at the time of the call, and possibly some later ones."""
    ends = await consumer.end_offsets(consumer.assignment())
    while any([await consumer.position(part) < end for part, end in ends.items()]):
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                yield record


def last_poll_time(consumer: Any) -> float:
    """When every partition last answered a poll, in seconds since 1970, with or without records; 0 before the first."""
    return min(consumer.last_poll_timestamp(part) or 0 for part in consumer.assignment()) / 1000
