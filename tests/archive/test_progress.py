"""What is archived is what was inserted, or committed before; never what was only read."""

from typing import NamedTuple

from streams.archive.progress import Progress


class Part(NamedTuple):
    """A partition as the client names it."""

    topic: str
    partition: int


EVENTS, CELLS, BREACHES = Part("candidate-events", 0), Part("kpi-cells", 0), Part("kpi-breaches", 0)


class Consumer:
    """Assigned what it is told, with commits of before."""

    def __init__(self, *parts: Part) -> None:
        """Every topic ends at 10 and begins at 2; of events 7 is committed."""
        self.parts = {*parts}

    def assignment(self) -> set[Part]:
        """What it was told."""
        return self.parts

    async def committed(self, part: Part) -> int | None:
        """Of events alone."""
        return 7 if part == EVENTS else None

    async def end_offsets(self, parts: list[Part]) -> dict[Part, int]:
        """The same for all."""
        return dict.fromkeys(parts, 10)

    async def beginning_offsets(self, parts: list[Part]) -> dict[Part, int]:
        """The same for all."""
        return dict.fromkeys(parts, 2)


async def test_before_the_first_insert_commits_say_what_is_done() -> None:
    """And without one, nothing is; topics of transactions are not measured."""
    ends, done = await Progress(Consumer(EVENTS, CELLS, BREACHES)).look()

    assert ends == {("candidate-events", 0): 10, ("kpi-cells", 0): 10}
    assert done == {("candidate-events", 0): 7, ("kpi-cells", 0): 2}


async def test_an_insert_moves_on() -> None:
    """To the offsets of its batch."""
    progress = Progress(Consumer(EVENTS))
    progress.archived({EVENTS: 9})

    assert (await progress.look())[1] == {("candidate-events", 0): 9}


async def test_a_partition_that_left_is_asked_again_when_it_comes_back() -> None:
    """Somebody else has archived meanwhile."""
    consumer = Consumer(EVENTS)
    progress = Progress(consumer)
    progress.archived({EVENTS: 3})
    consumer.parts = set()
    left = await progress.look()
    consumer.parts = {EVENTS}

    assert left == ({}, {})
    assert (await progress.look())[1] == {("candidate-events", 0): 7}
