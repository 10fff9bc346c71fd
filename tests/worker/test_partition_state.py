"""A crash may tear a flush anywhere; the replay still ends in exactly the cells of the events."""

import random
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.funnel import application_row as records
from schemas.funnel.candidate_events import KnownContext, Parent, parents
from schemas.funnel.fold import add, fold
from schemas.funnel.history import CONTEXT, FunnelEvent
from schemas.funnel.rules import Rules
from streams.worker import parent_index
from streams.worker.partition_state import PartitionChanges, PartitionState, version_of_person
from tests.builders import contexts, happened, histories

RULES = Rules("Asia/Tokyo", deleted="retract")


class Arrived(NamedTuple):
    """One event of a pack: of an application, or about a candidate or a pipeline."""

    subject: str
    event: FunnelEvent


Log = list[list[Arrived]]


class Disk:
    """What survives a crash: rows of all tables; a newer version is never replaced by an older one."""

    def __init__(self) -> None:
        """Empty."""
        self.applications: dict[bytes, bytes] = {}
        self.cells: dict[bytes, bytes] = {}
        self.people: dict[bytes, bytes] = {}
        self.links: set[bytes] = set()

    def write(self, changes: PartitionChanges, keep: random.Random | None) -> None:
        """Take all rows, or, when torn, the random part that made it."""

        def kept() -> bool:
            return keep is None or keep.random() < 0.5

        applications = [row for row in changes.applications if kept()]
        self.applications.update(applications)
        self.links.update(parent_index.keys_of(applications))
        self.cells.update(row for row in changes.cells if kept())
        self.people.update(row for row in changes.people if kept())

    def of(self, tenant: str, parent: Parent) -> list[str]:
        """The applications of a parent, by the index."""
        beginning = parent_index.key(tenant, parent, "")
        return [k[len(beginning) :].decode() for k in self.links if k.startswith(beginning)]

    def restored(self) -> PartitionState:
        """A worker that starts from here."""
        shard = PartitionState(self.applications.get, self.of)
        for key, value in self.cells.items():
            shard.cells.restore(key, value)
        for value in self.people.values():
            shard.remember(value)
        return shard

    def shown(self) -> Cells:
        """The cells as everybody downstream sees them."""
        return without_zeros(
            {decode_key(key): decode_cell(value).m for key, value in self.cells.items()}
        )


@dataclass
class Player:
    """A worker that takes packs from a log and may be killed at any moment."""

    log: Log
    disk: Disk

    def __post_init__(self) -> None:
        """Start."""
        self.shard = self.disk.restored()
        self.committed = 0

    def play(self, last: int) -> None:
        """Take the packs from the last committed one to last-1."""
        for offset in range(self.committed, last):
            for index, (subject, event) in enumerate(self.log[offset]):
                fields = {name: getattr(event, name) for name in event.__struct_fields__}
                here = FunnelEvent(**fields | {"offset": offset, "index": index})
                if event.kind in CONTEXT:
                    self.shard.learn("t", here, RULES)
                else:
                    self.shard.take("t", subject, here, RULES)
            self.shard.offset = offset

    def step(self, packs: int, torn: random.Random | None) -> None:
        """Take some packs and write; a torn write is a crash, and a whole one may still not be committed."""
        reached = min(len(self.log), self.committed + packs)
        self.play(reached)
        self.disk.write(self.shard.changes(), torn)
        if torn is None:
            self.shard.forget()
            self.committed = reached
        else:
            self.shard = self.disk.restored()

    def late_commit(self, behind: int) -> None:
        """Killed after a write but before its commit: the next one starts earlier than what it holds."""
        self.committed = max(0, self.committed - behind)
        self.shard = self.disk.restored()


def expected(log: Log) -> Cells:
    """The fold of the set of events of every application, and of what reaches it."""
    cells: Cells = {}
    known = KnownContext()
    arrived = [each for pack in log for each in pack]
    for _, event in arrived:
        if event.kind in CONTEXT:
            known.add(event)
    for subject in sorted({subject for subject, event in arrived if event.kind not in CONTEXT}):
        own = [e for s, e in arrived if s == subject and e.kind not in CONTEXT]
        belongs_to = sorted({parent for event in own for parent in parents(event)})
        state, changes = fold([*own, *known.reaching(belongs_to, -1)], RULES)
        add(cells, "t", state, changes)
    return without_zeros(cells)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Packs of two applications' events and of what happens to their people, some twice, in any order of arrival."""
    events = [
        Arrived(subject, event)
        for subject in ("a1", "a2")
        for event in draw(histories())
        if event.kind not in CONTEXT
    ]
    events += [
        Arrived("-", draw(contexts(number))) for number in range(100, 100 + draw(st.integers(0, 6)))
    ]
    rng = draw(st.randoms(use_true_random=False))
    events += [each for each in events if rng.random() < 0.3]
    rng.shuffle(events)
    size = draw(st.integers(1, 4))
    return [events[at : at + size] for at in range(0, len(events), size)]


Steps = st.lists(
    st.tuples(st.integers(1, 5), st.booleans(), st.integers(0, 4)), min_size=1, max_size=8
)


@given(logs(), Steps, st.randoms(use_true_random=False))
def test_a_torn_flush_is_repaired_by_the_replay(
    log: Log, steps: list[tuple[int, bool, int]], rng: random.Random
) -> None:
    """Killed in the middle of any write, or before its commit, any number of times: no cell is wrong in the end."""
    player = Player(log, Disk())
    for packs, torn, behind in steps:
        player.step(packs, rng if torn else None)
        if behind:
            player.late_commit(behind)
    player.step(len(log), None)

    assert expected(log) == player.disk.shown()


@given(logs())
def test_a_replay_of_everything_changes_nothing(log: Log) -> None:
    """Reading the whole topic again into a living system leaves every cell as it was."""
    player = Player(log, Disk())
    player.step(len(log), None)
    before = player.disk.shown()
    player.late_commit(len(log))
    player.step(len(log), None)

    assert before == player.disk.shown()


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(log: Log, rng: random.Random) -> None:
    """A merge, a deletion or a new pipeline that is heard of before its applications reaches them all the same."""
    shuffled = [each for pack in log for each in pack]
    rng.shuffle(shuffled)
    first, second = Player(log, Disk()), Player([[each] for each in shuffled], Disk())
    first.step(len(log), None)
    for _ in shuffled:
        second.step(3, None)

    assert first.disk.shown() == second.disk.shown()


def test_rows_carry_the_version_that_recovery_compares() -> None:
    """Of two rows the later offset wins, without reading the rest of the row."""
    created = FunnelEvent(at=0, kind="application.created", id=b"x" * 16, candidate="c1", job="j1")
    merged = happened(7, "candidate.merged", candidate="c1", entity="c2")
    player = Player([[Arrived("a1", created), Arrived("-", merged)]], Disk())
    player.play(1)
    changes = player.shard.changes()
    (_, row), *_ = changes.applications

    assert (records.version(row), records.parents(row)) == (0, ["candidate/c1", "job/j1"])
    assert {decode_cell(value).o for _, value in changes.cells} == {0}
    assert [version_of_person(value) for _, value in changes.people] == [0]
    assert all(isinstance(decode_key(key), CellKey) for key, _ in changes.cells)
    assert sorted(changes.links) == sorted(parent_index.keys_of(changes.applications))
