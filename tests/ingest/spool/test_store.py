"""The file of the spool keeps what it has confirmed, whatever the disk does to the rest."""

import errno
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.configuration.files import Misconfigured
from streams.ingest.spool import store as spool_store
from streams.ingest.spool.store import FILE, SpoolRecord, SpoolStore
from tests.faults import needs_filters, run_with_fault

LANE, OTHER = "events", "quarantine"
FAULTS = {
    "no space": ("write", errno.ENOSPC),
    "failed write": ("write", errno.EIO),
    "failed fsync": ("sync", errno.EIO),
}


def records(*payloads: bytes, lane: str = LANE) -> list[SpoolRecord]:
    """Records that arrived one after the other."""
    return [SpoolRecord(lane, float(n), payload) for n, payload in enumerate(payloads)]


def contents(store: SpoolStore, lane: str = LANE) -> list[bytes | None]:
    """The payloads of a lane, in order."""
    return [record.payload for record in store.read(lane, 10_000, 1_000_000_000)]


def copied(directory: Path, target: Path) -> Path:
    """The files as they are at this moment: what is on disk if the process dies now."""
    target.mkdir()
    for path in directory.iterdir():
        shutil.copy(path, target / path.name)
    return target


def test_records_leave_in_the_order_of_arrival(tmp_path: Path) -> None:
    """A lane is read in order, by number and by size, and what is removed stays removed after a restart."""
    with closing(SpoolStore(tmp_path)) as store:
        store.append(records(b"1", b"22", b"333", b"4444"))
        store.append(records(b"other", lane=OTHER))
        assert [r.payload for r in store.read(LANE, 3, 1_000)] == [b"1", b"22", b"333"]
        assert [r.payload for r in store.read(LANE, 3, 2)] == [b"1", b"22"]
        store.remove(LANE, store.read(LANE, 2, 1_000), [])
    with closing(SpoolStore(tmp_path)) as store:
        assert contents(store) == [b"333", b"4444"]
        assert (store.totals()[LANE].records, store.totals()[LANE].size) == (2, 7)
        assert (store.oldest(LANE), store.totals()[OTHER].records) == (2.0, 1)


def test_the_space_of_removed_records_is_given_back(tmp_path: Path) -> None:
    """After a long outage the disk is free again."""
    with closing(SpoolStore(tmp_path)) as store:
        for _ in range(30):
            store.append(records(*(b"x" * 50_000 for _ in range(4))))
        full = sum(path.stat().st_size for path in tmp_path.iterdir())
        store.remove(LANE, store.read(LANE, 1_000, 1_000_000_000), [])
        store.compact()
        empty = sum(path.stat().st_size for path in tmp_path.iterdir())

    assert full > 6_000_000
    assert empty < 100_000


