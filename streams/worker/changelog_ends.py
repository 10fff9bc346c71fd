"""Notices rows that another worker wrote to a changelog of this one, also while nothing is written here."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Unavailable
from streams.kafka import clients
from streams.worker.store import LocalTable, LostPartition

WATCH_S = 30.0  # how soon they are noticed; compaction leaves them alone for far longer

log = logging.getLogger(__name__)


class ChangelogEnds:
    """Asks for the ends of all changelogs of the open partitions in one request, over a connection that stays open."""

    def __init__(self, tables: Iterable[LocalTable]) -> None:
        """Connect at the first `read`; all tables of a worker are in one Kafka."""
        self._tables = tuple(tables)
        self._reader: Any = None

    async def read(self) -> dict[TopicPartition, int]:
        """Return the offset of the next row of each changelog; raise Unavailable."""
        tps = [
            TopicPartition(table.topic, number)
            for table in self._tables
            for number in table.store.partitions
        ]
        try:
            return await self._ask(tps) if tps else {}
        except KafkaError as error:
            await self.close()
            raise Unavailable("kafka", str(error)[:200]) from error

    async def _ask(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self._reader is None:
            access = self._tables[0].access
            reader = clients.async_consumer(access, enable_auto_commit=False)
            await clients.start(reader, access)
            self._reader = reader
        ends: dict[TopicPartition, int] = await self._reader.end_offsets(tps)
        return ends

    def check(self, ends: Mapping[TopicPartition, int]) -> None:
        """Raise LostPartition when a changelog of an open partition had rows behind those that are stored here.

        What this worker has written since `ends` were read does no harm, but what it writes now does: the rows of a flush
        are in Kafka first.
        """
        for table in self._tables:
            for number, rows in table.store.partitions.items():
                end = ends.get(TopicPartition(table.topic, number), 0)
                if end - 1 > rows.offset:
                    msg = f"{table.topic}/{number} ends at {end}, not at {rows.offset + 1}: another worker writes there too"
                    raise LostPartition(msg)

    async def close(self) -> None:
        """Disconnect; the next `read` connects again."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.stop()
