"""Numbers name the instant that they are of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sinks.clickhouse.as_of import read_as_of
from sinks.clickhouse.rows import CellFlush, EpochRow
from sinks.clickhouse.writer import Writer

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_the_last_flush_of_the_live_epoch_is_the_instant(client: Any) -> None:
    """A rebuild that counts beside the live numbers, and an older flush that is inserted again, do not change it."""
    writer = Writer(client)
    writer.write([EpochRow(61, "live", 1, NOON, 1), EpochRow(62, "building", 1, NOON, 2)], "e")
    flushes = ((61, 0, 0, 5), (61, 1, -60, 9), (61, 0, -90, 3), (62, 0, 60, 4))
    for epoch, partition, seconds, version in flushes:
        row = CellFlush(epoch, partition, NOON + timedelta(seconds=seconds), version)
        writer.write([row], f"{epoch}/{partition}/{version}")
    as_of = read_as_of(client)
    writer.write([EpochRow(61, "retired", 1, NOON, 3)], "retired")  # other tests count in epoch 0

    assert as_of == NOON


def test_numbers_that_do_not_exist_are_of_no_instant(client: Any) -> None:
    """An epoch without a flush has no as-of."""
    writer = Writer(client)
    writer.write([EpochRow(63, "live", 1, NOON, 1)], "empty")
    as_of = read_as_of(client)
    writer.write([EpochRow(63, "retired", 1, NOON, 2)], "no longer empty")

    assert as_of is None
