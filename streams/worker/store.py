"""The local copy of a changelog: one RocksDB per table and partition, behind Faust's table interface."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faust
from faust.stores.base import Store
from faust.types import TP, EventT
from rocksdict import BlockBasedOptions, Options, Rdict, WriteBatch, WriteOptions

OFFSET_KEY = b"\x00changelog-offset"
LOCAL = b"\x01"  # begins every key that is in no changelog, because the rows imply it

Rows = Iterable[tuple[bytes, bytes]]


class Partition:
    """Rows of one partition and, in the same write, the changelog offset they stand for.

    The write-ahead log is off: the changelog is the log. What a crash loses is read from there again.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the database under `path`; raise when another process holds it."""
        options = Options(raw_mode=True)
        options.create_if_missing(create_if_missing=True)
        options.set_write_buffer_size(32 * 1024 * 1024)
        blocks = BlockBasedOptions()
        blocks.set_bloom_filter(
            10, block_based=False
        )  # most look-ups are for applications nobody has seen
        options.set_block_based_table_factory(blocks)
        self._rows = Rdict(str(path), options)
        self._unlogged = WriteOptions()
        self._unlogged.disable_wal = True
        held = self._rows.get(OFFSET_KEY)
        self.offset = -1 if held is None else int(held)

    def get(self, key: bytes) -> bytes | None:
        """The row, or None."""
        value: bytes | None = self._rows.get(key)
        return value

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Every row, in key order."""
        for key, value in self._rows.items():
            if key != OFFSET_KEY and not key.startswith(LOCAL):
                yield key, value

    def keys_from(self, beginning: bytes) -> Iterator[bytes]:
        """Every key that begins so, in order."""
        for key in self._rows.keys(from_key=beginning):
            if not key.startswith(beginning):
                return
            yield key

    def write(self, rows: Rows, offset: int, local: Iterable[bytes] = ()) -> None:
        """Take the rows, local keys, and the changelog offset of the last row, at once."""
        batch = WriteBatch(raw_mode=True)
        for key, value in rows:
            batch.put(key, value)
        for key in local:
            batch.put(key, b"")
        batch.put(OFFSET_KEY, str(offset).encode())
        self._rows.write(batch, self._unlogged)
        self.offset = offset

    def persist(self) -> None:
        """Bring memory to disk, so that a restart reads less of the changelog."""
        self._rows.flush()

    def close(self) -> None:
        """Let go of the directory."""
        self._rows.close()


class LocalStore(Store[bytes, bytes]):
    """Faust's view of the partitions this worker owns; rows are raw bytes and are written by the flush alone."""

    def __post_init__(self) -> None:
        """Own nothing yet."""
        self.partitions: dict[int, Partition] = {}

    def open(self, directory: Path, owned: set[int]) -> None:
        """Close what is no longer owned, open what is; `directory` is this table's own."""
        for number in set(self.partitions) - owned:
            self.partitions.pop(number).close()
        directory.mkdir(parents=True, exist_ok=True)
        for number in owned - set(self.partitions):
            self.partitions[number] = Partition(directory / str(number))

    def persisted_offset(self, tp: TP) -> int | None:
        """The changelog offset that the rows stand for, or None when nothing is held."""
        held = self.partitions.get(tp.partition)
        return None if held is None or held.offset < 0 else held.offset

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        """Nothing to do: rows and offset are written together."""

    def apply_changelog_batch(
        self,
        batch: Iterable[EventT[Any]],
        to_key: Callable[[Any], Any],
        to_value: Callable[[Any], Any],
    ) -> None:
        """Take what Faust's own recovery still finds after the bulk reader (normally nothing)."""
        for event in batch:
            message = event.message
            if message.key is not None and message.value is not None:
                row = [(message.key, message.value)]
                self.partitions[message.partition].write(
                    row, message.offset, self.table.implied(row)
                )

    def reset_state(self) -> None:
        """Nothing beside the directories, which the operator removes."""

    async def backup_partition(self, *_: Any, **__: Any) -> None:
        """Not offered: the changelog is the backup."""

    def restore_backup(self, *_: Any, **__: Any) -> None:
        """Not offered: the changelog is the backup."""


class LocalTable(faust.Table):
    """A Faust table whose changelog is written in whole batches and whose rows live in `LocalStore`.

    `version` reads a row's version; recovery keeps the row with the higher one, so a stale writer loses. `implied` are
    the local keys that rows imply, which recovery writes again.
    """

    topic: str
    version: Callable[[bytes], int]
    implied: Callable[[Rows], Iterable[bytes]]
    directory: Path

    def _new_store(self) -> LocalStore:
        return LocalStore("rocksdb://", self.app, self, table_name=self.name, loop=self.loop)

    @property
    def store(self) -> LocalStore:
        """The store, with its own type."""
        store: LocalStore = self.data
        return store
