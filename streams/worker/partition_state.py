"""One source partition in memory: its applications, its cells, its people, and what of them has changed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from schemas.funnel import application_row as records
from schemas.funnel.application_row import ApplicationRow
from schemas.funnel.candidate_events import KnownContext, Parent
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from streams.worker import parent_index
from streams.worker.cell_table import CellTable, Rows

CACHED = 50_000  # applications kept decoded per partition; the rest are read back from the store

Links = dict[tuple[str, Parent], list[str]]  # applications that the store does not know of yet

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, FunnelEvent])


class PartitionChanges(NamedTuple):
    """What has to be written, as rows; `links` go into the local store beside the applications."""

    applications: Rows
    cells: Rows
    people: Rows
    links: list[bytes]


class PartitionState:
    """Single-threaded. `read` answers the stored row of an application or None, `of` the stored applications of a parent."""

    def __init__(
        self,
        read: Callable[[bytes], bytes | None],
        of: Callable[[str, Parent], Iterable[str]] = lambda _tenant, _parent: (),
    ) -> None:
        """Start with no cell, nobody known, and nothing changed."""
        self._read = read
        self._of = of
        self._records: dict[bytes, ApplicationRow] = {}
        self._changed: dict[bytes, ApplicationRow] = {}
        self._settled: list[bytes] = []
        self._people: dict[str, KnownContext] = {}
        self._learned: list[tuple[str, FunnelEvent]] = []
        self._links: Links = {}
        self._settling: Links = {}
        self.cells = CellTable()
        self.offset = -1

    def take(self, tenant: str, subject: str, event: FunnelEvent, rules: Rules) -> bool:
        """Apply one event of an application; return False for a duplicate.

        Replayed deltas reach only cells that have not had them. An application that turns out to belong to a candidate
        or a job is told what happened to that one before; on a replay it is told again, and knows it.
        """
        key = f"{tenant}/{subject}".encode()
        row = self._row(key) or self._records.setdefault(key, ApplicationRow())
        replayed = event.offset <= row.version
        if not self._accept(tenant, key, row, event, rules):
            return False
        fresh = records.link(row, event)
        for parent in fresh:
            self._links.setdefault((tenant, parent), []).append(subject)
        if fresh or replayed:
            self._tell(tenant, key, row, event, rules)
        return True

    def learn(self, tenant: str, event: FunnelEvent, rules: Rules) -> bool:
        """Apply an event about a candidate or a pipeline to every application here that it reaches.

        Return False when it is known from another offset.
        """
        known = self._people.setdefault(tenant, KnownContext())
        if not known.add(event):
            return False
        self._learned.append((tenant, event))
        subjects = {s for parent in known.reached(event) for s in self._subjects(tenant, parent)}
        for subject in sorted(subjects):
            key = f"{tenant}/{subject}".encode()
            row = self._row(key)
            if row is not None:
                self._tell(tenant, key, row, event, rules)
        return True

    def remember(self, value: bytes) -> None:
        """Take a row of people as it was written."""
        tenant, event = _decoder.decode(value)
        self._people.setdefault(tenant, KnownContext()).add(event)

    def _tell(
        self, tenant: str, key: bytes, row: ApplicationRow, now: FunnelEvent, rules: Rules
    ) -> None:
        """Give the application all that reaches it by the offset of `now`; what it has already changes nothing."""
        known = self._people.get(tenant)
        if known is None:
            return
        for event in known.reaching(row.parents, now.offset):
            told = msgspec.structs.replace(event, offset=now.offset, index=now.index)
            self._accept(tenant, key, row, told, rules)

    def _accept(
        self, tenant: str, key: bytes, row: ApplicationRow, event: FunnelEvent, rules: Rules
    ) -> bool:
        parts = records.accept(row, event, rules)
        if not parts:
            return False
        self._changed[key] = row
        if len(parts) == 1:
            self.cells.add(tenant, parts[0], event.offset)
        else:
            self.cells.add_difference(tenant, parts, event.offset)
        return True

    def _row(self, key: bytes) -> ApplicationRow | None:
        row = self._records.get(key)
        if row is None:
            stored = self._read(key)
            if stored is not None:
                row = self._records[key] = records.decode(stored)
        return row

    def _subjects(self, tenant: str, parent: Parent) -> Iterable[str]:
        yield from self._of(tenant, parent)
        yield from self._settling.get((tenant, parent), ())
        yield from self._links.get((tenant, parent), ())

    def changes(self) -> PartitionChanges:
        """Everything that changed, cells fenced at the last offset taken; nothing is dirty after."""
        applications = [(key, records.encode(row)) for key, row in self._changed.items()]
        self._settled = [key for key, row in self._changed.items() if row.state.ended is not None]
        self._settling, self._links = self._links, {}
        learned, self._learned = self._learned, []
        self._changed = {}
        return PartitionChanges(
            applications,
            self.cells.changes(self.offset),
            [
                (f"{tenant}/{e.id.hex()}".encode(), _encoder.encode((tenant, e)))
                for tenant, e in learned
            ],
            [
                parent_index.key(*whose, each)
                for whose, found in self._settling.items()
                for each in found
            ],
        )

    def forget(self) -> None:
        """Drop what the store now has and hardly anybody asks for: ended applications, and the oldest over budget."""
        self._settling = {}
        for key in self._settled:
            if key not in self._changed:
                self._records.pop(key, None)
        self._settled = []
        excess = len(self._records) - CACHED
        if excess > 0:
            for key in list(self._records)[:excess]:
                if key not in self._changed:
                    del self._records[key]


def version_of_person(value: bytes) -> int:
    """The version of a row of people: the offset at which this partition first heard of it."""
    return _decoder.decode(value)[1].offset
