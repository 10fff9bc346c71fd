"""Archived offsets are those inserted by this process or committed before, never those only read."""

from typing import NamedTuple

from streams.archive.progress import Progress


class Partition(NamedTuple):
    """A partition as the client names it."""

    topic: str
    partition: int


EVENTS, CELLS, BREACHES = (
    Partition("candidate-events", 0),
    Partition("kpi-cells", 0),
    Partition("kpi-breaches", 0),
)


class Consumer:
    """A consumer with a given assignment and earlier commits."""

    def __init__(self, *partitions: Partition) -> None:
        """Every topic begins at 2 and ends at 10; the committed offset of candidate-events is 7."""
        self.partitions = {*partitions}

    def assignment(self) -> set[Partition]:
        """Return the assignment."""
        return self.partitions

    async def committed(self, partition: Partition) -> int | None:
        """Return an offset for candidate-events only."""
        return 7 if partition == EVENTS else None

    async def end_offsets(self, partitions: list[Partition]) -> dict[Partition, int]:
        """Return 10 for every partition."""
        return dict.fromkeys(partitions, 10)

    async def beginning_offsets(self, partitions: list[Partition]) -> dict[Partition, int]:
        """Return 2 for every partition."""
        return dict.fromkeys(partitions, 2)


async def test_before_the_first_insert_committed_offsets_count() -> None:
    """Before the first insert, committed or beginning offsets count; transactional topics are not measured."""
    ends, done = await Progress(Consumer(EVENTS, CELLS, BREACHES)).read_offsets()

    assert ends == {("candidate-events", 0): 10, ("kpi-cells", 0): 10}
    assert done == {("candidate-events", 0): 7, ("kpi-cells", 0): 2}


async def test_an_insert_advances_the_offsets() -> None:
    """An insert advances the offsets to those of its batch."""
    progress = Progress(Consumer(EVENTS))
    progress.mark_archived({EVENTS: 9})

    assert (await progress.read_offsets())[1] == {("candidate-events", 0): 9}


async def test_a_reassigned_partition_starts_from_its_committed_offset() -> None:
    """A reassigned partition starts from the committed offset: another process may have archived meanwhile."""
    consumer = Consumer(EVENTS)
    progress = Progress(consumer)
    progress.mark_archived({EVENTS: 3})
    consumer.partitions = set()
    left = await progress.read_offsets()
    consumer.partitions = {EVENTS}

    assert left == ({}, {})
    assert (await progress.read_offsets())[1] == {("candidate-events", 0): 7}
