"""An index of the existing breaches, read from the topic on demand.

A breach is never removed, so a cached key needs no further lookup. Only an unknown id triggers a refresh, which reads
what was written since the last one (the first reads the whole compacted topic). A background consumer would answer
faster, but every gateway would keep a consumer open for requests that few people make a day. Refreshes are at least
`REFRESH_INTERVAL_S` apart, so invalid ids cannot keep Kafka busy; actions on a new breach are delayed by that at most.
"""

from collections.abc import Callable
from typing import Any, Protocol

from aiokafka import TopicPartition

from schemas.kafka.topics import KPI_BREACHES
from streams.configuration.kafka_access import KafkaAccess
from streams.ingest.kafka.topic_index import TopicIndex
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
        self._keys: set[bytes] = set()
        self._index = TopicIndex(
            PARTITION, make_consumer, deadline_s, lambda: REFRESH_INTERVAL_S, "breaches_unknown"
        )

    async def has(self, tenant: str, breach: str) -> bool:
        """Return whether the breach exists; at once if it is cached."""
        key = f"{tenant}/{breach}".encode()
        if key not in self._keys:
            await self._index.refresh(
                lambda: key in self._keys,
                lambda record: self._keys.add(record.key),
                self._keys.clear,
            )
        return key in self._keys


def make_consumer(access: KafkaAccess) -> Any:
    """Return an unstarted consumer without a group; must be called in the running event loop."""
    return clients.async_consumer(
        access,
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # breaches are written in transactions
        fetch_max_wait_ms=100,
    )
