"""One event may reach any number of applications: in turns of bounded work, and exactly once despite crashes."""

import hashlib
import itertools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.events import packs
from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.worker import lane, turns
from streams.worker.lane import Lane
from streams.worker.partition_state import PartitionState, Uncounted
from streams.worker.turns import FOLDED_EVENT, MAX_TURN
from tests.worker.processes import TENANT, Kafka, Process

PARTITIONS = 2
APPLIED = "2026-04-01T01:00:00Z"


def event(name: str, subject: str, data: dict[str, Any]) -> bytes:
    """Return an accepted event; its id is made of its content."""
    content = msgspec.json.encode([name, subject, data])
    return msgspec.json.encode(
        {
            "id": hashlib.sha256(content).hexdigest()[:32],
            "source": "urn:ats:standard:t:events",
            "type": f"recruit.{name}.v1",
            "time": APPLIED,
            "tenant": TENANT,
            "subject": subject,
            "data": data,
        }
    )


def created(number: int) -> bytes:
    """Return an application for job `j`, of a candidate of its own."""
    application = {"id": f"a{number}", "job_id": "j", "candidate_id": "c", "applied_at": APPLIED}
    data = {"application": application, "channel": {"id": f"channel{number % 3}"}}
    return event("application.created", f"a{number}", data)


def moved(number: int) -> bytes:
    """Return a move of that application to a stage without a known meaning."""
    data = {"application": {"id": f"a{number}"}, "stage": {"id": "s9"}, "entered_at": APPLIED}
    return event("application.stage_changed", f"a{number}", data)


def stage_meanings() -> bytes:
    """Return the pipeline of the job: it changes what every application of it counts."""
    stages = [{"id": "s9", "name": "一次面接", "milestone": "interview_1"}]
    return event("pipeline.defined", "j", {"job_id": "j", "stages": stages})


def merged() -> bytes:
    """Return a merge of the candidate of all applications."""
    return event("candidate.merged", "c", {"from_id": "c", "into_id": "winner"})


def deleted() -> bytes:
    """Return the anonymisation of the candidate of all applications."""
    return event("candidate.anonymized", "winner", {"candidate_id": "winner"})


def filled(applications: int) -> Kafka:
    """Return a Kafka whose applications are spread over the partitions, then events that reach all of them."""
    kafka = Kafka(PARTITIONS)
    for number in range(applications):
        rows = kafka.rows(CANDIDATE_EVENTS.name, number % PARTITIONS)
        rows.append((b"", packs.encode([created(number), moved(number)])))
    reaching_all = [stage_meanings(), merged(), deleted()]
    kafka.rows(CANDIDATE_EVENTS.name, 0).append((b"", packs.encode(reaching_all)))
    kafka.rows(CANDIDATE_EVENTS.name, 0).append((b"", packs.encode([moved(applications)])))
    return kafka


@pytest.fixture
def one_step_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step be a turn."""
    monkeypatch.setattr(lane, "MAX_TURN", 1)
    monkeypatch.setattr(lane, "LONG_TURNS", 1)
    monkeypatch.setattr(turns, "MAX_TURN", 1)


@pytest.mark.usefixtures("one_step_a_turn")
async def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """A worker crashes after 1, 2, 3 ... steps, each after an attempt to flush; all cells equal the fold of the events."""
    kafka = filled(4)
    for steps in itertools.count(1):
        process = Process(kafka, tmp_path / str(steps))
        await process.read()
        is_half_done = await process.work(steps)
        await process.funnel.flush()
        process.crash()
        if not is_half_done:
            break
    await Process(kafka, tmp_path / "last").finish()

    assert kafka.cells() == kafka.expected_cells()
    assert copies(kafka) == 3
    assert steps > 10


async def test_a_crash_before_any_write_is_repaired(tmp_path: Path) -> None:
    """Each worker fails at another write of its flush; the events that reach all are copied at most once more."""
    kafka = filled(4)
    writes = await crash_before_every_write(kafka, tmp_path, lambda: None)

    assert writes > 4
    assert kafka.cells() == kafka.expected_cells()
    assert copies(kafka) <= 6


async def test_readers_see_the_fold_of_one_prefix_of_each_partition(tmp_path: Path) -> None:
    """Whatever a crash cut off, rows of some events but not of others are held back."""
    kafka = filled(4)
    seen = []

    def read() -> None:
        seen.extend((number, kafka.whole_cells(number)) for number in range(PARTITIONS))

    await crash_before_every_write(kafka, tmp_path, read)
    prefixes = {number: kafka.cells_of_prefixes(number) for number in range(PARTITIONS)}

    assert [(n, cells) for n, cells in seen if cells not in prefixes[n]] == []
    assert seen[-2:] == [(number, prefixes[number][-1]) for number in range(PARTITIONS)]


async def test_an_assignment_ends_the_flushes_before_it(tmp_path: Path) -> None:
    """The end of the last flush may have been lost to compaction, or was never written by an older version."""
    kafka = filled(4)
    await Process(kafka, tmp_path / "1").finish()
    kafka.headers.clear()
    before = kafka.whole_cells(0)
    await Process(kafka, tmp_path / "2").funnel.flush()

    assert before == {}
    assert kafka.whole_cells(0) == kafka.cells_of_prefixes(0)[-1]


@pytest.mark.usefixtures("one_step_a_turn")
async def test_other_partitions_move_while_one_fans_out(tmp_path: Path) -> None:
    """Later records of that partition wait; those of another one are counted and committed meanwhile."""
    kafka = filled(40)
    process = Process(kafka, tmp_path)
    await process.read([0])
    await process.work(10)
    await process.read([1])
    await process.work(130)
    await process.funnel.flush()

    assert kafka.committed == {0: 0, 1: 20}
    await process.finish()
    assert kafka.cells() == kafka.expected_cells()


async def test_no_turn_does_the_work_of_a_whole_fan_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many applications an event reaches, one turn folds no more than what `MAX_TURN` allows."""
    per_turn: list[int] = [0]
    count, take_turn = PartitionState._count, Lane.take_turn

    def counted(state: PartitionState, uncounted: Uncounted) -> None:
        per_turn[-1] += 1
        count(state, uncounted)

    def turn(one: Lane) -> None:
        per_turn.append(0)
        take_turn(one)

    monkeypatch.setattr(PartitionState, "_count", counted)
    monkeypatch.setattr(Lane, "take_turn", turn)
    kafka = filled(1_000)
    process = Process(kafka, tmp_path)
    await process.finish()

    assert sum(per_turn) >= 2_000
    assert max(per_turn) <= MAX_TURN / FOLDED_EVENT


async def crash_before_every_write(
    kafka: Kafka, directory: Path, after_each: Callable[[], None]
) -> int:
    """Let a first worker fail at its first write, the next at its second ... until one ends; return their number.

    Every other one flushes after each record, so that it comes less far with a flush than the one before it.
    """
    for writes in itertools.count():
        kafka.writes_left = writes
        process = Process(kafka, directory / str(writes))
        with suppress(ConnectionError):
            await process.finish(flush_each=writes % 2 == 1)
        process.crash()
        after_each()
        if not kafka.has_uncommitted():
            break
    return writes


def copies(kafka: Kafka) -> int:
    """Return how many copies partition 1 received."""
    values = [value for _, value in kafka.rows(CANDIDATE_EVENTS.name, 1)]
    return sum(packs.decode_pack(value).forwarded for value in values)
