"""A cost belongs to one history: its own, or with the scope hire that of an application; these events keep it to one.

A history is read alone, so whoever sends a cost elsewhere must say so where it was.
"""

from collections.abc import Iterator

from schemas.errors import Malformed
from schemas.events.context import Cost
from schemas.events.envelope import Event, event_id, full_type, short_type
from schemas.funnel.costs import HIRE, REVERSED, own_subject


def accompanying_events(event: Event) -> tuple[Event, ...]:
    """Return what must be published with an event, in one request; nothing unless it is a cost of an application.

    The cost's own history gets a note that an application has it, or with a reversal that none has; the application
    that had it before gets a reversal. Raise Malformed if the sender wrote such a note.
    """
    data = event.data
    if not isinstance(data, Cost):
        return ()
    if data.moved_to is not None:
        raise Malformed("not_canonical", "moved_to: only Hirelay notes where a cost is")
    return tuple(_events(event, data))


def _events(event: Event, cost: Cost) -> Iterator[Event]:
    kind, holder = short_type(event.type), cost.member if cost.scope == HIRE else None
    if holder is not None:
        yield _event(event, kind, own_subject(cost.cost_id), _note(cost, kind))
    if cost.previous_member not in {None, holder}:
        yield _event(event, REVERSED, str(cost.previous_member), cost)


def _note(cost: Cost, kind: str) -> Cost:
    """The cost as its own history sees it: nothing to count, and the application that has it or had it last."""
    is_reversal = kind == REVERSED
    return Cost(
        cost_id=cost.cost_id,
        version=cost.version,
        amount=0,
        currency=cost.currency,
        scope="company",
        kind=cost.kind,
        previous_member=cost.member if is_reversal else cost.previous_member,
        moved_to=None if is_reversal else cost.member,
    )


def _event(event: Event, kind: str, subject: str, data: Cost) -> Event:
    """The event for another history; it is repeated with the event it accompanies, under one id."""
    changes = {
        "id": event_id(event.source, kind, (data.cost_id, subject), event.id),
        "type": full_type(kind),
        "subject": subject,
        "data": data,
    }
    return event.model_copy(update=changes)
