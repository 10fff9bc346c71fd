"""The order of events that happened at one instant, and which of them say the same thing (ruling: never by a hash)."""

from collections.abc import Sequence
from itertools import groupby

import msgspec

from schemas.events.envelope import TYPES
from schemas.funnel.funnel_events import (
    ContextEvent,
    CostEvent,
    EndingEvent,
    EventHeader,
    FunnelEvent,
    UpdateEvent,
)

CREATED = "application.created"
# A creation before a move, an ending last. All endings rank alike, because the kind of ending may be corrected.
RANK = {name: rank for rank, name in enumerate(TYPES)}
RANK |= dict.fromkeys(("application.withdrawn", "application.closed"), RANK["application.rejected"])

Place = tuple[int, int, int, int, int, bytes]
_BLANK = EventHeader(at=0, kind="", id=b"")


def place(event: FunnelEvent) -> Place:
    """The sort key by instant, type, revision and arrival; of context events, which arrive with others, by id."""
    header = event.header
    first, then = (0, 0) if isinstance(event, ContextEvent) else (header.offset, header.index)
    return (header.at, RANK[header.kind], header.revision, first, then, header.id)


def in_order(events: Sequence[FunnelEvent]) -> list[FunnelEvent]:
    """The events in the order in which they happened, each said once; equal for every order of the input.

    At one instant, the creation comes first. The others follow the sequence that their system sent; else, within one
    delivery, their places in it; else their types, revisions and arrival. Moves that name the stage they left follow
    each other.
    """
    by_place = sorted(events, key=place)
    ordered: list[FunnelEvent] = []
    told: str | None = None  # the id of the stage told last
    for _, same_instant in groupby(by_place, key=lambda event: event.header.at):
        group = list(same_instant)
        if len(group) > 1:
            group = _order_instant(said_once(group), told)
        ordered += group
        told = last_told_stage(group) or told
    return ordered


def order_instant(group: Sequence[FunnelEvent], told: str | None) -> list[FunnelEvent]:
    """The events of one instant in order, each said once; `told` is the id of the stage told last before it."""
    return _order_instant(said_once(sorted(group, key=place)), told)


def last_told_stage(events: Sequence[FunnelEvent]) -> str | None:
    """The id of the stage that the events, which are in order, tell last."""
    for event in reversed(events):
        if isinstance(event, UpdateEvent | EndingEvent) and event.stage and event.stage.id:
            return event.stage.id
    return None


def said_once(group: list[FunnelEvent]) -> list[FunnelEvent]:
    """The events of one instant without those that say what an earlier one said, under another id."""
    kinds = [event.header.kind for event in group]
    if len(set(kinds)) == len(kinds):
        return group
    unique: list[FunnelEvent] = []
    contents: set[tuple[str, bytes]] = set()
    for event in group:
        if isinstance(event, ContextEvent | CostEvent):
            unique.append(event)
            continue
        blank = msgspec.structs.replace(event, header=_BLANK)
        content = (event.header.kind, msgspec.msgpack.encode(blank))
        if content not in contents:
            contents.add(content)
            unique.append(event)
    return unique


def _order_instant(group: list[FunnelEvent], told: str | None) -> list[FunnelEvent]:
    context = [event for event in group if isinstance(event, ContextEvent)]
    created = [event for event in group if _is_first_creation(event)]
    own = [e for e in group if not isinstance(e, ContextEvent) and not _is_first_creation(e)]
    if is_in_sequence(own):
        own.sort(key=lambda event: event.header.sequence)
        return context + created + own
    if len({event.header.offset for event in own}) == 1:
        own.sort(key=lambda event: event.header.index)
    told = last_told_stage(created) or told
    return context + created + _chain_moves(own, told)


def is_in_sequence(events: Sequence[FunnelEvent]) -> bool:
    """Whether the system that sent the events of one instant said in which order they happened."""
    return all(event.header.sequence for event in events if not _is_first_creation(event))


def _is_first_creation(event: FunnelEvent) -> bool:
    return (
        event.header.kind == CREATED
        and isinstance(event, UpdateEvent)
        and not event.is_reapplication
    )


def _chain_moves(events: list[FunnelEvent], told: str | None) -> list[FunnelEvent]:
    """Permute the moves that name the stage they left, so that each leaves the stage of the move before."""
    places = [
        number
        for number, event in enumerate(events)
        if isinstance(event, UpdateEvent) and event.from_stage is not None and event.stage
    ]
    if len(places) < 2:
        return events
    before = last_told_stage(events[: places[0]]) or told
    moves = [event for number in places if isinstance(event := events[number], UpdateEvent)]
    chained = list(events)
    for number in places:
        move = _next_move(moves, before)
        moves.remove(move)
        chained[number] = move
        before = None if move.stage is None else move.stage.id
    return chained


def _next_move(moves: list[UpdateEvent], before: str | None) -> UpdateEvent:
    """The move that leaves the stage `before`, else one that leaves a stage no other move enters, else the first."""
    entered = {move.stage.id for move in moves if move.stage is not None}
    for move in moves:
        if move.from_stage is not None and move.from_stage.id == before:
            return move
    for move in moves:
        if move.from_stage is not None and move.from_stage.id not in entered:
            return move
    return moves[0]
