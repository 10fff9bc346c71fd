"""RocksDB in memory without a write-ahead log: a crash keeps what was flushed to disk, and loses the rest."""

from collections.abc import Iterator
from random import Random
from typing import Any

AUTO_FLUSH_CHANCE = 0.05  # a full memtable is flushed whenever it happens to be full


class Disk:
    """The files of all databases by path, which survive the processes."""

    def __init__(self, dice: Random) -> None:
        """Begin empty."""
        self.dice = dice
        self.files: dict[str, dict[bytes, bytes]] = {}

    def wipe(self, prefix: str) -> None:
        """Lose every database under a directory."""
        for path in [path for path in self.files if path.startswith(prefix)]:
            del self.files[path]


class WriteBatch:
    """Rows to write at once."""

    def __init__(self, raw_mode: bool) -> None:
        """Begin empty."""
        self.rows: dict[bytes, bytes] = {}

    def put(self, key: bytes, value: bytes) -> None:
        """Add a row."""
        self.rows[key] = value


class Database:
    """One open database."""

    def __init__(self, disk: Disk, path: str) -> None:
        """Open what is on disk."""
        self._disk, self._path = disk, path
        self._rows = dict(disk.files.setdefault(path, {}))

    def get(self, key: bytes) -> bytes | None:
        """Return a row, or None."""
        return self._rows.get(key)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield all rows in key order."""
        return iter(sorted(self._rows.items()))

    def keys(self, from_key: bytes) -> Iterator[bytes]:
        """Yield keys in order."""
        return iter(sorted(key for key in self._rows if key >= from_key))

    def iter(self) -> "Undamaged":
        """Return an iterator at the end of undamaged rows."""
        return Undamaged()

    def write(self, batch: WriteBatch, _options: Any) -> None:
        """Write rows at once."""
        self._rows.update(batch.rows)
        if self._disk.dice.random() < AUTO_FLUSH_CHANCE:
            self.flush()

    def flush(self) -> None:
        """Write everything to disk."""
        self._disk.files[self._path] = dict(self._rows)

    def close(self) -> None:
        """Flush, as an orderly end does."""
        self.flush()


class Undamaged:
    """An iterator that is valid nowhere and has met no damage."""

    def seek(self, _key: bytes) -> None:
        """Go nowhere."""

    def valid(self) -> bool:
        """Return False: there is no next row."""
        return False

    def status(self) -> None:
        """Raise nothing."""
