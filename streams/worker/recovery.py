"""Bulk recovery: read changelogs at broker speed before Faust's own recovery, which then has nothing to do."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from streams.kafka import clients
from streams.worker.changelog import ChangelogProducer
from streams.worker.store import LocalTable, check_follows

log = logging.getLogger(__name__)

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
            owned = {tp.partition for tp in tps if tp.topic == table.topic}
            table.store.open(table.directory, owned)
            await read_changelog(table)
            for number, partition in table.store.partitions.items():
                destination[TP(table.topic, number)] = partition.offset


class NewestRows:
    """The newest row of each key in a stretch of a changelog, by version.

    `overtaken` are the keys whose last row in the changelog is not the newest: a worker that was frozen wrote it after it
    had lost the partition. Compaction keeps the last row, so the owner must write the newest again.
    """

    def __init__(self, version: Callable[[bytes], int]) -> None:
        """Start without rows."""
        self._version = version
        self.rows: dict[bytes, bytes] = {}
        self.overtaken: set[bytes] = set()

    def add(self, key: bytes, value: bytes) -> None:
        """Add the next record of the changelog."""
        current = self.rows.get(key)
        if current is None or self._version(value) >= self._version(current):
            self.rows[key] = value
            self.overtaken.discard(key)
        else:
            self.overtaken.add(key)

    def drop_older_than(self, stored_row: Callable[[bytes], bytes | None]) -> None:
        """Drop rows of which the local store has a newer one."""
        for key in list(self.rows):
            stored = stored_row(key)
            if stored is not None and self._version(stored) > self._version(self.rows[key]):
                del self.rows[key]
                self.overtaken.add(key)


async def read_changelog(table: LocalTable) -> None:
    """Bring the local rows of every open partition up to the end of its changelog."""
    reader = clients.async_consumer(
        table.access,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 * 1024 * 1024,
        fetch_max_bytes=64 * 1024 * 1024,
    )
    try:
        await clients.start(reader, table.access)
        tps = [TopicPartition(table.topic, number) for number in sorted(table.store.partitions)]
        reader.assign(tps)
        ends = await reader.end_offsets(tps) if tps else {}
        for tp in tps:
            await _catch_up(reader, tp, ends[tp], table)
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
    newest = NewestRows(table.version)
    while await reader.position(tp) < end:
        for messages in (await reader.getmany(tp, timeout_ms=POLL_MS)).values():
            table.restored_rows += len(messages)
            for message in messages:
                if message.value is not None:
                    newest.add(message.key, message.value)
    reader.resume(*other_partitions)
    if end > 0 and end - 1 != partition.offset:
        await _bring_up_to_date(tp, newest, end - 1, table)


async def _bring_up_to_date(
    tp: TopicPartition, newest: NewestRows, offset: int, table: LocalTable
) -> None:
    """Store the newest rows of the changelog up to `offset`, and make them the last ones there.

    The store follows the changelog: with the offset in it, a restart after a crash would no longer see which rows are
    still overtaken.
    """
    partition = table.store.partitions[tp.partition]
    if partition.offset >= 0:
        newest.drop_older_than(partition.get)
    if newest.overtaken:
        offset = await _write_again(tp, newest, offset, table)
    rows = newest.rows.items()
    partition.write(rows, offset, table.index_keys(rows))
    partition.persist()


async def _write_again(
    tp: TopicPartition, newest: NewestRows, offset: int, table: LocalTable
) -> int:
    """Append the newest row of every overtaken key; return the offset of the last one.

    Raise LostPartition when they do not follow `offset`.
    """
    stored_row = table.store.partitions[tp.partition].get
    rows = [
        (key, value)
        for key in sorted(newest.overtaken)
        if (value := newest.rows.get(key) or stored_row(key)) is not None
    ]
    log.warning(
        "stale rows replaced", extra={"place": f"{tp.topic}/{tp.partition}", "rows": len(rows)}
    )
    producer = ChangelogProducer(table.access)
    try:
        await producer.start()
        last = await producer.write(table.topic, tp.partition, rows)
    finally:
        await producer.stop()
    check_follows(rows, offset, last)
    return last


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
