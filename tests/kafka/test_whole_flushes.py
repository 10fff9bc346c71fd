"""Readers see all rows of a worker's flush or none."""

from typing import NamedTuple

from schemas.cells import Cell, encode_cell
from schemas.kafka.topics import EPOCHS, KPI_CELLS
from streams.kafka.whole_flushes import FLUSH_END, WholeFlushes


class Record(NamedTuple):
    """A record as the consumer returns it."""

    topic: str
    partition: int
    offset: int
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def cell(offset: int, version: int, *, is_last: bool = False, partition: int = 0) -> Record:
    """Return a row of a flush at source offset `version`."""
    headers = (FLUSH_END,) if is_last else ()
    value = encode_cell(Cell(version, {"hires": 1}))
    return Record(KPI_CELLS.name, partition, offset, value, headers)


def released(*records: Record) -> list[list[int]]:
    """Return the offsets that each of the records releases."""
    flushes = WholeFlushes()
    return [[whole.offset for whole in flushes.release(record)] for record in records]


def test_the_rows_of_a_flush_come_with_its_last_one() -> None:
    """However the records are divided into batches."""
    rows = (cell(0, 7), cell(1, 7), cell(2, 7, is_last=True), cell(3, 9, is_last=True))

    assert released(*rows) == [[], [], [0, 1, 2], [3]]


def test_partitions_do_not_wait_for_each_other() -> None:
    """Each has flushes of its own."""
    rows = (cell(0, 7), cell(0, 3, is_last=True, partition=1), cell(1, 7, is_last=True))

    assert released(*rows) == [[], [0], [0, 1]]


def test_a_flush_that_was_cut_off_waits_until_its_events_are_counted_again() -> None:
    """The next owner may flush fewer of them first: with that alone, some rows would be ahead of the others."""
    rows = (cell(0, 9), cell(1, 5, is_last=True), cell(2, 9, is_last=True))

    assert released(*rows) == [[], [], [0, 1, 2]]


def test_other_topics_pass() -> None:
    """Only cells have flushes."""
    assert released(Record(EPOCHS.name, 0, 4, b"{}")) == [[4]]


def test_what_is_forgotten_is_not_released() -> None:
    """After a rebalance the partition is read again from its last whole flush."""
    flushes = WholeFlushes()
    flushes.release(cell(0, 7))
    flushes.forget()

    assert [record.offset for record in flushes.release(cell(0, 7, is_last=True))] == [0]
