"""The archiver's main loop: read a batch, insert it, record its positions; ClickHouse may be unavailable indefinitely."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import stamina
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Unavailable
from schemas.kafka.topics import KPI_CELLS
from sinks.clickhouse.archive_ledger import ArchiveLedger
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.positions import ArchivePositions, DatabaseReplaced, SettleAgain
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
# What ClickHouse answers when a table, the database or a file of it is gone; waiting brings none of them back.
LOST_CODES = frozenset({60, 81, 107})

TOPIC_PATTERN = rf"^({'|'.join(ROW_BUILDERS)}|{KPI_CELLS.name}(-e[0-9]+)?)$"
METADATA_MAX_AGE_MS = 5_000  # how soon the topics of a new epoch are discovered
Polled = Mapping[Any, Sequence[Any]]  # records by topic and partition
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


async def call_clickhouse(
    metrics: ArchiverMetrics, step: str, function: Callable[..., Result], *arguments: Any
) -> Result:
    """Call a blocking function until ClickHouse has answered; raise DatabaseReplaced when its tables are gone."""

    async def attempt() -> Result:
        try:
            return await asyncio.to_thread(function, *arguments)
        except ClickHouseError as error:
            if error.code in LOST_CODES:
                raise DatabaseReplaced("clickhouse was lost", str(error)[:200]) from error
            raise

    return await retry_forever(step, attempt, metrics)


async def start_consumer(settings: Settings) -> Any:
    """Start a consumer without subscription or auto-commit; raise Unavailable."""
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
    await clients.start(consumer, access)
    return consumer


async def read_batch(
    consumer: Any, settings: Settings, positions: ArchivePositions, retired: Collection[int]
) -> RowBatch:
    """Read records until the batch is full or `archive_s` has passed since its first record.

    Records of a partition that is not settled are dropped; the consumer reads them again once it is. Cells come in whole
    flushes: what has no end yet waits for it, and no position includes it.
    """
    batch = RowBatch(retired)
    deadline = None
    while len(batch) < settings.archive_rows:
        remaining = settings.archive_s if deadline is None else deadline - time.monotonic()
        if remaining <= 0:
            break
        polled = await consumer.getmany(
            timeout_ms=int(remaining * 1000), max_records=settings.archive_rows
        )
        _add_whole(batch, polled, positions)
        if polled and deadline is None:
            deadline = time.monotonic() + settings.archive_s
        elif not polled and deadline is None:
            break
    return batch


def _add_whole(batch: RowBatch, polled: Polled, positions: ArchivePositions) -> None:
    for tp, records in polled.items():
        for record in records if positions.is_settled(tp) else ():
            for whole in positions.flushes.release(record):
                batch.add(tp, whole)


async def pump(
    settings: Settings, writer: Writer, ledger: ArchiveLedger, metrics: ArchiverMetrics
) -> None:
    """Archive forever; raise DatabaseReplaced or KafkaBehind when ClickHouse and Kafka no longer belong together."""
    consumer = await retry_forever("kafka", lambda: start_consumer(settings), metrics)
    positions = ArchivePositions(consumer, ledger, partial(call_clickhouse, metrics, "positions"))
    lag_task = asyncio.create_task(measure_forever(positions.read_offsets, metrics.show_lag))
    try:
        await positions.open()
        consumer.subscribe(pattern=TOPIC_PATTERN, listener=SettleAgain(positions))
        retired = await call_clickhouse(metrics, "retired", writer.retired_epochs)
        while True:
            await positions.settle()
            batch = await read_batch(consumer, settings, positions, retired)
            await _archive(batch, writer, retired, metrics)
            await positions.advance(batch.positions)
            if batch.positions:
                await _commit(consumer, batch.positions)
    finally:
        lag_task.cancel()
        await consumer.stop()


async def _archive(
    batch: RowBatch, writer: Writer, retired: set[int], metrics: ArchiverMetrics
) -> None:
    _report_unreadable(batch, metrics)
    await _insert(batch, writer, metrics)
    if batch.removes_names():
        await call_clickhouse(metrics, "names", writer.forget_names)
    for epoch in batch.retired_epochs():
        await call_clickhouse(metrics, "drop", writer.drop_epoch, epoch)
        retired.add(epoch)


def _report_unreadable(batch: RowBatch, metrics: ArchiverMetrics) -> None:
    for source, problem in batch.unreadable:
        metrics.unreadable.inc()
        place = "/".join(map(str, source))
        log.warning("record not archived", extra={"place": place, "reason": problem})


async def _insert(batch: RowBatch, writer: Writer, metrics: ArchiverMetrics) -> None:
    """Insert every row; a repeated insert of the same batch adds nothing."""
    token = batch.token()
    for rows in batch.rows():
        await call_clickhouse(metrics, "insert", writer.write, rows, token)
        metrics.rows.labels(type(rows[0]).__name__).inc(len(rows))
    if (received := batch.oldest_received()) is not None:
        metrics.freshness.observe(max(0.0, time.time() - received.timestamp()))


async def _commit(consumer: Any, positions: dict[Any, int]) -> None:
    """Commit; a failure (broker unavailable, partitions moved) only means that rows are inserted again."""
    try:
        await consumer.commit(positions)
    except KafkaError as error:
        log.warning("commit failed", extra={"reason": str(error)[:200]})
