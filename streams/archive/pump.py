"""The loop of the archiver: read a batch, insert it, and only then commit; ClickHouse may be away for ever."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import (
    BREACH_ACTIONS,
    CANDIDATE_EVENTS,
    CONNECTION_HEALTH,
    EPOCHS,
    KPI_BREACHES,
    KPI_CELLS,
    QUARANTINE,
    epoch_of,
)
from sinks.clickhouse.rows import CandidateEvent, EpochRow
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.progress import Progress
from streams.archive.rows import (
    RecordPosition,
    action_rows,
    breach_rows,
    cell_rows,
    epoch_rows,
    event_rows,
    health_rows,
    quarantine_rows,
)
from streams.configuration.settings import Settings
from streams.kafka.lag import measured

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 10.0
AWAY = (
    ClickHouseError,
    OSError,
    Unavailable,
)  # what a ClickHouse that is away raises, by whichever transport

Rows = list[NamedTuple]

# How a record of each topic becomes rows; cells, of whatever epoch, are apart.
READERS: dict[str, Callable[[RecordPosition, bytes], Sequence[NamedTuple]]] = {
    CANDIDATE_EVENTS.name: event_rows,
    QUARANTINE.name: quarantine_rows,
    EPOCHS.name: epoch_rows,
    CONNECTION_HEALTH.name: health_rows,
    KPI_BREACHES.name: breach_rows,
    BREACH_ACTIONS.name: action_rows,
}
ARCHIVED = rf"^({'|'.join(READERS)}|{KPI_CELLS.name}(-e[0-9]+)?)$"
NEW_TOPICS_MS = 5_000  # how soon the topics of a new epoch are noticed
Result = TypeVar("Result")


class RowBatch:
    """Rows waiting for one insert. Of a cell only the newest row counts, so older ones in the batch are dropped."""

    def __init__(self, retired: Collection[int] = ()) -> None:
        """Empty; rows of `retired` epochs are passed over."""
        self._retired = retired
        self._cells: dict[tuple[str, int, bytes], Rows] = {}
        self._others: dict[str, Rows] = {name: [] for name in READERS}
        self.positions: dict[Any, int] = {}
        self.unreadable: list[tuple[RecordPosition, str]] = []

    def add(self, part: Any, record: Any) -> None:
        """Take one record; one that cannot be read is remembered and passed over, the worker sets it aside."""
        source = RecordPosition(record.topic, record.partition, record.offset)
        self.positions[part] = record.offset + 1
        try:
            reader = READERS.get(record.topic)
            if reader is not None:
                self._others[record.topic].extend(reader(source, record.value))
            elif epoch_of(record.topic) not in self._retired:
                rows = cell_rows(source, record.key, record.value)
                self._cells[record.topic, record.partition, record.key] = [*rows]
        except (Malformed, TypeError) as problem:
            self.unreadable.append((source, str(problem)))

    def rows(self) -> list[Rows]:
        """One list a table."""
        cells = [row for rows in self._cells.values() for row in rows]
        return [rows for rows in (cells, *self._others.values()) if rows]

    def retiring(self) -> list[int]:
        """Epochs that the batch says are retired."""
        rows = cast("list[EpochRow]", self._others[EPOCHS.name])
        return [row.number for row in rows if row.state == "retired"]

    def heard(self) -> datetime | None:
        """When the oldest delivery in it was received; None without any."""
        rows = cast("list[CandidateEvent]", self._others[CANDIDATE_EVENTS.name])
        return min((row.recordedtime for row in rows), default=None)

    def __len__(self) -> int:
        """Rows so far, about."""
        return len(self._cells) * 3 + sum(len(rows) for rows in self._others.values())

    def token(self) -> str:
        """Names the batch by the offsets it ends at."""
        return ";".join(
            sorted(f"{part.topic}/{part.partition}/{at}" for part, at in self.positions.items())
        )


async def for_ever(
    what: str, attempt: Callable[[], Coroutine[Any, Any, Result]], metrics: ArchiverMetrics
) -> Result:
    """Try until it works, with full jitter and a capped pause; nothing is skipped."""
    pause = 0.2
    while True:
        try:
            return await attempt()
        except AWAY as error:
            metrics.retries.labels(what).inc()
            log.warning("retried", extra={"what": what, "reason": str(error)[:200]})
        await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - jitter, no secret
        pause = min(LONGEST_WAIT_S, pause * 2)


async def consumer_of(settings: Settings) -> Any:
    """A consumer of all archived topics that commits only when told to."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id="hirelay-archiver",
        enable_auto_commit=False,
        isolation_level="read_committed",  # breaches are written in transactions
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=3_600_000,  # a ClickHouse that is away for an hour is no dead consumer
        metadata_max_age_ms=NEW_TOPICS_MS,
    )
    consumer.subscribe(pattern=ARCHIVED)
    try:
        await consumer.start()
    except KafkaError as error:
        await consumer.stop()
        raise Unavailable("kafka", str(error)[:200]) from error
    return consumer


async def collect(consumer: Any, settings: Settings, retired: Collection[int]) -> RowBatch:
    """Records until the batch is full or `archive_s` has passed since its first one."""
    batch = RowBatch(retired)
    deadline = None
    while len(batch) < settings.archive_rows:
        left = settings.archive_s if deadline is None else deadline - time.monotonic()
        if left <= 0:
            break
        found = await consumer.getmany(
            timeout_ms=int(left * 1000), max_records=settings.archive_rows
        )
        for part, records in found.items():
            for record in records:
                batch.add(part, record)
        if found and deadline is None:
            deadline = time.monotonic() + settings.archive_s
        elif not found and deadline is None:
            break
    return batch


async def pump(settings: Settings, writer: Writer, metrics: ArchiverMetrics) -> None:
    """Archive for ever."""
    consumer = await for_ever("kafka", lambda: consumer_of(settings), metrics)
    retired = await for_ever("retired", partial(asyncio.to_thread, writer.retired), metrics)
    progress = Progress(consumer)
    measuring = asyncio.create_task(measured(progress.look, metrics.behind))
    try:
        while True:
            batch = await collect(consumer, settings, retired)
            for source, problem in batch.unreadable:
                metrics.unreadable.inc()
                log.warning(
                    "record not archived",
                    extra={"place": "/".join(map(str, source)), "reason": problem},
                )
            token = batch.token()
            for rows in batch.rows():
                await for_ever(
                    "insert",
                    partial(asyncio.to_thread, writer.write, rows, token),
                    metrics,
                )
                metrics.rows.labels(type(rows[0]).__name__).inc(len(rows))
            if (heard := batch.heard()) is not None:
                metrics.freshness.observe(max(0.0, time.time() - heard.timestamp()))
            for epoch in batch.retiring():
                await for_ever("drop", partial(asyncio.to_thread, writer.drop, epoch), metrics)
                retired.add(epoch)
            progress.archived(batch.positions)
            if batch.positions:
                await _commit(consumer, batch.positions)
    finally:
        measuring.cancel()
        await consumer.stop()


async def _commit(consumer: Any, positions: dict[Any, int]) -> None:
    """A commit that fails (the broker is away, the partitions moved) only means that rows are inserted again."""
    try:
        await consumer.commit(positions)
    except KafkaError as error:
        log.warning("commit failed", extra={"reason": str(error)[:200]})
