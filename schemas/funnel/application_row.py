"""The worker's row of one application: its history, and what one more event changes in the cells."""

from typing import cast

import msgspec

from schemas.funnel import candidate_events
from schemas.funnel.fold import (
    Contribution,
    RunningCount,
    SignedContribution,
    difference,
    fold,
)
from schemas.funnel.funnel_events import FunnelEvent, StoredEvent
from schemas.funnel.history import OrderedHistory
from schemas.funnel.rules import Rules

ID_BYTES = 16


class RowVersion(msgspec.Struct, array_like=True):
    """Only the first field of a row: the last Kafka offset applied to it."""

    version: int = -1


class RowHead(msgspec.Struct, array_like=True):
    """Only the first fields of a row: its version and the parents of the application."""

    version: int = -1
    parents: list[str] = []


class StoredRow(msgspec.Struct, array_like=True):
    """A row as it is stored: `ids` are 16 bytes per event in arrival order, `log` the events.

    `version` is the last Kafka offset applied. `parents` are the candidates, jobs and openings that any of its events
    names (`schemas.funnel.candidate_events`).
    """

    version: int = -1
    parents: list[str] = []
    ids: bytes = b""
    log: list[StoredEvent] = []


class ApplicationRow:
    """One application in memory: its stored row, and what its events contribute, counted when it is first needed."""

    __slots__ = ("_contributions", "_count", "_history", "stored")

    def __init__(self, stored: StoredRow | None = None) -> None:
        """Begin without events, or with those of a stored row."""
        self.stored = StoredRow() if stored is None else stored
        self._contributions: list[Contribution] | None = None if self.stored.log else []
        self._history: OrderedHistory | None = None
        self._count: RunningCount | None = None

    @property
    def version(self) -> int:
        """The last Kafka offset applied."""
        return self.stored.version

    @property
    def parents(self) -> list[str]:
        """The candidates, jobs and openings that any of its events names."""
        return self.stored.parents

    @property
    def has_ended(self) -> bool:
        """Whether an attempt is known to have ended, so that little more is expected of it."""
        return any(contribution.ended for contribution in self._contributions or ())

    def contributions(self, rules: Rules) -> list[Contribution]:
        """What its events contribute."""
        if self._contributions is None:
            if self._count is None or self._count.rules is not rules:
                self._count = RunningCount(self.history, rules)
            self._contributions = self._count.contributions()
        return self._contributions

    @property
    def history(self) -> OrderedHistory:
        """Its events in the order in which they happened."""
        if self._history is None:
            self._history = OrderedHistory(self.stored.log)
        return self._history

    def append(self, event: FunnelEvent) -> None:
        """Add an event that the row lacks; what it contributes is counted when it is next needed."""
        self.history.add(event)
        self.stored.log.append(cast("StoredEvent", event))
        self.stored.ids += event.header.id
        self.stored.version = event.header.offset
        self._contributions = None

    def add(self, event: FunnelEvent, rules: Rules) -> list[SignedContribution]:
        """Add an event that the row lacks; return what it changes."""
        before = self.contributions(rules)
        self.append(event)
        return difference(before, self.contributions(rules))


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(StoredRow)
_version_decoder = msgspec.msgpack.Decoder(RowVersion)
_head_decoder = msgspec.msgpack.Decoder(RowHead)


def encode(row: ApplicationRow) -> bytes:
    """The row as msgpack."""
    return _encoder.encode(row.stored)


def decode(value: bytes) -> ApplicationRow:
    """Undo `encode`."""
    return ApplicationRow(_decoder.decode(value))


def decode_version(value: bytes) -> int:
    """The version of an encoded row, without decoding the rest."""
    return _version_decoder.decode(value).version


def decode_parents(value: bytes) -> list[str]:
    """The parents of the application in an encoded row, without decoding the rest."""
    return _head_decoder.decode(value).parents


def add_parents(row: ApplicationRow, event: FunnelEvent) -> list[str]:
    """Add the parents that the event names to the row; return the new ones."""
    parents = candidate_events.parent_keys(event)
    if not parents:
        return []
    added = [parent for parent in parents if parent not in row.parents]
    if added:
        row.stored.parents = [*row.parents, *added]
    return added


def event_index(row: ApplicationRow, event_id: bytes) -> int:
    """The position of the event in arrival order, or -1."""
    start = row.stored.ids.find(event_id)
    while start > 0 and start % ID_BYTES:
        start = row.stored.ids.find(event_id, start + 1)
    return start // ID_BYTES if start >= 0 else -1


def apply_event(
    row: ApplicationRow, event: FunnelEvent, rules: Rules
) -> list[SignedContribution] | None:
    """Add the event to the row; return contribution(after) - contribution(before), the same on every delivery.

    An event already stored from this offset is a replay: its difference is computed again from the events before it.
    One already stored from another offset is a duplicate: None.
    """
    header = event.header
    index = event_index(row, header.id)
    if index < 0:
        return row.add(event, rules)
    log = row.stored.log
    stored = log[index].header
    if (stored.offset, stored.index) != (header.offset, header.index):
        return None
    return difference(fold(log[:index], rules), fold(log[: index + 1], rules))
