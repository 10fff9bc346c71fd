"""The live cells of one source partition: where deltas are added behind their fence, millions of times."""

import msgspec

from schemas.cells import (
    BASES,
    Basis,
    Cell,
    Cells,
    Tally,
    decode_cell,
    decode_key,
    encode_cell,
    encode_key,
)
from schemas.funnel.application_row import Part
from schemas.funnel.fold import add, days_of, home, others

SLOTS: dict[str, int] = {basis: number for number, basis in enumerate(BASES)}

Slots = list[tuple[int, int, Basis]]  # of a member's cells, with the day and basis of each
Rows = list[tuple[bytes, bytes]]
Key = tuple[str, str, str, int, str]  # a CellKey without the cost of naming its fields


class LiveCell(msgspec.Struct, gc=False):
    """One cell in memory: its name, its fence, its measures, and whether it waits to be written."""

    key: Key
    o: int
    m: Tally
    dirty: bool = False


class CellTable:
    """Cells found by member first and by day and basis second, which hashes far less than one long key."""

    def __init__(self) -> None:
        """No cell yet."""
        self._members: dict[tuple[str, str, str], dict[int, LiveCell]] = {}
        self._dirty: list[LiveCell] = []

    def restore(self, key: bytes, value: bytes) -> None:
        """Take a row as it was written."""
        where, cell = decode_key(key), decode_cell(value)
        days = self._members.setdefault(where[:3], {})
        slot = where.day * 3 + SLOTS[where.basis]
        days[slot] = LiveCell((*where[:3], where.day, where.basis), cell.o, cell.m)

    def add(self, tenant: str, part: Part, offset: int) -> None:
        """Add one event's changes to every cell whose fence has not had `offset`.

        Facts of one day, recruiter and reach share their cells; those of one set of people come one after the other.
        """
        sign, state, changes = part
        homes: dict[tuple[object, ...], tuple[Slots, list[Tally]]] = {}
        people: tuple[object, ...] = ()
        theirs: list[Tally] = []
        for n, fact in changes:
            measure, day, recruiter, who, reach = fact
            place = (day, recruiter, reach)
            found = homes.get(place)
            if found is None:
                days = [(day * 3 + SLOTS[basis], day, basis) for day, basis in days_of(state, fact)]
                there = self._tallies(tenant, home(state, fact), days, offset)
                found = homes[place] = (days, there)
            amount = sign * n
            _count(found[1], measure, amount)
            if who:
                if people != (who, place):
                    people = (who, place)
                    theirs = self._tallies(tenant, others(fact), found[0], offset)
                _count(theirs, measure, amount)

    def _tallies(
        self,
        tenant: str,
        pairs: list[tuple[str, str]],
        days: Slots,
        offset: int,
    ) -> list[Tally]:
        tallies: list[Tally] = []
        members, dirty = self._members, self._dirty
        for dimension, member in pairs:
            name = (tenant, dimension, member)
            cells = members.get(name)
            if cells is None:
                cells = members[name] = {}
            for slot, day, basis in days:
                cell = cells.get(slot)
                if cell is None:
                    cell = cells[slot] = LiveCell((tenant, dimension, member, day, basis), -1, {})
                elif cell.o >= offset:
                    continue
                if not cell.dirty:
                    cell.dirty = True
                    dirty.append(cell)
                tallies.append(cell.m)
        return tallies

    def add_difference(self, tenant: str, parts: list[Part], offset: int) -> None:
        """Add what two folds differ in; cells in which they agree are not touched."""
        difference: Cells = {}
        for sign, state, changes in parts:
            add(difference, tenant, state, changes, sign)
        for key, measures in difference.items():
            changed = {measure: n for measure, n in measures.items() if n}
            cell = self._open(key, offset) if changed else None
            if cell is not None:
                for measure, n in changed.items():
                    cell.m[measure] = cell.m.get(measure, 0) + n

    def _open(self, key: Key, offset: int) -> LiveCell | None:
        """The cell, marked as changed; None when its fence says that it already has everything up to `offset`."""
        cells = self._members.setdefault(key[:3], {})
        slot = key[3] * 3 + SLOTS[key[4]]
        cell = cells.get(slot)
        if cell is None:
            cell = cells[slot] = LiveCell((*key,), -1, {})
        elif cell.o >= offset:
            return None
        if not cell.dirty:
            cell.dirty = True
            self._dirty.append(cell)
        return cell

    def changes(self, offset: int) -> Rows:
        """The changed cells as rows, fenced at `offset`; nothing is dirty after."""
        rows = []
        for cell in self._dirty:
            cell.o, cell.dirty = offset, False
            rows.append((encode_key(cell.key), encode_cell(Cell(offset, cell.m))))
        self._dirty = []
        return rows


def _count(tallies: list[Tally], measure: str, amount: int) -> None:
    """Add to every tally: the hottest lines of the worker, where a call of `get` would cost more."""
    for tally in tallies:
        if measure in tally:
            tally[measure] += amount
        else:
            tally[measure] = amount
