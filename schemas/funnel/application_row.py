"""The application row of the worker: its history, its fold's state, and what one more event changes."""

import msgspec

from schemas.funnel import candidate_events
from schemas.funnel.fold import continues, fold, step
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State

ID_BYTES = 16

# Changes to add to (+1) or take from (-1) the cells that `State` spreads them over.
Part = tuple[int, State, list[Change]]


class RowVersion(msgspec.Struct, array_like=True):
    """The first field of a row alone: the last Kafka offset it holds."""

    version: int = -1


class RowHead(msgspec.Struct, array_like=True):
    """The first fields of a row alone: what the application belongs to."""

    version: int = -1
    parents: list[str] = []


class ApplicationRow(msgspec.Struct, array_like=True):
    """`ids` are 16 bytes an event in arrival order, `log` the events themselves, left encoded on the fast path.

    `parents` are the candidates and jobs that any of its events named (`schemas.funnel.candidate_events`).
    """

    version: int = -1
    parents: list[str] = []
    ids: bytes = b""
    log: list[msgspec.Raw] = []
    state: State = msgspec.field(default_factory=State)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ApplicationRow)
_version_decoder = msgspec.msgpack.Decoder(RowVersion)
_head_decoder = msgspec.msgpack.Decoder(RowHead)
_happening_decoder = msgspec.msgpack.Decoder(FunnelEvent)


def encode(record: ApplicationRow) -> bytes:
    """The row as msgpack."""
    return _encoder.encode(record)


def decode(value: bytes) -> ApplicationRow:
    """Undo `encode`."""
    return _decoder.decode(value)


def version(value: bytes) -> int:
    """The version of an encoded row, without reading the rest of it."""
    return _version_decoder.decode(value).version


def parents(value: bytes) -> list[str]:
    """What the application of an encoded row belongs to, without reading the rest of it."""
    return _head_decoder.decode(value).parents


def link(record: ApplicationRow, event: FunnelEvent) -> list[str]:
    """Remember what the event says that the application belongs to; return what is new."""
    found = candidate_events.parents(event)
    if not found:
        return []
    fresh = [each for each in found if each not in record.parents]
    if fresh:
        record.parents = [*record.parents, *fresh]
    return fresh


def history(record: ApplicationRow) -> list[FunnelEvent]:
    """The events in arrival order."""
    return [_happening_decoder.decode(raw) for raw in record.log]


def position(record: ApplicationRow, event_id: bytes) -> int:
    """Where in arrival order the event stands, or -1."""
    found = record.ids.find(event_id)
    while found > 0 and found % ID_BYTES:
        found = record.ids.find(event_id, found + 1)
    return found // ID_BYTES if found >= 0 else -1


def accept(record: ApplicationRow, event: FunnelEvent, rules: Rules) -> list[Part]:
    """Take the event into the row; return facts(after) - facts(before), the same however often it is offered.

    A new event in time order costs one step; a late or re-assigning one the difference of two folds. An event that
    the row holds from this very offset is a replay: its delta is computed again from what stood before it. One that
    the row holds from another offset is a duplicate and changes nothing.
    """
    found = position(record, event.id)
    if found >= 0:
        events = history(record)
        held = events[found]
        if (held.offset, held.index) != (event.offset, event.index):
            return []
        return _difference(events[:found], events[: found + 1], rules)
    if continues(record.state, event):
        parts: list[Part] = [(1, record.state, step(record.state, event, rules))]
    else:
        events = history(record)
        parts = _difference(events, [*events, event], rules)
        record.state = parts[-1][1]
    record.ids += event.id
    record.log.append(msgspec.Raw(_encoder.encode(event)))
    record.version = event.offset
    return parts


def _difference(before: list[FunnelEvent], after: list[FunnelEvent], rules: Rules) -> list[Part]:
    """Both folds; of an empty `before` nothing."""
    new_state, new_changes = fold(after, rules)
    if not before:
        return [(1, new_state, new_changes)]
    old_state, old_changes = fold(before, rules)
    return [(-1, old_state, old_changes), (1, new_state, new_changes)]
