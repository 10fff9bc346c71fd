"""One source partition in memory: its applications, its cells, and what of both has changed since the last write."""

from collections.abc import Callable

from schemas import record as records
from schemas.cells import COHORT, DECISION, Cell, Cells, Tally, encode_cell, encode_key
from schemas.facts import add, spread
from schemas.history import Happening
from schemas.record import Part, Record
from schemas.rules import Rules

Rows = list[tuple[bytes, bytes]]
Key = tuple[str, str, str, int, str]  # a CellKey without the cost of naming its fields

CACHED = 50_000  # applications kept decoded per partition; the rest are read back from the store


class Shard:
    """Single-threaded; `read` answers the stored row of an application or None."""

    def __init__(self, read: Callable[[bytes], bytes | None]) -> None:
        """Start with no cell and nothing changed."""
        self._read = read
        self._records: dict[bytes, Record] = {}
        self._changed: dict[bytes, Record] = {}
        self.cells: dict[Key, Cell] = {}
        self._dirty: dict[Key, Cell] = {}
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
            self._add(tenant, parts[0], event.offset)
        else:
            self._add_difference(tenant, parts, event.offset)
        return True

    def _add(self, tenant: str, part: Part, offset: int) -> None:
        """The fast path: facts of one day and one set of people share their cells."""
        sign, state, changes = part
        shared: tuple[object, ...] = ()
        tallies: list[Tally] = []
        for n, fact in changes:
            if fact[1:] != shared:
                shared = fact[1:]
                tallies = [
                    cell.m
                    for dimension, member in spread(state, fact)
                    for key in (
                        (tenant, dimension, member, fact[1], DECISION),
                        (tenant, dimension, member, state.cohort, COHORT),
                    )
                    if (cell := self._open(key, offset)) is not None
                ]
            measure, amount = fact[0], sign * n
            for tally in tallies:
                tally[measure] = tally.get(measure, 0) + amount

    def _add_difference(self, tenant: str, parts: list[Part], offset: int) -> None:
        difference: Cells = {}
        for sign, state, changes in parts:
            add(difference, tenant, state, changes, sign)
        for key, measures in difference.items():
            changed = {measure: n for measure, n in measures.items() if n}
            cell = self._open((*key,), offset) if changed else None
            if cell is not None:
                for measure, n in changed.items():
                    cell.m[measure] = cell.m.get(measure, 0) + n

    def _open(self, key: Key, offset: int) -> Cell | None:
        """The cell, marked as changed; None when its fence says that it already has everything up to `offset`."""
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = Cell(-1, {})
        elif cell.o >= offset:
            return None
        self._dirty[key] = cell
        return cell

    def changes(self) -> tuple[Rows, Rows]:
        """The changed applications and cells as rows, cells fenced at the last offset taken; nothing is dirty after."""
        for cell in self._dirty.values():
            cell.o = self.offset
        cells = [(encode_key(key), encode_cell(cell)) for key, cell in self._dirty.items()]
        applications = [(key, records.encode(row)) for key, row in self._changed.items()]
        self._dirty, self._changed = {}, {}
        return applications, cells

    def forget(self) -> None:
        """Drop the oldest applications beyond the budget that are not waiting to be written."""
        excess = len(self._records) - CACHED
        if excess > 0:
            for key in list(self._records)[:excess]:
                if key not in self._changed:
                    del self._records[key]
