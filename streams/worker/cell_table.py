"""The live cells of one source partition: the hot path that adds deltas behind each cell's fencing offset."""

import msgspec

from schemas.cells import (
    BASES,
    COHORT,
    Cell,
    Cells,
    Tally,
    decode_cell,
    decode_key,
    encode_cell,
    encode_key,
)
from schemas.funnel.attempt import Attributes
from schemas.funnel.facts import FunnelFact, Scope
from schemas.funnel.fold import (
    MEMBER_SCOPES,
    CellPlace,
    SignedContribution,
    add_contribution,
    application_members,
    fact_days,
    member_places,
)
from streams.worker.turns import ROW, Steps

SLOT_BY_BASIS: dict[str, int] = {basis: number for number, basis in enumerate(BASES)}

Rows = list[tuple[bytes, bytes]]
Key = tuple[str, str, str, int, str]  # a CellKey without the cost of a named tuple


class LiveCell(msgspec.Struct, gc=False):
    """One cell in memory: key, fencing offset, measures, and whether it must be written."""

    key: Key
    offset: int
    measures: Tally
    dirty: bool = False


# The cells of the members that an application counts in, by recruiter and whether a duration is counted.
Columns = dict[tuple[str | None, bool], list[tuple[tuple[str, str], dict[int, LiveCell]]]]


class CellTable:
    """Cells by member, then by day and basis, which hashes far less than one long key."""

    def __init__(self) -> None:
        """Start without cells.

        `fenced_until` is the highest offset that any restored cell already includes: later events are new to all cells.
        """
        self.fenced_until = -1
        self._newest: LiveCell | None = None  # the restored cell that includes it
        self._members: dict[tuple[str, str, str], dict[int, LiveCell]] = {}
        self._dirty: list[LiveCell] = []

    def restore(self, key: bytes, value: bytes) -> None:
        """Load a stored row."""
        cell_key, cell = decode_key(key), decode_cell(value)
        self.fenced_until = max(self.fenced_until, cell.o)
        days = self._members.setdefault(cell_key[:3], {})
        slot = cell_key.day * 3 + SLOT_BY_BASIS[cell_key.basis]
        live = days[slot] = LiveCell((*cell_key[:3], cell_key.day, cell_key.basis), cell.o, cell.m)
        if cell.o == self.fenced_until:
            self._newest = live

    def owes_end(self, offset: int) -> bool:
        """Whether a flush at this offset must have a row: the last flush of an earlier owner may lack its end.

        It is whole once everything that its rows include is counted again.
        """
        return self._newest is not None and offset >= self.fenced_until

    def add(self, tenant: str, signed: SignedContribution, offset: int) -> None:
        """Add one event's changes to every cell whose fencing offset is below `offset`.

        Facts with the same days, recruiter and scope share their cells. Facts about the same people are consecutive.
        """
        sign, part = signed
        columns: Columns = {}
        shared: dict[tuple[object, ...], list[Tally]] = {}
        member_group: tuple[object, ...] = ()
        member_tallies: list[Tally] = []
        for n, fact in part.changes:
            group = (fact.day, fact.recruiter, fact.scope, fact.start_day)
            tallies = shared.get(group)
            if tallies is None:
                tallies = shared[group] = self._shared_tallies(
                    (tenant, part.attributes, columns), fact, offset
                )
            amount = sign * n
            _count(tallies, fact.measure, amount)
            if fact.members:
                if member_group != (fact.members, group):
                    member_group = (fact.members, group)
                    places = member_places(part.attributes, fact)
                    member_tallies = self._member_tallies(tenant, places, offset)
                _count(member_tallies, fact.measure, amount)

    def _shared_tallies(
        self, application: tuple[str, Attributes, Columns], fact: FunnelFact, offset: int
    ) -> list[Tally]:
        """The tallies of the cells that the fact shares with others of its application."""
        tallies: list[Tally] = []
        if fact.scope in MEMBER_SCOPES:
            return tallies
        tenant, attributes, columns = application
        is_duration = fact.scope is Scope.DURATION
        for day, basis in fact_days(attributes, fact):
            recruiter = attributes.recruiter if basis == COHORT else fact.recruiter
            column = columns.get((recruiter, is_duration))
            if column is None:
                column = columns[recruiter, is_duration] = [
                    (pair, self._members.setdefault((tenant, *pair), {}))
                    for pair in application_members(attributes, fact, basis)
                ]
            slot = day * 3 + SLOT_BY_BASIS[basis]
            for pair, cells in column:
                cell = cells.get(slot)
                if cell is None:
                    cell = cells[slot] = LiveCell((tenant, *pair, day, basis), -1, {})
                elif cell.offset >= offset:
                    continue
                if not cell.dirty:
                    cell.dirty = True
                    self._dirty.append(cell)
                tallies.append(cell.measures)
        return tallies

    def _member_tallies(self, tenant: str, places: list[CellPlace], offset: int) -> list[Tally]:
        """The tallies of the cells of the members that a fact lists."""
        tallies: list[Tally] = []
        for dimension, member, day, basis in places:
            name = (tenant, dimension, member)
            cells = self._members.get(name)
            if cells is None:
                cells = self._members[name] = {}
            slot = day * 3 + SLOT_BY_BASIS[basis]
            cell = cells.get(slot)
            if cell is None:
                cell = cells[slot] = LiveCell((*name, day, basis), -1, {})
            elif cell.offset >= offset:
                continue
            if not cell.dirty:
                cell.dirty = True
                self._dirty.append(cell)
            tallies.append(cell.measures)
        return tallies

    def add_difference(
        self, tenant: str, signed_contributions: list[SignedContribution], offset: int
    ) -> None:
        """Add the difference between two folds; cells on which they agree are not touched."""
        difference: Cells = {}
        for sign, contribution in signed_contributions:
            add_contribution(difference, tenant, contribution, sign)
        for key, measures in difference.items():
            changed = {measure: n for measure, n in measures.items() if n}
            cell = self._writable_cell(key, offset) if changed else None
            if cell is not None:
                for measure, n in changed.items():
                    cell.measures[measure] = cell.measures.get(measure, 0) + n

    def _writable_cell(self, key: Key, offset: int) -> LiveCell | None:
        """Return the cell, marked dirty; None when its fencing offset says it already includes `offset`."""
        cells = self._members.setdefault(key[:3], {})
        slot = key[3] * 3 + SLOT_BY_BASIS[key[4]]
        cell = cells.get(slot)
        if cell is None:
            cell = cells[slot] = LiveCell((*key,), -1, {})
        elif cell.offset >= offset:
            return None
        if not cell.dirty:
            cell.dirty = True
            self._dirty.append(cell)
        return cell

    def drain(self, offset: int) -> Steps[Rows]:
        """Return the changed cells as rows, fenced at `offset`, and mark all cells clean."""
        rows = []
        if self._newest is not None and self.owes_end(offset):
            if not self._newest.dirty:
                self._dirty.append(self._newest)
            self._newest = None
        for cell in self._dirty:
            cell.offset, cell.dirty = offset, False
            rows.append((encode_key(cell.key), encode_cell(Cell(offset, cell.measures))))
            yield ROW
        self._dirty = []
        return rows


def _count(tallies: list[Tally], measure: str, amount: int) -> None:
    """Add to every tally. These are the worker's hottest lines; calling `get` would cost more."""
    for tally in tallies:
        if measure in tally:
            tally[measure] += amount
        else:
            tally[measure] = amount
