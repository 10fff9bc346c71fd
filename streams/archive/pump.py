"""The archiver's main loop: read a batch, insert it, then commit; ClickHouse may be unavailable indefinitely."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

import stamina
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
from streams.kafka import clients
from streams.kafka.lag import measure_forever

log = logging.getLogger(__name__)

MIN_BACKOFF_S, MAX_BACKOFF_S = 0.2, 10.0
CLICKHOUSE_UNAVAILABLE = (
    ClickHouseError,
    OSError,
    Unavailable,
)  # what either transport raises when ClickHouse is unavailable

Rows = list[NamedTuple]

# How a record of each topic becomes rows; cells, which have one topic per epoch, are handled separately.
ROW_BUILDERS: dict[str, Callable[[RecordPosition, bytes], Sequence[NamedTuple]]] = {
    CANDIDATE_EVENTS.name: event_rows,
    QUARANTINE.name: quarantine_rows,
    EPOCHS.name: epoch_rows,
    CONNECTION_HEALTH.name: health_rows,
    KPI_BREACHES.name: breach_rows,
    BREACH_ACTIONS.name: action_rows,
}
TOPIC_PATTERN = rf"^({'|'.join(ROW_BUILDERS)}|{KPI_CELLS.name}(-e[0-9]+)?)$"
METADATA_MAX_AGE_MS = 5_000  # how soon the topics of a new epoch are discovered
Result = TypeVar("Result")


class RowBatch:
    """Rows waiting for one insert. Only the newest row of a cell counts, so the batch drops older ones."""

    def __init__(self, retired: Collection[int] = ()) -> None:
        """Start empty; rows of `retired` epochs are skipped."""
        self._retired = retired
        self._cells: dict[tuple[str, int, bytes], Rows] = {}
        self._other_rows: dict[str, Rows] = {name: [] for name in ROW_BUILDERS}
        self.positions: dict[Any, int] = {}
        self.unreadable: list[tuple[RecordPosition, str]] = []

    def add(self, tp: Any, record: Any) -> None:
        """Add one record; an unreadable one is recorded and skipped, because the worker quarantines it."""
        source = RecordPosition(record.topic, record.partition, record.offset)
        self.positions[tp] = record.offset + 1
        try:
            reader = ROW_BUILDERS.get(record.topic)
            if reader is not None:
                self._other_rows[record.topic].extend(reader(source, record.value))
            elif epoch_of(record.topic) not in self._retired:
                rows = cell_rows(source, record.key, record.value)
                self._cells[record.topic, record.partition, record.key] = [*rows]
        except (Malformed, TypeError) as problem:
            self.unreadable.append((source, str(problem)))

    def rows(self) -> list[Rows]:
        """Return one list of rows per table."""
        cells = [row for rows in self._cells.values() for row in rows]
        return [rows for rows in (cells, *self._other_rows.values()) if rows]

    def retired_epochs(self) -> list[int]:
        """Return the epochs that this batch marks as retired."""
        rows = cast("list[EpochRow]", self._other_rows[EPOCHS.name])
        return [row.number for row in rows if row.state == "retired"]

    def oldest_received(self) -> datetime | None:
        """Return when the oldest delivery in the batch was received; None without any."""
        rows = cast("list[CandidateEvent]", self._other_rows[CANDIDATE_EVENTS.name])
        return min((row.recordedtime for row in rows), default=None)

    def __len__(self) -> int:
        """Return the approximate number of rows."""
        return len(self._cells) * 3 + sum(len(rows) for rows in self._other_rows.values())

    def token(self) -> str:
        """Return a token that identifies the batch by its end offsets."""
        return ";".join(
            sorted(f"{tp.topic}/{tp.partition}/{at}" for tp, at in self.positions.items())
        )


async def retry_forever(
    step: str, attempt: Callable[[], Coroutine[Any, Any, Result]], metrics: ArchiverMetrics
) -> Result:
    """Retry until it succeeds, with jitter and capped backoff; nothing is skipped."""

    def record(error: Exception) -> bool:
        if not isinstance(error, CLICKHOUSE_UNAVAILABLE):
            return False
        metrics.retries.labels(step).inc()
        log.warning("retried", extra={"what": step, "reason": str(error)[:200]})
        return True

    retry = stamina.AsyncRetryingCaller(
        attempts=None,
        timeout=None,
        wait_initial=MIN_BACKOFF_S,
        wait_max=MAX_BACKOFF_S,
        wait_jitter=MIN_BACKOFF_S,
    )
    return await retry(record, attempt)


async def start_consumer(settings: Settings) -> Any:
    """Start a consumer of all archived topics without auto-commit; raise Unavailable."""
    access = settings.kafka_access
    consumer = clients.async_consumer(
        access,
        group_id="hirelay-archiver",
        enable_auto_commit=False,
        isolation_level="read_committed",  # breaches are written in transactions
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=3_600_000,  # an hour without ClickHouse does not make the consumer dead
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
    )
    consumer.subscribe(pattern=TOPIC_PATTERN)
    await clients.start(consumer, access)
    return consumer


async def read_batch(consumer: Any, settings: Settings, retired: Collection[int]) -> RowBatch:
    """Read records until the batch is full or `archive_s` has passed since its first record."""
    batch = RowBatch(retired)
    deadline = None
    while len(batch) < settings.archive_rows:
        remaining = settings.archive_s if deadline is None else deadline - time.monotonic()
        if remaining <= 0:
            break
        polled = await consumer.getmany(
            timeout_ms=int(remaining * 1000), max_records=settings.archive_rows
        )
        for tp, records in polled.items():
            for record in records:
                batch.add(tp, record)
        if polled and deadline is None:
            deadline = time.monotonic() + settings.archive_s
        elif not polled and deadline is None:
            break
    return batch


async def pump(settings: Settings, writer: Writer, metrics: ArchiverMetrics) -> None:
    """Archive forever."""
    consumer = await retry_forever("kafka", lambda: start_consumer(settings), metrics)
    retired = await retry_forever(
        "retired", partial(asyncio.to_thread, writer.retired_epochs), metrics
    )
    progress = Progress(consumer)
    lag_task = asyncio.create_task(measure_forever(progress.read_offsets, metrics.show_lag))
    try:
        while True:
            batch = await read_batch(consumer, settings, retired)
            _report_unreadable(batch, metrics)
            await _insert(batch, writer, metrics)
            for epoch in batch.retired_epochs():
                await retry_forever(
                    "drop", partial(asyncio.to_thread, writer.drop_epoch, epoch), metrics
                )
                retired.add(epoch)
            progress.mark_archived(batch.positions)
            if batch.positions:
                await _commit(consumer, batch.positions)
    finally:
        lag_task.cancel()
        await consumer.stop()


def _report_unreadable(batch: RowBatch, metrics: ArchiverMetrics) -> None:
    for source, problem in batch.unreadable:
        metrics.unreadable.inc()
        place = "/".join(map(str, source))
        log.warning("record not archived", extra={"place": place, "reason": problem})


async def _insert(batch: RowBatch, writer: Writer, metrics: ArchiverMetrics) -> None:
    """Insert every row; a repeated insert of the same batch adds nothing."""
    token = batch.token()
    for rows in batch.rows():
        await retry_forever(
            "insert", partial(asyncio.to_thread, writer.write, rows, token), metrics
        )
        metrics.rows.labels(type(rows[0]).__name__).inc(len(rows))
    if (received := batch.oldest_received()) is not None:
        metrics.freshness.observe(max(0.0, time.time() - received.timestamp()))


async def _commit(consumer: Any, positions: dict[Any, int]) -> None:
    """Commit; a failure (broker unavailable, partitions moved) only means that rows are inserted again."""
    try:
        await consumer.commit(positions)
    except KafkaError as error:
        log.warning("commit failed", extra={"reason": str(error)[:200]})
