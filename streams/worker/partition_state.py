"""One source partition in memory: its applications, cells and context events, and what of them has changed."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from schemas.funnel import application_row, fold
from schemas.funnel.application_row import ApplicationRow
from schemas.funnel.candidate_events import ContextEvents, ParentKey
from schemas.funnel.fold import Contribution, SignedContribution
from schemas.funnel.funnel_events import (
    ContextEvent,
    FunnelEvent,
    MergeEvent,
    StoredContextEvent,
)
from schemas.funnel.rules import Rules
from streams.worker import parent_index
from streams.worker.cell_table import CellTable, Rows
from streams.worker.turns import FOLDED_EVENT, INDEX_KEY, ROW, Steps

# Decoded applications that a process keeps, at 7 kB each with some events; the rest are read from the store.
MAX_CACHED_APPLICATIONS = 50_000

Links = dict[tuple[str, ParentKey], list[str]]  # applications that are not in the store yet

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, StoredContextEvent])


class PartitionChanges(NamedTuple):
    """Rows to write; `links` go into the local store beside the applications."""

    applications: Rows
    cells: Rows
    people: Rows
    links: list[bytes]


class Uncounted(NamedTuple):
    """An application with new events that the cells do not contain yet: what it contributed before them."""

    tenant: str
    row: ApplicationRow
    before: list[Contribution]
    rules: Rules


class PartitionState:
    """State of one partition; single-threaded.

    New events of one record are counted together, by `count`; those that a cell may contain already, after a crash, one
    by one behind its fence. Between the first step of a record and the last of its `count`, nothing else may be applied,
    and nothing drained: a replay repeats whole records.

    `read_row` returns an application's stored row or None; `stored_applications` the stored applications of a parent.
    """

    def __init__(
        self,
        read_row: Callable[[bytes], bytes | None],
        stored_applications: Callable[
            [str, ParentKey], Iterable[str]
        ] = lambda _tenant, _parent: (),
    ) -> None:
        """Start without cells, context events or changes."""
        self._read_row = read_row
        self._stored_applications = stored_applications
        self._rows: dict[bytes, ApplicationRow] = {}
        self._changed: dict[bytes, ApplicationRow] = {}
        self._ended: list[bytes] = []
        self._contexts: dict[str, ContextEvents] = {}
        self._new_context_events: list[tuple[str, ContextEvent]] = []
        self._uncounted: dict[bytes, Uncounted] = {}
        self._pending_links: Links = {}
        self._flushing_links: Links = {}
        self.cells = CellTable()
        self.offset = -1

    def apply(self, tenant: str, subject: str, event: FunnelEvent, rules: Rules) -> bool:
        """Apply one event of an application; return False for a duplicate.

        Replayed deltas reach only cells that lack them. An application that turns out to belong to a candidate or job also
        receives that parent's earlier events; a replay sends them again, which changes nothing.
        """
        key = f"{tenant}/{subject}".encode()
        row = self._row(key) or self._rows.setdefault(key, ApplicationRow())
        replayed = event.header.offset <= row.version
        if not self._apply_to_row(tenant, key, row, event, rules):
            return False
        new_parents = application_row.add_parents(row, event)
        for parent in new_parents:
            self._pending_links.setdefault((tenant, parent), []).append(subject)
        if new_parents or replayed:
            self._apply_known_context(tenant, key, row, event, rules)
        return True

    def apply_context(self, tenant: str, event: ContextEvent, rules: Rules) -> Steps[bool]:
        """Apply an event about a candidate or a pipeline to every application of this partition that it reaches.

        Return False when it is known from another offset.
        """
        contexts = self._contexts.setdefault(tenant, ContextEvents())
        if not contexts.add(event):
            return False
        self._new_context_events.append((tenant, event))
        parents = contexts.parents_reached(event)
        subjects = dict.fromkeys(s for parent in parents for s in self._unstored(tenant, parent))
        for parent in parents:
            for subject in self._stored_applications(tenant, parent):
                subjects[subject] = None
                yield INDEX_KEY
        for subject in subjects:
            key = f"{tenant}/{subject}".encode()
            row = self._row(key)
            if row is None:
                continue
            if isinstance(event, MergeEvent):  # the winner's earlier events reach it too
                self._apply_known_context(tenant, key, row, event, rules)
            else:
                self._apply_to_row(tenant, key, row, event, rules)
            yield FOLDED_EVENT * len(row.stored.log)
        return True

    def knows_context(self, tenant: str, event: ContextEvent) -> bool:
        """Return whether the event was applied before; then its copies are in the other partitions."""
        contexts = self._contexts.get(tenant)
        return contexts is not None and event.header.id in contexts

    @property
    def owes_end(self) -> bool:
        """Whether the next flush writes at least one cell, so that readers see an end of what was flushed before."""
        return self.cells.owes_end(self.offset)

    def restore_context(self, value: bytes) -> None:
        """Load a stored row of the people table."""
        tenant, event = _decoder.decode(value)
        self._contexts.setdefault(tenant, ContextEvents()).add(event)

    def _apply_known_context(
        self, tenant: str, key: bytes, row: ApplicationRow, trigger: FunnelEvent, rules: Rules
    ) -> None:
        """Apply all known context events at the offset of `trigger`; those the row already has change nothing."""
        contexts = self._contexts.get(tenant)
        if contexts is None:
            return
        offset, index = trigger.header.offset, trigger.header.index
        for event in contexts.events_reaching(row.parents, offset):
            header = msgspec.structs.replace(event.header, offset=offset, index=index)
            context_event = msgspec.structs.replace(event, header=header)
            self._apply_to_row(tenant, key, row, context_event, rules)

    def _apply_to_row(
        self, tenant: str, key: bytes, row: ApplicationRow, event: FunnelEvent, rules: Rules
    ) -> bool:
        is_new = application_row.event_index(row, event.header.id) < 0
        if is_new and event.header.offset > self.cells.fenced_until:
            if key not in self._uncounted:
                self._uncounted[key] = Uncounted(tenant, row, row.contributions(rules), rules)
            row.append(event)
            self._changed[key] = row
            return True
        if key in self._uncounted:
            self._count(self._uncounted.pop(key))
        difference = application_row.apply_event(row, event, rules)
        if difference is None:
            return False
        self._changed[key] = row
        self._add(tenant, difference, event.header.offset)
        return True

    def _add(self, tenant: str, difference: list[SignedContribution], offset: int) -> None:
        if len(difference) == 1:
            self.cells.add(tenant, difference[0], offset)
        else:
            self.cells.add_difference(tenant, difference, offset)

    def count(self) -> Steps[None]:
        """Count the new events since the last call; call it after every record, which a replay repeats as a whole.

        Not later: a cell that several records change back and forth must be written, so that its fence covers them.
        """
        uncounted, self._uncounted = self._uncounted, {}
        for application in uncounted.values():
            self._count(application)
            yield FOLDED_EVENT * len(application.row.stored.log)

    def _count(self, uncounted: Uncounted) -> None:
        row = uncounted.row
        difference = fold.difference(uncounted.before, row.contributions(uncounted.rules))
        self._add(uncounted.tenant, difference, row.version)

    def _row(self, key: bytes) -> ApplicationRow | None:
        row = self._rows.get(key)
        if row is None:
            stored = self._read_row(key)
            if stored is not None:
                row = self._rows[key] = application_row.decode(stored)
        return row

    def _unstored(self, tenant: str, parent: ParentKey) -> Iterator[str]:
        """Yield the applications of a parent that the store may lack; read them before the store, which takes them over."""
        yield from self._flushing_links.get((tenant, parent), ())
        yield from self._pending_links.get((tenant, parent), ())

    def drain(self) -> Steps[PartitionChanges]:
        """Return all changes, cells fenced at the last offset taken, and mark everything clean."""
        applications = []
        for key, row in self._changed.items():
            applications.append((key, application_row.encode(row)))
            yield ROW
        self._ended = [key for key, row in self._changed.items() if row.has_ended]
        self._flushing_links, self._pending_links = self._pending_links, {}
        context_events, self._new_context_events = self._new_context_events, []
        self._changed = {}
        people = [
            (f"{tenant}/{event.header.id.hex()}".encode(), _encoder.encode((tenant, event)))
            for tenant, event in context_events
        ]
        links = []
        for (tenant, parent), subjects in self._flushing_links.items():
            links += [parent_index.key(tenant, parent, subject) for subject in subjects]
            yield INDEX_KEY * len(subjects)
        cells = yield from self.cells.drain(self.offset)
        return PartitionChanges(applications, cells, people, links)

    @property
    def cached_applications(self) -> int:
        """How many applications are decoded in memory."""
        return len(self._rows)

    def evict(self, limit: int = MAX_CACHED_APPLICATIONS) -> None:
        """Drop rows that are stored and rarely needed: ended applications, and the oldest over the limit."""
        self._flushing_links = {}
        for key in self._ended:
            if key not in self._changed:
                self._rows.pop(key, None)
        self._ended = []
        excess = len(self._rows) - limit
        if excess > 0:
            for key in list(self._rows)[:excess]:
                if key not in self._changed:
                    del self._rows[key]


def context_version(value: bytes) -> int:
    """Return the version of a row of the people table: the offset at which this partition first saw the event."""
    return _decoder.decode(value)[1].header.offset
