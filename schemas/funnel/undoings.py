"""Undoings of one instant: one that finds nothing to undo comes after the ending of its instant that it undoes."""

from collections.abc import Iterator, Sequence

from schemas.funnel.funnel_events import FunnelEvent, ReopeningEvent
from schemas.funnel.instant_order import is_in_sequence
from schemas.funnel.journey import Journey


def take_in_turn(journey: Journey, events: Sequence[FunnelEvent]) -> Iterator[FunnelEvent]:
    """Let the journey take the events of an attempt, which are in order, and yield each once it was taken."""
    postponed: list[ReopeningEvent] = []
    for number, event in enumerate(events):
        if isinstance(event, ReopeningEvent) and _comes_later(journey, event, events, number):
            postponed.append(event)
            continue
        journey.take(event)
        yield event
        for undoing in [one for one in postponed if journey.could_undo(one, event)]:
            postponed.remove(undoing)
            journey.take(undoing)
            yield undoing


def _comes_later(
    journey: Journey, undoing: ReopeningEvent, events: Sequence[FunnelEvent], number: int
) -> bool:
    """Whether the undoing waits for an ending of its instant, because its system did not say which came first."""
    if not journey.finds_nothing(undoing):
        return False
    instant = [event for event in events if event.header.at == undoing.header.at]
    later = instant[instant.index(undoing) + 1 :]
    return not is_in_sequence(instant) and any(journey.could_undo(undoing, e) for e in later)
