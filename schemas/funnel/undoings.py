"""Undoings of one instant: one that finds nothing to undo comes after the ending of its instant that it undoes."""

from collections.abc import Iterator, Sequence

from schemas.funnel.funnel_events import FunnelEvent, ReopeningEvent
from schemas.funnel.instant_order import is_in_sequence
from schemas.funnel.journey import Journey


def take_in_turn(journey: Journey, events: Sequence[FunnelEvent]) -> Iterator[FunnelEvent]:
    """Let the journey take the events of an attempt, which are in order, and yield each once it was taken."""
    postponed: list[ReopeningEvent] = []
    for number, event in enumerate(events):
        if isinstance(event, ReopeningEvent) and _waits(journey, event, events, number):
            postponed.append(event)
            continue
        journey.take(event)
        yield event
        for undoing in [one for one in postponed if journey.could_undo(one, event)]:
            if not _waits(journey, undoing, events, number):
                postponed.remove(undoing)
                journey.take(undoing)
                yield undoing


def _waits(
    journey: Journey, undoing: ReopeningEvent, events: Sequence[FunnelEvent], number: int
) -> bool:
    """Whether an undoing waits for an ending of its instant after a place, as its system did not say which came first."""
    at = undoing.header.at
    if not journey.finds_nothing(undoing):
        return False
    if is_in_sequence([event for event in events if event.header.at == at]):
        return False
    later = [event for event in events[number + 1 :] if event.header.at == at]
    return any(journey.could_undo(undoing, event) for event in later)
