"""The local copy of a changelog: one RocksDB per table and partition, behind Faust's table interface."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faust
from faust.stores.base import Store
from faust.types import TP, EventT
from rocksdict import (
    BlockBasedOptions,
    Cache,
    Options,
    Rdict,
    WriteBatch,
    WriteBufferManager,
    WriteOptions,
)

from streams.configuration.kafka_access import KafkaAccess
from streams.worker.turns import ROW, Steps

log = logging.getLogger(__name__)

DAMAGED = (
    ".damaged"  # suffix of a database that was set aside; its place is filled from the changelog
)
CORRUPTION = "Corruption:"  # how RocksDB begins when what it reads is not what it wrote
OFFSET_KEY = b"\x00changelog-offset"
LOCAL_PREFIX = b"\x01"  # prefix of keys that are in no changelog, because they derive from rows
BATCH_ROWS = 500  # rows that the owner writes at once
MEMTABLE_BYTES = 64 * 1024 * 1024  # of all databases of the process together, not of each
BLOCK_CACHE_BYTES = 64 * 1024 * 1024  # likewise

Rows = Iterable[tuple[bytes, bytes]]


memtables = WriteBufferManager(MEMTABLE_BYTES, allow_stall=False)
_blocks = Cache(BLOCK_CACHE_BYTES)


class LostPartition(Exception):
    """Two workers have written to the changelog of one partition; one was frozen and no longer owns it."""


class DamagedTwice(Exception):
    """A database is damaged that was built anew before: the disk, not an accident, is the likely reason."""


class Partition:
    """Rows of one partition and, in the same write, the changelog offset they correspond to.

    The write-ahead log is off: the changelog is the log. What a crash loses is read from there again.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the database under `path`; raise when another process has it open."""
        options = Options(raw_mode=True)
        options.create_if_missing(create_if_missing=True)
        options.set_write_buffer_size(32 * 1024 * 1024)
        options.set_write_buffer_manager(memtables)
        blocks = BlockBasedOptions()
        blocks.set_bloom_filter(
            10, block_based=False
        )  # most lookups are for applications that do not exist yet
        blocks.set_block_cache(_blocks)
        options.set_block_based_table_factory(blocks)
        self._path = path
        self._is_set_aside = False
        self._rows = Rdict(str(path), options)
        self._unlogged = WriteOptions()
        self._unlogged.disable_wal = True
        stored_offset = self._rows.get(OFFSET_KEY)
        self.offset = -1 if stored_offset is None else int(stored_offset)

    def get(self, key: bytes) -> bytes | None:
        """Return the row, or None."""
        try:
            value: bytes | None = self._rows.get(key)
        except Exception as error:  # RocksDB has no other
            self._set_aside_if_damaged(error)
            raise
        return value

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield all rows, in key order; raise when the last of them is not the last there is."""
        last = OFFSET_KEY  # before every other key
        for key, value in self._rows.items():
            last = key
            if key != OFFSET_KEY and not key.startswith(LOCAL_PREFIX):
                yield key, value
        self._check_end(last)

    def keys_with_prefix(self, prefix: bytes) -> Iterator[bytes]:
        """Yield all keys with this prefix, in order; raise as `items`."""
        last = prefix
        for key in self._rows.keys(from_key=prefix):
            last = key
            if not key.startswith(prefix):
                return
            yield key
        self._check_end(last)

    def _check_end(self, last: bytes) -> None:
        """Raise if an iterator that ended after `last` met damage there: the library ends it without a word."""
        iterator = self._rows.iter()
        iterator.seek(last)
        if iterator.valid() and iterator.key() == last:
            iterator.next()
        try:
            iterator.status()
        except Exception as error:  # RocksDB has no other
            self._set_aside_if_damaged(error)
            raise

    def write(self, rows: Rows, offset: int, local_keys: Iterable[bytes] = ()) -> None:
        """Write rows, local keys and the changelog offset of the last row atomically."""
        batch = WriteBatch(raw_mode=True)
        for key, value in rows:
            batch.put(key, value)
        for key in local_keys:
            batch.put(key, b"")
        batch.put(OFFSET_KEY, str(offset).encode())
        try:
            self._rows.write(batch, self._unlogged)
        except Exception as error:
            self._set_aside_if_damaged(error)
            raise
        self.offset = offset

    def append(
        self, rows: Sequence[tuple[bytes, bytes]], offset: int, local_keys: Iterable[bytes] = ()
    ) -> Steps[None]:
        """Write rows that the owner has just appended to the changelog, the last of them at `offset`.

        Raise LostPartition when they do not follow the rows stored here: another worker has written to the changelog, so
        what is last there may be stale, and only a restart reads it. The offset comes with the last rows: a crash between
        two steps leaves rows that recovery reads again.
        """
        check_follows(rows, self.offset, offset)
        last = max(0, len(rows) - 1) // BATCH_ROWS * BATCH_ROWS
        for start in range(0, last, BATCH_ROWS):
            self.write(rows[start : start + BATCH_ROWS], self.offset)
            yield ROW * BATCH_ROWS
        self.write(rows[last:], offset, local_keys)

    def persist(self) -> None:
        """Flush memory to disk, so that a restart reads less of the changelog."""
        self._rows.flush()

    def close(self) -> None:
        """Close the database."""
        self._rows.close()

    def _set_aside_if_damaged(self, error: Exception) -> None:
        """Leave the place to an empty database; the failure still ends the process, and the next one fills it."""
        if is_damage(error) and not self._is_set_aside:
            set_aside(self._path, error)
            self._is_set_aside = True


