"""A crash may tear a flush anywhere; the replay still ends in exactly the cells of the events."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import record as records
from schemas.cells import CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.facts import add, fold
from schemas.history import Happening
from schemas.rules import Rules
from streams.worker.celltable import Rows
from streams.worker.shard import Shard
from tests.builders import histories

RULES = Rules("Asia/Tokyo")


class Disk:
    """What survives a crash: rows of both tables; a newer version is never replaced by an older one."""

    def __init__(self) -> None:
        """Empty."""
        self.applications: dict[bytes, bytes] = {}
        self.cells: dict[bytes, bytes] = {}

    def write(self, applications: Rows, cells: Rows, keep: random.Random | None) -> None:
        """Take all rows, or, when torn, the random part that made it."""
        self.applications.update(row for row in applications if keep is None or keep.random() < 0.5)
        self.cells.update(row for row in cells if keep is None or keep.random() < 0.5)

    def restored(self) -> Shard:
        """A worker that starts from here."""
        shard = Shard(self.applications.get)
        for key, value in self.cells.items():
            shard.cells.restore(key, value)
        return shard

    def shown(self) -> Cells:
        """The cells as everybody downstream sees them."""
        return without_zeros(
            {decode_key(key): decode_cell(value).m for key, value in self.cells.items()}
        )


def expected(log: list[list[tuple[str, Happening]]]) -> Cells:
    """The fold of the set of events of every application."""
    cells: Cells = {}
    subjects = {subject for pack in log for subject, _ in pack}
    for each in sorted(subjects):
        state, changes = fold(
            [event for pack in log for subject, event in pack if subject == each], RULES
        )
        add(cells, "t", state, changes)
    return without_zeros(cells)


@st.composite
def logs(draw: st.DrawFn) -> list[list[tuple[str, Happening]]]:
    """Packs of two applications' events, some delivered twice, in any order of arrival."""
    events = [("a1", event) for event in draw(histories())] + [
        ("a2", event) for event in draw(histories())
    ]
    rng = draw(st.randoms(use_true_random=False))
    events += [each for each in events if rng.random() < 0.3]
    rng.shuffle(events)
    size = draw(st.integers(1, 4))
    return [events[at : at + size] for at in range(0, len(events), size)]


def play(shard: Shard, log: list[list[tuple[str, Happening]]], first: int, last: int) -> None:
    """Take the packs of offsets first … last-1."""
    for offset in range(first, last):
        for index, (subject, event) in enumerate(log[offset]):
            fields = {name: getattr(event, name) for name in event.__struct_fields__}
            shard.take(
                "t", subject, Happening(**fields | {"offset": offset, "index": index}), RULES
            )
        shard.offset = offset


@settings(deadline=None)
@given(
    logs(), st.lists(st.integers(1, 5), min_size=1, max_size=6), st.randoms(use_true_random=False)
)
def test_a_torn_flush_is_repaired_by_the_replay(
    log: list[list[tuple[str, Happening]]], steps: list[int], rng: random.Random
) -> None:
    """Killed in the middle of any write, any number of times: no cell is wrong in the end."""
    disk, committed = Disk(), 0
    shard = disk.restored()
    for step in steps:
        reached = min(len(log), committed + step)
        play(shard, log, committed, reached)
        torn = rng.random() < 0.6
        disk.write(*shard.changes(), rng if torn else None)
        if torn:
            shard = disk.restored()
        else:
            committed = reached
    play(shard, log, committed, len(log))
    disk.write(*shard.changes(), None)

    assert expected(log) == disk.shown()


@settings(deadline=None)
@given(logs())
def test_a_replay_of_everything_changes_nothing(log: list[list[tuple[str, Happening]]]) -> None:
    """Reading the whole topic again into a living system leaves every cell as it was."""
    disk = Disk()
    shard = disk.restored()
    play(shard, log, 0, len(log))
    disk.write(*shard.changes(), None)
    before = disk.shown()
    again = disk.restored()
    play(again, log, 0, len(log))
    disk.write(*again.changes(), None)

    assert before == disk.shown()


def test_rows_carry_the_version_that_recovery_compares() -> None:
    """Of two rows of one application the later offset wins, without reading the rest of the row."""
    shard = Disk().restored()
    play(shard, [[("a1", Happening(at=0, kind="application.created", id=b"x" * 16))]], 0, 1)
    applications, cells = shard.changes()

    assert records.version(applications[0][1]) == 0
    assert {decode_cell(value).o for _, value in cells} == {0}
    assert all(isinstance(decode_key(key), CellKey) for key, _ in cells)
