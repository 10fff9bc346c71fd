"""Order the events of one application within a day that has no times: by the pipeline, else by the order of the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

import msgspec

from schemas.tenants.milestones import normalize_name
from streams.tools.importing.events import RowEvent

CREATED, MOVED = "application.created", "application.stage_changed"
# Events with a date only get a time of day in the order of a hiring process: the application first, a move after the
# interview that caused it, the outcome last. Without this, events of one day would have no order.
TIME_OF_DAY = {
    "interview": timedelta(hours=12),
    "feedback": timedelta(hours=13),
    MOVED: timedelta(hours=23),
    "offer": timedelta(hours=23, minutes=30),
    "application.rejected": timedelta(hours=23, minutes=45),
    "application.withdrawn": timedelta(hours=23, minutes=45),
    "application.closed": timedelta(hours=23, minutes=45),
    "application.hired": timedelta(hours=23, minutes=45),
}
UNDATED_AHEAD = timedelta(
    seconds=1
)  # an undated event stands right before the one whose date it has
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class DayOrder:
    """What orders moves of one day.

    `pipeline` is the place of stages by normalized name, by the rules of the connection or the map. `backwards` are the
    indexes of files whose rows run from the latest to the earliest.
    """

    zone: tzinfo
    pipeline: Mapping[str, int] = field(default_factory=dict)
    backwards: frozenset[int] = frozenset()


def in_day_order(events: list[RowEvent], order: DayOrder) -> list[RowEvent]:
    """The events with the times that order them, sorted by these; those with a time of their own keep it."""
    places = _move_places(events, order)
    timed = [
        msgspec.structs.replace(event, at=_time(event, places.get(id(event), 0), order.zone))
        for event in events
    ]
    created = next((event for event in timed if event.type == CREATED), None)
    if created is not None:
        timed = [_after_creation(event, created) for event in timed]
    return sorted(timed, key=lambda event: event.at)


def _time(event: RowEvent, place: int, zone: tzinfo) -> datetime:
    when = event.fact.when
    if not when.is_date_only:
        return when.at - UNDATED_AHEAD if event.fact.undated else when.at
    family = event.type.partition(".")[0]
    offset = TIME_OF_DAY.get(event.type) or TIME_OF_DAY.get(family) or timedelta()
    if event.fact.undated and event.type == MOVED:
        offset = TIME_OF_DAY["application.hired"] - UNDATED_AHEAD
    # In local wall-clock time, so that the event stays within a day of 23 hours.
    local = datetime.combine(when.day, time(), zone) + offset
    return local.astimezone(UTC) + place * A_SECOND


def _after_creation(event: RowEvent, created: RowEvent) -> RowEvent:
    """The event, after the application if it has only the day of it and the application a time."""
    same_day = event.fact.when.day == created.fact.when.day
    if event is created or not same_day or event.at > created.at:
        return event
    if event.fact.when.is_date_only or event.fact.estimated or event.fact.undated:
        return msgspec.structs.replace(event, at=created.at + A_SECOND)
    return event


def _move_places(events: list[RowEvent], order: DayOrder) -> dict[int, int]:
    """The place of each move within its day, by the identity of the event."""
    by_day: dict[date, list[RowEvent]] = {}
    for event in events:
        if event.type == MOVED and event.fact.when.is_date_only and not event.fact.undated:
            by_day.setdefault(event.fact.when.day, []).append(event)
    places: dict[int, int] = {}
    if all(len(moves) == 1 for moves in by_day.values()):
        return places
    backwards = _backwards(events, order)
    for moves in by_day.values():
        known_places = [order.pipeline.get(normalize_name(move.stage)) for move in moves]
        if len(moves) > 1 and all(place is not None for place in known_places):
            moves.sort(key=lambda move: order.pipeline[normalize_name(move.stage)])
        elif len(moves) > 1:
            moves.sort(
                key=lambda move: (move.file, -move.line if move.file in backwards else move.line)
            )
        places.update({id(move): place for place, move in enumerate(moves)})
    return places


def _backwards(events: list[RowEvent], order: DayOrder) -> frozenset[int]:
    """The files in which the rows of this application run backwards; where its own say nothing, as the whole file does."""
    backwards = set(order.backwards)
    for file in {event.file for event in events}:
        days = [e.fact.when.day for e in events if e.file == file and e.type == MOVED]
        steps = [(after > before) - (after < before) for before, after in pairwise(days)]
        if any(steps):
            (backwards.add if sum(steps) < 0 else backwards.discard)(file)
    return frozenset(backwards)
