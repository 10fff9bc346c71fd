"""The local copy of a changelog notices when somebody else writes to it."""

from pathlib import Path

import pytest

from streams.worker.store import LostPartition, Partition


def test_rows_that_follow_the_stored_ones_are_appended(tmp_path: Path) -> None:
    """The offset of the last row says how far the local copy is."""
    partition = Partition(tmp_path / "0")
    partition.append([(b"a", b"1"), (b"b", b"1")], 1)
    partition.append([(b"a", b"2")], 2)

    assert (partition.offset, partition.get(b"a"), partition.get(b"b")) == (2, b"2", b"1")


def test_rows_behind_those_of_another_worker_are_refused(tmp_path: Path) -> None:
    """A gap means that a worker which lost the partition has written: the owner must read it before it goes on."""
    partition = Partition(tmp_path / "0")
    partition.append([(b"a", b"1")], 0)

    with pytest.raises(LostPartition, match="at 2 of the changelog, not at 1"):
        partition.append([(b"a", b"2")], 2)
    assert partition.get(b"a") == b"1"
