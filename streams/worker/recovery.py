"""Bulk recovery: read changelogs at broker speed before Faust's own recovery, which then has nothing to do."""

from collections import Counter
from typing import Any

from aiokafka import TopicPartition
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from streams.kafka import clients
from streams.worker.store import LocalTable, Partition

POLL_MS = 2_000


class BulkRecovery(Recovery):
    """Also closes a race: Faust resumes fetching before it has sought the committed offsets, so the flow is stopped
    first; the superclass restarts it after the seek.
    """

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """Stop the flow, then complete."""
        self.app.consumer.stop_flow()
        await super().on_recovery_completed(generation_id)

    async def _resume_streams(self, generation_id: int = 0) -> None:
        self.app.consumer.stop_flow()
        await super()._resume_streams(generation_id)

    async def _build_offsets(
        self,
        consumer: Any,
        tps: set[TP],
        destination: Counter[TP],
        title: str,
    ) -> None:
        if title != "active":
            await super()._build_offsets(consumer, tps, destination, title)
            return
        for table in self.tables.values():
            topic = table.changelog_topic.get_topic_name()
            owned = {tp.partition for tp in tps if tp.topic == topic}
            table.store.open(table.directory, owned)
            ends = await read_changelog(table, topic, owned)
            for number, end in ends.items():
                destination[TP(topic, number)] = end - 1


async def read_changelog(table: LocalTable, topic: str, owned: set[int]) -> dict[int, int]:
    """Bring the local rows of every owned partition up to the end of the changelog; return the end offsets."""
    reader = clients.async_consumer(
        table.access,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 * 1024 * 1024,
        fetch_max_bytes=64 * 1024 * 1024,
    )
    await clients.start(reader, table.access)
    try:
        tps = [TopicPartition(topic, number) for number in sorted(owned)]
        reader.assign(tps)
        ends = await reader.end_offsets(tps) if tps else {}
        for tp in tps:
            await _catch_up(reader, tp, ends[tp], table)
        return {tp.partition: end for tp, end in ends.items()}
    finally:
        await reader.stop()


async def _catch_up(reader: Any, tp: TopicPartition, end: int, table: LocalTable) -> None:
    partition = table.store.partitions[tp.partition]
    first_offset = (await reader.beginning_offsets([tp]))[tp]
    if partition.offset >= end:
        msg = f"{tp.topic}/{tp.partition}: local rows are ahead of the changelog; remove {table.directory}"
        raise RuntimeError(msg)
    reader.seek(tp, max(partition.offset + 1, first_offset))
    other_partitions = reader.assignment() - {tp}
    reader.pause(*other_partitions)
    newest: dict[bytes, bytes] = {}
    while await reader.position(tp) < end:
        for messages in (await reader.getmany(tp, timeout_ms=POLL_MS)).values():
            for message in messages:
                _keep_newer(newest, message.key, message.value, table)
    reader.resume(*other_partitions)
    _merge(partition, newest, end - 1, table)


def _keep_newer(
    rows: dict[bytes, bytes], key: bytes, value: bytes | None, table: LocalTable
) -> None:
    if value is None:
        return
    current = rows.get(key)
    if current is None or table.version(value) >= table.version(current):
        rows[key] = value


def _merge(partition: Partition, rows: dict[bytes, bytes], offset: int, table: LocalTable) -> None:
    if offset < 0 or offset == partition.offset:
        return
    if partition.offset >= 0:
        for key in list(rows):
            stored = partition.get(key)
            if stored is not None and table.version(stored) > table.version(rows[key]):
                del rows[key]
    partition.write(rows.items(), offset, table.index_keys(rows.items()))
    partition.persist()


class BulkTableManager(TableManager):
    """Faust's table manager with `BulkRecovery`."""

    @property
    def recovery(self) -> Recovery:
        """The single recovery service, created on first access, as in the superclass."""
        if self._recovery is None:
            self._recovery: Recovery | None = BulkRecovery(
                self.app, self, beacon=self.beacon, loop=self.loop
            )
        return self._recovery
