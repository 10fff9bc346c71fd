"""What a spool holds while no gateway has it open."""

from pathlib import Path

from streams.ingest.spool.at_rest import SpoolAtRest, read_at_rest
from streams.ingest.spool.store import FILE, SpoolRecord, SpoolStore


def test_waiting_deliveries_are_counted_and_damaged_ones_apart(tmp_path: Path) -> None:
    """A spool without a file is empty; one with records, a damaged record and a file that was set aside is not."""
    assert read_at_rest(None).is_empty and read_at_rest(tmp_path / "none").is_empty
    store = SpoolStore(tmp_path)
    store.append([SpoolRecord("events", 1.0, b"a"), SpoolRecord("quarantine", 2.0, b"b")])
    records = store.read("quarantine", 1, 1)
    store.remove("quarantine", records, [records[0].number])
    (tmp_path / "damaged-1.sqlite3").write_bytes(b"x")

    assert read_at_rest(tmp_path) == SpoolAtRest(damaged=1, in_use=True)
    store.close()
    assert read_at_rest(tmp_path) == SpoolAtRest(waiting=1, damaged=2)


def test_a_file_that_cannot_be_read_is_damaged(tmp_path: Path) -> None:
    """Nobody takes it for an empty spool."""
    (tmp_path / FILE).write_bytes(b"not a database" * 100)

    assert read_at_rest(tmp_path) == SpoolAtRest(damaged=1)
