"""An archiver batch contains the newest row of each cell and no rows of retired epochs."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas.cells import Cell, CellKey, encode_cell, encode_key
from schemas.errors import Unavailable
from schemas.kafka.epochs import REPLAY_KEY, Epoch
from schemas.kafka.topics import EPOCHS, KPI_CELLS
from schemas.tenants.mapping_snapshot import MappingSnapshot
from sinks.clickhouse.rows import CellFlush, KpiCell
from sinks.clickhouse.writer import Writer
from sinks.metrics import ArchiverMetrics
from streams.archive.positions import DatabaseReplaced
from streams.archive.pump import MAX_BACKOFF_S, call_clickhouse, retry_forever
from streams.archive.row_batch import RowBatch

DAY = date(2026, 4, 1)


class Record(NamedTuple):
    """A record as the consumer returns it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    timestamp: int = 0


def record(epoch: int, offset: int, hired: int) -> Record:
    """Create a record of a cell of an epoch."""
    key = encode_key(CellKey("acme", "total", "all", 20_000, "decision"))
    topic = KPI_CELLS.in_epoch(epoch).name
    return Record(topic, 0, offset, key, encode_cell(Cell(o=offset, m={"hired": hired})))


def values(batch: RowBatch) -> list[Any]:
    """Return (epoch, value) of every cell row."""
    return [
        (row.epoch, row.value) for rows in batch.rows() for row in rows if isinstance(row, KpiCell)
    ]


def test_the_newest_row_of_each_epoch_wins() -> None:
    """Older rows of the same cell are not inserted."""
    batch = RowBatch()
    for cell_record in (record(0, 1, 5), record(1, 1, 7), record(0, 2, 6)):
        batch.add((cell_record.topic, 0), cell_record)

    assert values(batch) == [(0, 6), (1, 7)]


def test_an_older_version_appended_later_changes_nothing() -> None:
    """Of two rows of one batch the higher version stands, also when a frozen worker appended the lower one after it."""
    batch = RowBatch()
    for offset, version, hired in ((1, 9, 5), (2, 4, 3)):
        stale = record(0, offset, hired)._replace(
            value=encode_cell(Cell(o=version, m={"hired": hired}))
        )
        batch.add((stale.topic, 0), stale)

    assert values(batch) == [(0, 5)]
    assert [*batch.positions.values()] == [3]


def test_numbers_are_as_of_the_last_record_of_each_partition() -> None:
    """Its instant follows the cells, so that the numbers include at least what was written until then."""
    batch = RowBatch()
    for offset, written in ((1, 1_000), (2, 61_000)):
        batch.add((KPI_CELLS.name, 0), record(0, offset, 5)._replace(timestamp=written))
    cells, flushes = batch.rows()

    assert [type(row) for row in cells] == [KpiCell]
    assert flushes == [CellFlush(0, 0, datetime(1970, 1, 1, 0, 1, 1, tzinfo=UTC), 2)]


def test_a_retired_epoch_is_skipped() -> None:
    """Rows of a retired epoch are skipped while its topic still exists."""
    batch = RowBatch(retired={1})
    for cell_record in (record(0, 1, 5), record(1, 1, 7)):
        batch.add((cell_record.topic, 0), cell_record)

    assert values(batch) == [(0, 5)]
    assert len(batch.positions) == 2


def test_a_batch_lists_its_retired_epochs() -> None:
    """A batch lists its retired epochs, so that their rows are dropped after it is written."""
    batch = RowBatch()
    now = datetime(2026, 4, 1, tzinfo=UTC)
    for offset, state in enumerate(("live", "retired")):
        epoch = Epoch(number=4, state=state, facts=2, meaning=MappingSnapshot(), changed=now)
        value = epoch.model_dump_json().encode()
        batch.add("p", Record(EPOCHS.name, 0, offset, b"4", value))

    assert batch.retired_epochs() == [4]


def test_a_claim_of_a_replay_is_no_epoch() -> None:
    """Claims are in the topic of epochs, and nothing of them is archived or unreadable."""
    batch = RowBatch()
    batch.add("p", Record(EPOCHS.name, 0, 5, REPLAY_KEY, b"{}"))

    assert (batch.rows(), batch.unreadable, batch.positions) == ([], [], {"p": 6})


def failing(times: int) -> Callable[[], Coroutine[Any, Any, str]]:
    """A step that fails that often because ClickHouse is unavailable."""
    remaining = iter(range(times))

    async def attempt() -> str:
        if next(remaining, None) is not None:
            raise Unavailable("clickhouse", "away")
        return "inserted"

    return attempt


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    seconds: list[float] = []
    wait = asyncio.sleep

    async def skip(delay: float) -> None:
        seconds.append(delay)
        await wait(0)

    monkeypatch.setattr(asyncio, "sleep", skip)
    return seconds


async def test_a_step_is_retried_as_long_as_it_takes(pauses: list[float]) -> None:
    """After 2 000 failures, hours of them, the step still succeeds; pauses are capped and every retry is counted."""
    metrics = ArchiverMetrics()

    assert await retry_forever("insert", failing(2_000), metrics) == "inserted"
    assert metrics.retries.labels("insert")._value.get() == len(pauses) == 2_000
    assert pauses[0] < 0.5
    assert max(pauses) == pauses[-1] == MAX_BACKOFF_S


async def test_an_answer_lost_after_every_insert_changes_nothing(
    client: Any, pauses: list[float], record_property: Callable[[str, object], None]
) -> None:
    """The engine has stored a batch, its answer is lost, and the batch is inserted again: each value stands once."""
    writer, metrics, lost = Writer(client), ArchiverMetrics(), set[str]()

    def insert(rows: list[KpiCell], token: str) -> None:
        writer.write(rows, token if token in lost else f"{token}, first")  # nothing is recognised
        if token not in lost:
            lost.add(token)
            raise ConnectionResetError

    for version in range(20):
        rows = [
            KpiCell(
                0, "lost", "channel", f"ch-{n}", DAY, "decision", "hired", 0, version + n, version
            )
            for n in range(5)
        ]
        await call_clickhouse(metrics, "insert", insert, rows, f"lost-{version}")
    cells = client.query("select member, value from v_cells where tenant = 'lost'").result_rows
    record_property("seen", f"{len(lost)} answers lost, {len(cells)} cells equal")

    assert len(pauses) == len(lost) == 20
    assert dict(cells) == {f"ch-{n}": 19 + n for n in range(5)}


async def test_an_error_of_our_own_is_not_retried(pauses: list[float]) -> None:
    """An error that says nothing about ClickHouse ends the archiver at once."""

    async def broken() -> None:
        raise KeyError("tenant")

    with pytest.raises(KeyError):
        await retry_forever("insert", broken, ArchiverMetrics())
    assert pauses == []


async def test_a_shutdown_ends_the_waiting() -> None:
    """A cancelled archiver stops while it waits for the next attempt."""
    failed = asyncio.Event()

    async def fail() -> None:
        failed.set()
        raise Unavailable("clickhouse", "away")

    task = asyncio.create_task(retry_forever("insert", fail, ArchiverMetrics()))
    await failed.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_table_that_is_gone_is_not_waited_for() -> None:
    """A table that is missing never comes back by itself, so the archiver starts again and creates it."""

    def insert() -> None:
        raise DatabaseError("Code: 60. DB::Exception: Table default.epochs does not exist", code=60)

    with pytest.raises(DatabaseReplaced, match="does not exist"):
        await call_clickhouse(ArchiverMetrics(), "insert", insert)
