"""The archiver's main loop: read a batch, insert it, then commit; ClickHouse may be unavailable indefinitely."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Any, TypeVar

import stamina
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Unavailable
from schemas.kafka.topics import KPI_CELLS
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.progress import Progress
from streams.archive.row_batch import ROW_BUILDERS, RowBatch
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

TOPIC_PATTERN = rf"^({'|'.join(ROW_BUILDERS)}|{KPI_CELLS.name}(-e[0-9]+)?)$"
METADATA_MAX_AGE_MS = 5_000  # how soon the topics of a new epoch are discovered
Result = TypeVar("Result")


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
