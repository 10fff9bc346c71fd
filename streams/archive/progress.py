"""Up to where topics are archived, beside where they end."""

from collections.abc import Mapping
from typing import Any

from schemas.kafka.lag import Offsets
from schemas.kafka.topics import KPI_BREACHES

# Of breaches, which are written in transactions, the last offset is a marker that nobody ever reads: they look behind for ever.
UNMEASURED = (KPI_BREACHES.name,)


class Progress:
    """Knows what this process has archived; of partitions it has archived nothing of yet, what its group had committed."""

    def __init__(self, consumer: Any) -> None:
        """Nothing archived yet."""
        self._consumer = consumer
        self._done: dict[tuple[str, int], int] = {}

    def archived(self, positions: Mapping[Any, int]) -> None:
        """Take the next offsets after an insert."""
        self._done.update({(part.topic, part.partition): at for part, at in positions.items()})

    async def look(self) -> tuple[Offsets, Offsets]:
        """Where the assigned partitions end, and up to where they are done; raise KafkaError."""
        parts = [each for each in self._consumer.assignment() if each.topic not in UNMEASURED]
        held = {(each.topic, each.partition) for each in parts}
        self._done = {part: at for part, at in self._done.items() if part in held}
        for each in parts:
            if (each.topic, each.partition) not in self._done:
                self._done[each.topic, each.partition] = await self._before(each)
        ends = await self._consumer.end_offsets(parts) if parts else {}
        return {(each.topic, each.partition): at for each, at in ends.items()}, self._done

    async def _before(self, part: Any) -> int:
        committed: int | None = await self._consumer.committed(part)
        if committed is not None:
            return committed
        return int((await self._consumer.beginning_offsets([part]))[part])
