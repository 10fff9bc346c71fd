"""The local copy of a changelog notices when somebody else writes to it, and when it is damaged."""

from pathlib import Path

import pytest

from streams.worker.store import (
    BATCH_ROWS,
    MEMTABLE_BYTES,
    DamagedTwice,
    LostPartition,
    Partition,
    memtables,
    open_partition,
)
from streams.worker.turns import run


def test_rows_that_follow_the_stored_ones_are_appended(tmp_path: Path) -> None:
    """The offset of the last row says how far the local copy is."""
    partition = Partition(tmp_path / "0")
    run(partition.append([(b"a", b"1"), (b"b", b"1")], 1))
    run(partition.append([(b"a", b"2")], 2))

    assert (partition.offset, partition.get(b"a"), partition.get(b"b")) == (2, b"2", b"1")


def test_rows_behind_those_of_another_worker_are_refused(tmp_path: Path) -> None:
    """A gap means that a worker which lost the partition has written: the owner must read it before it goes on."""
    partition = Partition(tmp_path / "0")
    run(partition.append([(b"a", b"1")], 0))

    with pytest.raises(LostPartition, match="at 2 of the changelog, not at 1"):
        run(partition.append([(b"a", b"2")], 2))
    assert partition.get(b"a") == b"1"


def test_databases_share_one_budget_of_memory(tmp_path: Path) -> None:
    """Twelve databases, as of four partitions, buffer about as many rows as the process may, not 32 MB each."""
    partitions = [Partition(tmp_path / str(number)) for number in range(12)]
    rows = [(b"%05d" % number, bytes(1_000)) for number in range(BATCH_ROWS)]
    highest = 0
    for offset in range(60):  # 360 MB
        for partition in partitions:
            partition.write(rows, offset)
            highest = max(highest, memtables.get_usage())
    for partition in partitions:
        partition.close()

    assert MEMTABLE_BYTES / 2 < highest < MEMTABLE_BYTES * 3  # what is being flushed is on top


def filled(path: Path) -> None:
    """Leave a database of several blocks on disk."""
    partition = Partition(path)
    partition.write(
        [(b"%06d" % number, number.to_bytes(2) * 200) for number in range(5_000)], 4_999
    )
    partition.persist()
    partition.close()


def damage(path: Path, where: float) -> None:
    """Overwrite some bytes of the largest file, at this share of its length."""
    table = max(path.glob("*.sst"), key=lambda file: file.stat().st_size)
    with table.open("r+b") as file:
        file.seek(int(table.stat().st_size * where))
        file.write(b"\xff" * 64)


def test_a_store_that_cannot_be_opened_is_built_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is set aside for inspection, its place is empty, so recovery reads the whole changelog, and the log says so."""
    filled(tmp_path / "0")
    next((tmp_path / "0").glob("MANIFEST-*")).write_bytes(b"damaged")
    partition = open_partition(tmp_path / "0")

    assert (partition.offset, (tmp_path / "0.damaged").exists()) == (-1, True)
    assert "the local store is damaged" in caplog.text


def test_rows_after_damage_are_never_left_out_silently(tmp_path: Path) -> None:
    """Reading all rows fails at damage, instead of ending there, and the next process starts with an empty store."""
    filled(tmp_path / "0")
    damage(tmp_path / "0", 0.5)
    partition = open_partition(tmp_path / "0")

    with pytest.raises(Exception, match="Corruption"):
        list(partition.items())
    partition.close()
    assert open_partition(tmp_path / "0").offset == -1


def test_all_keys_of_a_prefix_or_an_error(tmp_path: Path) -> None:
    """The same holds for keys."""
    filled(tmp_path / "0")
    damage(tmp_path / "0", 0.5)

    with pytest.raises(Exception, match="Corruption"):
        list(open_partition(tmp_path / "0").keys_with_prefix(b"00"))


def test_an_undamaged_store_gives_all_its_rows(tmp_path: Path) -> None:
    """Rows of the changelog only, and keys up to the end of a prefix."""
    partition = Partition(tmp_path / "0")
    partition.write([(b"a1", b"1"), (b"a2", b"2"), (b"b1", b"3")], 2, [b"\x01a1"])

    assert [key for key, _ in partition.items()] == [b"a1", b"a2", b"b1"]
    assert [*partition.keys_with_prefix(b"a")] == [b"a1", b"a2"]
    assert [*partition.keys_with_prefix(b"b")] == [b"b1"]
    assert [*partition.keys_with_prefix(b"c")] == []


def test_a_store_that_is_damaged_again_is_not_built_anew(tmp_path: Path) -> None:
    """Twice is no accident: somebody must look at the disk."""
    for _ in range(2):
        filled(tmp_path / "0")
        next((tmp_path / "0").glob("MANIFEST-*")).write_bytes(b"damaged")
        if not (tmp_path / "0.damaged").exists():
            open_partition(tmp_path / "0").close()

    with pytest.raises(DamagedTwice, match="check the disk"):
        open_partition(tmp_path / "0")


def test_a_store_in_use_is_left_alone(tmp_path: Path) -> None:
    """Another process that has it open is no damage."""
    owner = Partition(tmp_path / "0")

    with pytest.raises(Exception, match="lock"):
        open_partition(tmp_path / "0")
    owner.close()
    assert not (tmp_path / "0.damaged").exists()
