"""The worker's row of one application: its history, the state of its fold, and the changes of one more event."""

import msgspec

from schemas.funnel import candidate_events
from schemas.funnel.fold import can_step, fold, step
from schemas.funnel.funnel_events import FunnelEvent, StoredEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State

ID_BYTES = 16

# Changes to add to (+1) or subtract from (-1) the cells that `State` maps them to.
SignedChanges = tuple[int, State, list[Change]]


class RowVersion(msgspec.Struct, array_like=True):
    """Only the first field of a row: the last Kafka offset applied to it."""

    version: int = -1


class RowHead(msgspec.Struct, array_like=True):
    """Only the first fields of a row: its version and the parents of the application."""

    version: int = -1
    parents: list[str] = []


class ApplicationRow(msgspec.Struct, array_like=True):
    """One application: `ids` are 16 bytes per event in arrival order, `log` the events, not decoded on the fast path.

    `version` is the last Kafka offset applied. `parents` are the candidates and jobs that any of its events names
    (`schemas.funnel.candidate_events`).
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
_event_decoder: msgspec.msgpack.Decoder[StoredEvent] = msgspec.msgpack.Decoder(StoredEvent)


def encode(row: ApplicationRow) -> bytes:
    """The row as msgpack."""
    return _encoder.encode(row)


def decode(value: bytes) -> ApplicationRow:
    """Undo `encode`."""
    return _decoder.decode(value)


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
        row.parents = [*row.parents, *added]
    return added


def decode_history(row: ApplicationRow) -> list[FunnelEvent]:
    """The events in arrival order."""
    return [_event_decoder.decode(raw) for raw in row.log]


def event_index(row: ApplicationRow, event_id: bytes) -> int:
    """The position of the event in arrival order, or -1."""
    start = row.ids.find(event_id)
    while start > 0 and start % ID_BYTES:
        start = row.ids.find(event_id, start + 1)
    return start // ID_BYTES if start >= 0 else -1


def apply_event(row: ApplicationRow, event: FunnelEvent, rules: Rules) -> list[SignedChanges]:
    """Add the event to the row; return contribution(after) - contribution(before), the same on every delivery.

    A new event in time order costs one step; a late event, or one that changes an attribute, costs the difference of
    two folds. An event already stored from this offset is a replay: its delta is computed again from the events
    before it. One already stored from another offset is a duplicate and changes nothing.
    """
    header = event.header
    index = event_index(row, header.id)
    if index >= 0:
        events = decode_history(row)
        stored = events[index].header
        if (stored.offset, stored.index) != (header.offset, header.index):
            return []
        return _fold_difference(events[:index], events[: index + 1], rules)
    if can_step(row.state, event):
        delta: list[SignedChanges] = [(1, row.state, step(row.state, event, rules))]
    else:
        events = decode_history(row)
        delta = _fold_difference(events, [*events, event], rules)
        row.state = delta[-1][1]
    row.ids += header.id
    row.log.append(msgspec.Raw(_encoder.encode(event)))
    row.version = header.offset
    return delta


def _fold_difference(
    before: list[FunnelEvent], after: list[FunnelEvent], rules: Rules
) -> list[SignedChanges]:
    """The changes of both folds, the old ones negative; an empty `before` has none."""
    new_state, new_changes = fold(after, rules)
    if not before:
        return [(1, new_state, new_changes)]
    old_state, old_changes = fold(before, rules)
    return [(-1, old_state, old_changes), (1, new_state, new_changes)]
