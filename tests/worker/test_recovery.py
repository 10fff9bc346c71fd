"""The newest row of a key wins by its version, whichever worker wrote last, and becomes the last one in the changelog."""

from streams.worker.recovery import NewestRows


def newest(*records: tuple[str, int]) -> NewestRows:
    """Read records of (key, version), whose value is the version."""
    rows = NewestRows(int)
    for key, version in records:
        rows.add(key.encode(), b"%d" % version)
    return rows


def test_the_last_row_of_a_key_wins() -> None:
    """A changelog written by one owner is in the order of versions."""
    rows = newest(("a", 1), ("b", 1), ("a", 2))

    assert rows.rows == {b"a": b"2", b"b": b"1"}
    assert rows.overtaken == set()


def test_a_stale_row_of_a_frozen_worker_loses_and_is_overtaken() -> None:
    """Compaction would keep the stale row, because it is the last: its key must be written again."""
    rows = newest(("a", 5), ("b", 5), ("a", 3))

    assert rows.rows == {b"a": b"5", b"b": b"5"}
    assert rows.overtaken == {b"a"}


def test_a_newer_row_behind_the_stale_one_settles_it() -> None:
    """When the owner has written the key again since, nothing is left to do."""
    assert newest(("a", 5), ("a", 3), ("a", 6)).overtaken == set()


def test_rows_written_twice_are_not_overtaken() -> None:
    """A replay writes rows with versions that the changelog has."""
    assert newest(("a", 5), ("a", 5)).overtaken == set()


def test_a_stored_row_newer_than_the_changelog_is_kept_and_written_again() -> None:
    """The local store was ahead of what a frozen worker appended later."""
    rows = newest(("a", 3), ("b", 9))
    rows.drop_older_than({b"a": b"5", b"b": b"5"}.get)

    assert rows.rows == {b"b": b"9"}
    assert rows.overtaken == {b"a"}
