"""The file of the spool: records in the order of arrival, in SQLite.

SQLite has what a spool needs and what is easily got wrong: a write-ahead log whose frames carry checksums, so that a write
torn by a crash is cut off at the next start; `synchronous = full`, so that a commit returns only after its fsync; and
roll-back of a commit that the disk refused. A row carries its own CRC besides, because SQLite does not check pages that it
has moved from the log into the database file.
"""

import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from streams.configuration.files import Misconfigured

FILE = "spool.sqlite3"
DAMAGED = "damaged"  # the lane of records that cannot be read: they stay in the file for a person to look at
LOCK_TIMEOUT_S = 20.0  # a gateway that is being replaced needs this long to finish its requests
_DAMAGED_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SETUP = (
    # One gateway, one spool: the lock is held until the process ends, however it ends.
    "pragma locking_mode = exclusive",
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma temp_store = memory",
    "pragma secure_delete = on",  # a record that was handed over leaves no bytes that an erasure would miss
    """create table if not exists records (
        number integer primary key autoincrement,
        lane text not null,
        stored_at real not null,
        crc integer not null,
        payload blob not null
    ) strict""",
    "create index if not exists records_by_lane on records (lane, number)",
)


@dataclass(frozen=True, slots=True)
class SpoolRecord:
    """A record to store: its lane, when it arrived (Unix seconds) and its bytes."""

    lane: str
    stored_at: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as read; `payload` is None if its bytes are not those that were stored."""

    number: int
    size: int
    payload: bytes | None


@dataclass(slots=True)
class LaneTotals:
    """What a lane holds; `oldest` is the arrival of its first record (Unix seconds), None if it is empty."""

    records: int = 0
    size: int = 0
    oldest: float | None = None


class SpoolStore:
    """The records of one directory. Its methods block and must not run at the same time.

    They raise sqlite3.Error if the disk fails or is full; then nothing has changed, or the change may be repeated.
    """

    def __init__(self, directory: Path) -> None:
        """Open or create the file; set a damaged one aside. Raise Misconfigured if neither is possible."""
        self._path = directory / FILE
        try:
            _create_directory(directory)
            self._connection = connect(self._path)
        except sqlite3.OperationalError as error:
            raise Misconfigured(_remedy(self._path, error)) from error
        except OSError as error:
            msg = f"the spool cannot be created in {directory}: {error.strerror}; set HIRELAY_GATEWAY_SPOOL_DIR"
            raise Misconfigured(msg) from error
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
            self._connection = connect(self.set_aside())

    def append(self, records: Sequence[SpoolRecord]) -> None:
        """Return only after all records are on disk; store all of them or none."""
        rows = [
            (record.lane, record.stored_at, zlib.crc32(record.payload), record.payload)
            for record in records
        ]
        with self._transaction():
            self._connection.executemany(
                "insert into records (lane, stored_at, crc, payload) values (?, ?, ?, ?)", rows
            )

    def read(self, lane: str, most_records: int, most_bytes: int) -> list[StoredRecord]:
        """Return the first records of a lane, at least one if there is one."""
        cursor = self._connection.execute(
            "select number, crc, payload from records where lane = ? order by number limit ?",
            (lane, most_records),
        )
        records: list[StoredRecord] = []
        size = 0
        for number, crc, payload in cursor:
            records.append(
                StoredRecord(number, len(payload), payload if zlib.crc32(payload) == crc else None)
            )
            size += len(payload)
            if size >= most_bytes:
                break
        cursor.close()  # an open one would keep the log from being written back
        return records

    def remove(self, lane: str, records: Sequence[StoredRecord], damaged: Sequence[int]) -> None:
        """Remove the first records of a lane, at least one; those numbered in `damaged` change their lane instead."""
        with self._transaction():
            self._connection.executemany(
                "update records set lane = ? where number = ?",
                [(DAMAGED, number) for number in damaged],
            )
            self._connection.execute(
                "delete from records where lane = ? and number <= ?", (lane, records[-1].number)
            )

    def oldest(self, lane: str) -> float | None:
        """Return when the first record of a lane arrived (Unix seconds)."""
        row = self._connection.execute(
            "select stored_at from records where lane = ? order by number limit 1", (lane,)
        ).fetchone()
        return None if row is None else float(row[0])

    def totals(self) -> dict[str, LaneTotals]:
        """Return what each lane holds that is not empty."""
        rows = self._connection.execute(
            "select lane, count(*), sum(length(payload)), min(stored_at) from records group by lane"
        )
        return {lane: LaneTotals(records, size, oldest) for lane, records, size, oldest in rows}

    def compact(self) -> None:
        """Give the disk space of removed records back."""
        self._connection.execute("vacuum")
        self._connection.execute("pragma wal_checkpoint(truncate)").fetchall()

    def replace(self) -> None:
        """Set the damaged file aside and continue with an empty one."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._connection = connect(self.set_aside())

    def set_aside(self) -> Path:
        """Rename a damaged file with its log, so that a person can recover records; return the free path."""
        number = 1
        while (aside := self._path.with_name(f"damaged-{number}.sqlite3")).exists():
            number += 1
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).rename(
                    aside.with_name(aside.name + suffix)
                )
        return self._path

    def damaged_files(self) -> int:
        """Return how many damaged files have been set aside and not been removed since."""
        return len(set_aside_files(self._path.parent))

    def close(self) -> None:
        """Close the file; another gateway may open it."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):  # the failure that led here says more
                    self._connection.execute("rollback")
            raise


def set_aside_files(directory: Path) -> list[Path]:
    """Return the damaged files that were set aside in a directory and not removed since."""
    return sorted(directory.glob("damaged-*.sqlite3"))


def is_damaged(error: Exception) -> bool:
    """Return whether SQLite says that the file is not what it wrote."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGED_CODES


def is_full(error: Exception) -> bool:
    """Return whether the disk is full."""
    return bool(getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL)


def _create_directory(directory: Path) -> None:
    """Create the directory for its owner alone, and its entry on disk: SQLite syncs only what is inside."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in missing:
        parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)


def connect(path: Path, timeout_s: float = LOCK_TIMEOUT_S) -> sqlite3.Connection:
    """Open the file and lock it until it is closed; raise sqlite3.Error if it is locked or damaged."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(
        path, timeout=timeout_s, isolation_level=None, check_same_thread=False
    )
    try:
        for statement in _SETUP:
            connection.execute(statement).fetchall()
        (verdict,) = connection.execute("pragma quick_check(1)").fetchone()
    except BaseException:
        connection.close()
        raise
    if verdict != "ok":
        connection.close()
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error
    return connection


def _remedy(path: Path, error: sqlite3.OperationalError) -> str:
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
        return f"another gateway uses the spool {path}: give each its own HIRELAY_GATEWAY_SPOOL_DIR"
    return f"the spool {path} cannot be opened: {error}; free the disk or set HIRELAY_GATEWAY_SPOOL_DIR"
