"""Recovery makes the newest row of every key the last one in the changelog, however often it is interrupted."""

from pathlib import Path
from random import Random

import pytest

from schemas.cells import Cell, decode_cell, encode_cell
from schemas.kafka.topics import KPI_CELLS
from streams.worker.changelog_ends import ChangelogEnds
from streams.worker.recovery import read_changelog
from streams.worker.store import LostPartition
from tests.simulation.composition import create_tables
from tests.simulation.kafka import MAX_BATCH_ROWS, Access, Broker
from tests.simulation.rocks import Disk
from tests.simulation.schedule import simulated_edges
from tests.simulation.virtual_time import Clock, VirtualLoop

KEYS = [b"%03d" % number for number in range(3 * MAX_BATCH_ROWS)]
NEWEST, STALE = encode_cell(Cell(5, {"hired": 1})), encode_cell(Cell(3, {}))


def recover(broker: Broker, directory: Path, crash_after: int) -> None:
    """Recover in a process that dies when so many of its batches have landed, if it writes that many."""
    process = VirtualLoop(broker.clock)
    table = create_tables(Access(broker, process), directory, 1).cells
    batches: list[int] = []

    def landed(*_: object) -> None:
        batches.append(1)
        if len(batches) == crash_after:
            process.close()

    broker.on_append = landed

    async def restore() -> None:
        table.store.open(table.directory, {0})
        await read_changelog(table)

    task = process.create_task(restore())
    broker.clock.run_until(
        lambda: task.done() or process.is_closed(), deadline=broker.clock.now + 60
    )
    assert process.is_closed() or task.exception() is None


@pytest.mark.parametrize("crash_after", [1, 2, 3])
def test_a_crash_while_stale_rows_are_replaced_leaves_none(
    crash_after: int, tmp_path: Path
) -> None:
    """What is replaced when the process dies does not hide the rest from the next one."""
    with simulated_edges() as edges:
        edges.clock, edges.disk = Clock(), Disk(Random(1))
        broker = Broker(edges.clock, Random(1))
        for value in (NEWEST, STALE):  # a worker that was frozen wrote the stale rows later
            broker.append(KPI_CELLS.name, 0, [(key, value) for key in KEYS])

        recover(broker, tmp_path, crash_after)
        recover(broker, tmp_path, crash_after=99)

    changelog = broker.log(KPI_CELLS.name, 0)
    changelog.compact(edges.clock.now)
    assert {row.key: decode_cell(row.value or b"").o for row in changelog.records} == dict.fromkeys(
        KEYS, 5
    )


@pytest.mark.parametrize("is_overtaken", [False, True])
def test_an_owner_that_was_overtaken_while_it_restored_ends(
    is_overtaken: bool, tmp_path: Path
) -> None:
    """What is committed then is for rows that it does not have."""
    with simulated_edges() as edges:
        edges.clock, edges.disk = Clock(), Disk(Random(1))
        broker = Broker(edges.clock, Random(1))
        process = VirtualLoop(broker.clock)
        table = create_tables(Access(broker, process), tmp_path, 1).cells
        broker.append(KPI_CELLS.name, 0, [(KEYS[0], STALE)])

        async def restore_slowly() -> None:
            table.store.open(table.directory, {0})
            await read_changelog(table)
            if is_overtaken:
                broker.append(KPI_CELLS.name, 0, [(KEYS[0], NEWEST)])
            ends = ChangelogEnds([table])
            ends.check(await ends.read())

        task = process.create_task(restore_slowly())
        broker.clock.run_until(task.done, deadline=broker.clock.now + 60)

    assert isinstance(task.exception(), LostPartition) == is_overtaken
