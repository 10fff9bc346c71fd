"""A crash may interrupt a flush anywhere; the replay still ends with exactly the cells of the events."""

import random
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.cells import CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.funnel import application_row
from schemas.funnel.candidate_events import ContextEvents, ParentKey, parent_keys
from schemas.funnel.fold import add_contribution, fold
from schemas.funnel.funnel_events import ContextEvent, FunnelEvent
from schemas.funnel.rules import Rules
from streams.worker import parent_index
from streams.worker.partition_state import PartitionChanges, PartitionState, context_version
from streams.worker.turns import run
from tests.builders import context_events, delivered, funnel_event, histories

# Whole histories are slow to draw.
FEWER = settings(max_examples=settings.default.max_examples // 3)
RULES = Rules("Asia/Tokyo", deletion_policy="retract")


class Arrived(NamedTuple):
    """One event of a pack: of an application, or about a candidate or a pipeline."""

    subject: str
    event: FunnelEvent


Log = list[list[Arrived]]


class Disk:
    """What survives a crash: rows of all tables; an older version never replaces a newer one."""

    def __init__(self) -> None:
        """Start empty."""
        self.applications: dict[bytes, bytes] = {}
        self.cells: dict[bytes, bytes] = {}
        self.people: dict[bytes, bytes] = {}
        self.links: set[bytes] = set()

    def write(self, changes: PartitionChanges, keep: random.Random | None) -> None:
        """Write all rows or, when the flush is torn, a random part of them."""

        def survives() -> bool:
            return keep is None or keep.random() < 0.5

        applications = [row for row in changes.applications if survives()]
        self.applications.update(applications)
        self.links.update(parent_index.index_keys(applications))
        self.cells.update(row for row in changes.cells if survives())
        self.people.update(row for row in changes.people if survives())

    def applications_of(self, tenant: str, parent: ParentKey) -> list[str]:
        """Return the applications of a parent, by the index."""
        prefix = parent_index.key(tenant, parent, "")
        return [key[len(prefix) :].decode() for key in self.links if key.startswith(prefix)]

    def restore(self) -> PartitionState:
        """Return the partition state of a worker that starts from this disk."""
        state = PartitionState(self.applications.get, self.applications_of)
        for key, value in self.cells.items():
            state.cells.restore(key, value)
        for value in self.people.values():
            state.restore_context(value)
        return state

    def read_cells(self) -> Cells:
        """Return the cells as downstream readers see them."""
        return without_zeros(
            {decode_key(key): decode_cell(value).m for key, value in self.cells.items()}
        )


@dataclass
class Worker:
    """A worker that reads packs from a log and may be killed at any moment."""

    log: Log
    disk: Disk
    cached: int = 50

    def __post_init__(self) -> None:
        """Start."""
        self.state = self.disk.restore()
        self.committed = 0

    def process(self, last: int) -> None:
        """Process the packs from the committed offset up to `last` - 1."""
        for offset in range(self.committed, last):
            for index, (subject, event) in enumerate(self.log[offset]):
                arrived = delivered(event, offset, index)
                if isinstance(event, ContextEvent):
                    run(self.state.apply_context("t", arrived, RULES))
                else:
                    self.state.apply("t", subject, arrived, RULES)
            run(self.state.count())
            self.state.offset = offset

    def process_and_flush(self, packs: int, torn: random.Random | None) -> None:
        """Process some packs and flush; a torn flush is a crash, and a complete one may still not be committed."""
        reached = min(len(self.log), self.committed + packs)
        self.process(reached)
        self.disk.write(run(self.state.drain()), torn)
        if torn is None:
            self.state.evict(self.cached)
            self.committed = reached
        else:
            self.state = self.disk.restore()

    def crash_before_commit(self, behind: int) -> None:
        """Crash after a flush but before its commit: the next worker starts before the offsets already stored."""
        self.committed = max(0, self.committed - behind)
        self.state = self.disk.restore()


def expected_cells(log: Log) -> Cells:
    """Return the fold of each application's set of events and the context events that reach it."""
    cells: Cells = {}
    contexts = ContextEvents()
    arrived = [
        (subject, delivered(event, offset, index))
        for offset, pack in enumerate(log)
        for index, (subject, event) in enumerate(pack)
    ]
    for _, event in arrived:
        if isinstance(event, ContextEvent):
            contexts.add(delivered(event, -1))
    for subject in sorted(
        {subject for subject, event in arrived if not isinstance(event, ContextEvent)}
    ):
        own = [
            event
            for arrived_subject, event in arrived
            if arrived_subject == subject and not isinstance(event, ContextEvent)
        ]
        parents = sorted({parent for event in own for parent in parent_keys(event)})
        for part in fold([*own, *contexts.events_reaching(parents, -1)], RULES):
            add_contribution(cells, "t", part)
    return without_zeros(cells)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Packs of events of two applications and their people, some duplicated, in any order of arrival."""
    events = [
        Arrived(subject, event)
        for subject in ("a1", "a2")
        for event in draw(histories())
        if not isinstance(event, ContextEvent)
    ]
    events += [
        Arrived("-", draw(context_events(number)))
        for number in range(100, 100 + draw(st.integers(0, 6)))
    ]
    rng = draw(st.randoms(use_true_random=False))
    events += [event for event in events if rng.random() < 0.3]
    rng.shuffle(events)
    size = draw(st.integers(1, 4))
    return [events[at : at + size] for at in range(0, len(events), size)]


Steps = st.lists(
    st.tuples(st.integers(1, 5), st.booleans(), st.integers(0, 4)), min_size=1, max_size=8
)


@FEWER
@given(logs(), Steps, st.randoms(use_true_random=False))
def test_a_torn_flush_is_repaired_by_the_replay(
    log: Log, steps: list[tuple[int, bool, int]], rng: random.Random
) -> None:
    """After crashes during any flush, or before its commit, any number of times, no cell is wrong in the end."""
    worker = Worker(log, Disk())
    for packs, torn, behind in steps:
        worker.process_and_flush(packs, rng if torn else None)
        if behind:
            worker.crash_before_commit(behind)
    worker.process_and_flush(len(log), None)

    assert expected_cells(log) == worker.disk.read_cells()


@FEWER
@given(logs())
def test_a_replay_of_everything_changes_nothing(log: Log) -> None:
    """Rereading the whole topic into a running system leaves every cell unchanged."""
    worker = Worker(log, Disk())
    worker.process_and_flush(len(log), None)
    before = worker.disk.read_cells()
    worker.crash_before_commit(len(log))
    worker.process_and_flush(len(log), None)

    assert before == worker.disk.read_cells()


@given(logs())
def test_a_worker_that_keeps_one_application_counts_the_same(log: Log) -> None:
    """What is evicted is read from the store again when its next event arrives."""
    worker = Worker(log, Disk(), cached=1)
    while worker.committed < len(log):
        worker.process_and_flush(1, None)

        assert worker.state.cached_applications <= 1
    assert expected_cells(log) == worker.disk.read_cells()


def at_instants_of_their_own(log: Log) -> list[Arrived]:
    """The events of a log, no two at one instant: there arrival decides what nothing else tells."""
    arrivals = [arrival for pack in log for arrival in pack]
    headers = [
        msgspec.structs.replace(event.header, at=event.header.at + int.from_bytes(event.header.id))
        for _, event in arrivals
    ]
    return [
        Arrived(subject, msgspec.structs.replace(event, header=header))
        for (subject, event), header in zip(arrivals, headers, strict=True)
    ]


def without_quality(cells: Cells) -> Cells:
    """The cells without the measures of how the data arrived."""
    return without_zeros(
        {
            key: {name: n for name, n in tally.items() if not name.startswith("quality.")}
            for key, tally in cells.items()
        }
    )


@FEWER
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(log: Log, rng: random.Random) -> None:
    """A merge, deletion or new pipeline that arrives before its applications still reaches them."""
    arrivals = at_instants_of_their_own(log)
    shuffled = rng.sample(arrivals, len(arrivals))
    first, second = Worker([arrivals], Disk()), Worker([[a] for a in shuffled], Disk())
    first.process_and_flush(1, None)
    for _ in shuffled:
        second.process_and_flush(3, None)

    assert without_quality(first.disk.read_cells()) == without_quality(second.disk.read_cells())


def test_rows_carry_the_version_that_recovery_compares() -> None:
    """The row with the later offset wins, without decoding the rest of the row."""
    created = funnel_event(6, "application.created", candidate="c1", job="j1")
    merged = funnel_event(7, "candidate.merged", loser="c1", winner="c2")
    worker = Worker([[Arrived("a1", created), Arrived("-", merged)]], Disk())
    worker.process(1)
    changes = run(worker.state.drain())
    (_, row), *_ = changes.applications

    assert (application_row.decode_version(row), application_row.decode_parents(row)) == (
        0,
        ["candidate/c1", "job/j1"],
    )
    assert {decode_cell(value).o for _, value in changes.cells} == {0}
    assert [context_version(value) for _, value in changes.people] == [0]
    assert all(isinstance(decode_key(key), CellKey) for key, _ in changes.cells)
    assert sorted(changes.links) == sorted(parent_index.index_keys(changes.applications))
