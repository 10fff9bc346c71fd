"""One source partition in memory: its applications, its cells, and what of both has changed since the last write."""

from collections.abc import Callable

from schemas import record as records
from schemas.history import Happening
from schemas.record import Record
from schemas.rules import Rules
from streams.worker.celltable import CellTable, Rows

CACHED = 50_000  # applications kept decoded per partition; the rest are read back from the store


class Shard:
    """Single-threaded; `read` answers the stored row of an application or None."""

    def __init__(self, read: Callable[[bytes], bytes | None]) -> None:
        """Start with no cell and nothing changed."""
        self._read = read
        self._records: dict[bytes, Record] = {}
        self._changed: dict[bytes, Record] = {}
        self._settled: list[bytes] = []
        self.cells = CellTable()
        self.offset = -1

    def take(self, tenant: str, subject: str, event: Happening, rules: Rules) -> bool:
        """Apply one event; return False for a duplicate. Replayed deltas reach only cells that have not had them."""
        key = f"{tenant}/{subject}".encode()
        row = self._records.get(key)
        if row is None:
            stored = self._read(key)
            row = self._records[key] = records.decode(stored) if stored is not None else Record()
        parts = records.accept(row, event, rules)
        if not parts:
            return False
        self._changed[key] = row
        if len(parts) == 1:
            self.cells.add(tenant, parts[0], event.offset)
        else:
            self.cells.add_difference(tenant, parts, event.offset)
        return True

    def changes(self) -> tuple[Rows, Rows]:
        """The changed applications and cells as rows, cells fenced at the last offset taken; nothing is dirty after."""
        applications = [(key, records.encode(row)) for key, row in self._changed.items()]
        self._settled = [key for key, row in self._changed.items() if row.state.ended is not None]
        self._changed = {}
        return applications, self.cells.changes(self.offset)

    def forget(self) -> None:
        """Drop what the store now has and hardly anybody asks for: ended applications, and the oldest over budget."""
        for key in self._settled:
            if key not in self._changed:
                self._records.pop(key, None)
        self._settled = []
        excess = len(self._records) - CACHED
        if excess > 0:
            for key in list(self._records)[:excess]:
                if key not in self._changed:
                    del self._records[key]