def check_follows(rows: Sequence[tuple[bytes, bytes]], offset: int, last: int) -> None:
    """Raise LostPartition unless rows, the last of which landed at `last`, follow `offset` in the changelog."""
    expected = offset + len(rows)
    if last != expected:
        msg = f"rows landed at {last} of the changelog, not at {expected}: another worker writes there too"
        raise LostPartition(msg)


def open_partition(path: Path) -> Partition:
    """Open or create the database under `path`; one that is damaged is set aside, and an empty one takes its place.

    Raise DamagedTwice when it was set aside before, and what RocksDB raises when another process has it open.
    """
    try:
        return Partition(path)
    except Exception as error:
        if not is_damage(error):
            raise
        set_aside(path, error)
        return Partition(path)


def is_damage(error: Exception) -> bool:
    """Return whether an error of RocksDB, whose type says nothing, means damaged files."""
    return str(error).startswith(CORRUPTION)


def set_aside(path: Path, error: Exception) -> None:
    """Rename a damaged database, so that the next owner reads its changelog from the beginning; raise DamagedTwice."""
    damaged = path.with_name(path.name + DAMAGED)
    if damaged.exists():
        msg = f"{path} is damaged again: {error}; check the disk, then remove {path} and {damaged}"
        raise DamagedTwice(msg) from error
    path.rename(damaged)
    log.error(
        "the local store is damaged and is built anew from the changelog",
        extra={"place": str(path), "kept_as": damaged.name, "reason": str(error)[:200]},
    )


class LocalStore(Store[bytes, bytes]):
    """Faust's view of the owned partitions; rows are raw bytes, written only by the flush."""

    def __post_init__(self) -> None:
        """Own nothing yet."""
        self.partitions: dict[int, Partition] = {}

    def open(self, directory: Path, owned: set[int]) -> None:
        """Close partitions no longer owned and open those that are; `directory` belongs to this table."""
        for number in set(self.partitions) - owned:
            self.partitions.pop(number).close()
        directory.mkdir(parents=True, exist_ok=True)
        for number in owned - set(self.partitions):
            self.partitions[number] = open_partition(directory / str(number))

    def persisted_offset(self, tp: TP) -> int | None:
        """Return the changelog offset that the rows correspond to, or None when nothing is stored."""
        partition = self.partitions.get(tp.partition)
        return None if partition is None or partition.offset < 0 else partition.offset

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        """Do nothing: rows and offset are written together."""

    def apply_changelog_batch(
        self,
        batch: Iterable[EventT[Any]],
        to_key: Callable[[Any], Any],
        to_value: Callable[[Any], Any],
    ) -> None:
        """Write what Faust's own recovery still finds after the bulk reader (normally nothing)."""
        for event in batch:
            message = event.message
            if message.key is not None and message.value is not None:
                row = [(message.key, message.value)]
                self.partitions[message.partition].write(
                    row, message.offset, self.table.index_keys(row)
                )

    def reset_state(self) -> None:
        """Do nothing: the operator removes the directories."""

    async def backup_partition(self, *_: Any, **__: Any) -> None:
        """Not supported: the changelog is the backup."""

    def restore_backup(self, *_: Any, **__: Any) -> None:
        """Not supported: the changelog is the backup."""


class LocalTable(faust.Table):
    """A Faust table whose changelog is written in whole batches and whose rows live in `LocalStore`.

    `version` reads a row's version; recovery keeps the row with the higher one, so a stale writer loses. `index_keys`
    returns the local keys derived from rows, which recovery writes again.
    """

    topic: str
    version: Callable[[bytes], int]
    index_keys: Callable[[Rows], Iterable[bytes]]
    directory: Path
    access: KafkaAccess
    restored_rows: int = 0  # rows read from the changelog since the process started

    def _new_store(self) -> LocalStore:
        return LocalStore("rocksdb://", self.app, self, table_name=self.name, loop=self.loop)

    @property
    def store(self) -> LocalStore:
        """The store, with its own type."""
        store: LocalStore = self.data
        return store