def test_one_gateway_owns_a_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second gateway in the same directory is told to use another; after the first has ended it may use it."""
    monkeypatch.setattr(spool_store, "LOCK_TIMEOUT_S", 0.05)
    with closing(SpoolStore(tmp_path)), pytest.raises(Misconfigured, match="another gateway"):
        SpoolStore(tmp_path)
    SpoolStore(tmp_path).close()


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """The message names the setting."""
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="HIRELAY_GATEWAY_SPOOL_DIR"):
        SpoolStore(tmp_path / "file")


def test_only_the_owner_reads_the_spool(tmp_path: Path) -> None:
    """Other users of the machine read neither the directory nor the files."""
    with closing(SpoolStore(tmp_path / "new" / "spool")) as store:
        store.append(records(b"1"))
        paths = [tmp_path / "new" / "spool", *(tmp_path / "new" / "spool").iterdir()]
        assert [path.stat().st_mode & 0o077 for path in paths] == [0] * 3


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    """A gateway starts with an empty spool and keeps the damaged file for a person to recover."""
    (tmp_path / FILE).write_bytes(content)
    with closing(SpoolStore(tmp_path)) as store:
        store.append(records(b"1"))
        assert (contents(store), store.damaged_files()) == ([b"1"], 1)

    assert (tmp_path / "damaged-1.sqlite3").read_bytes() == content


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """A record whose bytes changed on disk is not handed on; those around it are."""
    with closing(SpoolStore(tmp_path)) as store:
        store.append(records(b"first-record", b"second-record", b"third-record"))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b"second-record", b"second-rec0rd"))
    with closing(SpoolStore(tmp_path)) as store:
        assert contents(store) == [b"first-record", None, b"third-record"]


@contextmanager
def fresh() -> Iterator[tuple[Path, SpoolStore]]:
    """A store in a directory of its own, and the directory."""
    with TemporaryDirectory() as name, closing(SpoolStore(Path(name) / "spool")) as store:
        yield Path(name), store


payloads = st.lists(st.binary(min_size=1, max_size=9_000), min_size=1, max_size=4)


@given(
    confirmed=st.lists(payloads, max_size=4),
    torn=payloads,
    share=st.floats(0, 1),
    noise=st.binary(max_size=5_000),
)
@settings(max_examples=60, deadline=None)
def test_a_torn_write_costs_only_what_was_not_confirmed(
    confirmed: list[list[bytes]], torn: list[bytes], share: float, noise: bytes
) -> None:
    """The log ends anywhere in the last write, and with any bytes: every group before it is whole, it is whole or absent."""
    with fresh() as (directory, store):
        for group in confirmed:
            store.append(records(*group))
        log = directory / "spool" / f"{FILE}-wal"
        before = log.stat().st_size
        store.append(records(*torn))
        crashed = copied(directory / "spool", directory / "crashed")
        written = log.read_bytes()
        kept = before + int(share * (len(written) - before))
        (crashed / log.name).write_bytes(written[:kept] + noise)
        with closing(SpoolStore(crashed)) as recovered:
            left = contents(recovered)

    whole = [payload for group in confirmed for payload in group]
    assert left in (whole, [*whole, *torn]) if kept == len(written) else left == whole


@pytest.mark.parametrize("fault", FAULTS)
@needs_filters
def test_a_fault_is_reported_and_overcome(tmp_path: Path, fault: str) -> None:
    """A full or failing disk refuses one group whole; the next is stored as soon as the disk works again."""
    kind, error = FAULTS[fault]
    with closing(SpoolStore(tmp_path)) as store:
        store.append(records(b"before"))
        raised = run_with_fault(kind, error, lambda: store.append(records(b"lost", b"lost")))
        assert isinstance(raised, sqlite3.Error)
        assert spool_store.is_full(raised) == (fault == "no space")
        assert contents(store) == [b"before"]
        store.append(records(b"after"))
    with closing(SpoolStore(tmp_path)) as store:
        assert contents(store) == [b"before", b"after"]


class Model:
    """A store and what it must hold: `expected`, or after a crash perhaps what a failed write since would have made."""

    def __init__(self, directory: Path) -> None:
        """Start with an empty store."""
        self.homes = (directory / f"home-{n}" for n in count())
        self.names = count()
        self.home = next(self.homes)
        self.store = SpoolStore(self.home)
        self.expected: list[bytes | None] = []
        self.after_crash: list[list[bytes | None]] = []

    def append(self, number: int, fault: str) -> None:
        """Append a group of that many records."""
        group = [b"%d" % next(self.names) * 700 for _ in range(number)]
        self._attempt(fault, partial(self.store.append, records(*group)), [*self.expected, *group])

    def remove(self, number: int, fault: str) -> None:
        """Remove the first records."""
        if batch := self.store.read(LANE, number, 1_000_000):
            self._attempt(
                fault, partial(self.store.remove, LANE, batch, []), self.expected[len(batch) :]
            )

    def crash(self, _number: int, _fault: str) -> None:
        """Continue with the files as they are at this moment."""
        self.home = copied(self.home, next(self.homes))
        self.store.close()
        self.store = SpoolStore(self.home)
        left = contents(self.store)
        assert left in (self.expected, *self.after_crash)
        self.expected, self.after_crash = left, []

    def _attempt(self, fault: str, work: Callable[[], None], result: list[bytes | None]) -> None:
        if not fault:
            work()
            self.expected, self.after_crash = result, []
        else:
            assert isinstance(run_with_fault(*FAULTS[fault], work), sqlite3.Error)
            self.after_crash.append(result)
        assert contents(self.store) == self.expected


STEP = st.tuples(
    st.sampled_from([Model.append, Model.remove, Model.crash]),
    st.integers(1, 5),
    st.sampled_from(["", "", *FAULTS]),
)


@given(steps=st.lists(STEP, max_size=25))
@settings(max_examples=60, deadline=None)
@needs_filters
def test_the_spool_is_a_queue_whatever_the_disk_does(
    steps: list[tuple[Callable[[Model, int, str], None], int, str]],
) -> None:
    """After any history of faults and crashes the spool holds what was confirmed and not removed, in order.

    A group whose write failed may be there after a crash, whole; a removal that failed may be done after a crash.
    """
    with TemporaryDirectory() as name:
        model = Model(Path(name))
        for step, number, fault in steps:
            step(model, number, fault)
        model.store.close()
