"""Archived offsets of topics, compared with their end offsets."""

from collections.abc import Mapping
from typing import Any

from schemas.kafka.lag import Offsets
from schemas.kafka.topics import KPI_BREACHES

# Breaches are written in transactions: the last offset is a marker that no consumer reads, so lag would never be 0.
UNMEASURED_TOPICS = (KPI_BREACHES.name,)


class Progress:
    """Tracks what this process has archived; for partitions it has not archived yet, the group's committed offset."""

    def __init__(self, consumer: Any) -> None:
        """Start with nothing archived."""
        self._consumer = consumer
        self._archived_offsets: dict[tuple[str, int], int] = {}

    def mark_archived(self, positions: Mapping[Any, int]) -> None:
        """Record the next offsets after an insert."""
        self._archived_offsets.update(
            {(tp.topic, tp.partition): at for tp, at in positions.items()}
        )

    async def read_offsets(self) -> tuple[Offsets, Offsets]:
        """Return end offsets and archived offsets of the assigned partitions; raise KafkaError."""
        partitions = [tp for tp in self._consumer.assignment() if tp.topic not in UNMEASURED_TOPICS]
        assigned = {(tp.topic, tp.partition) for tp in partitions}
        self._archived_offsets = {
            tp: at for tp, at in self._archived_offsets.items() if tp in assigned
        }
        for tp in partitions:
            if (tp.topic, tp.partition) not in self._archived_offsets:
                self._archived_offsets[tp.topic, tp.partition] = await self._initial_offset(tp)
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        return {(tp.topic, tp.partition): at for tp, at in ends.items()}, self._archived_offsets

    async def _initial_offset(self, tp: Any) -> int:
        committed: int | None = await self._consumer.committed(tp)
        if committed is not None:
            return committed
        return int((await self._consumer.beginning_offsets([tp]))[tp])
