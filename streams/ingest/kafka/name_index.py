"""The directory of names, read from its topic."""

from collections.abc import Callable
from typing import Any, Protocol

from aiokafka import TopicPartition

from schemas.kafka.member_names import MemberName
from schemas.kafka.topics import MEMBERS
from streams.ingest.kafka.topic_index import TopicIndex

REFRESH_INTERVAL_S = 1.0
PARTITION = TopicPartition(MEMBERS.name, 0)  # the topic has one partition


class NameIndex(Protocol):
    """Knows the names that Kafka has."""

    async def find(self, key: bytes) -> str | None:
        """Return the name of a member, empty if it was removed, None if there is none; raise Unavailable."""


class NameLookup:
    """The Kafka index."""

    def __init__(self, make_consumer: Callable[[], Any], deadline_s: float) -> None:
        """Open no consumer before the first lookup."""
        self._names: dict[bytes, str] = {}
        self._index = TopicIndex(
            PARTITION, make_consumer, deadline_s, lambda: REFRESH_INTERVAL_S, "names_unknown"
        )

    async def find(self, key: bytes) -> str | None:
        """Return the name as of the last refresh, which is at most a second old."""
        await self._index.refresh(lambda: False, self._take, self._names.clear)
        return self._names.get(key)

    def _take(self, record: Any) -> None:
        if record.value is not None:
            self._names[record.key] = MemberName.model_validate_json(record.value).name
