"""Interviews, scorecards and offers as items of one application, and the stay at a stage that their people decide on."""

from schemas.funnel.hires import offered_after
from schemas.funnel.history import FunnelEvent
from schemas.funnel.state import Change, Item, State, Visit, with_people


def item_of(state: State, event: FunnelEvent) -> Item:
    """The item that the event is about; a new one is added to the state."""
    key = f"{event.kind.partition('.')[0]}/{event.entity}"
    item = state.items.get(key)
    if item is None:
        item = state.items[key] = Item([], [])
    return item


def visit_at(state: State, milestone: str | None) -> Visit | None:
    """The stay an interview belongs to: the one at its milestone, else the present one."""
    for visit in reversed(state.visits):
        if milestone is None or visit.milestone == milestone:
            return visit
    return state.visits[-1] if state.visits else None


def join_visit(
    state: State, changes: list[Change], milestone: str | None, people: tuple[str, ...]
) -> None:
    """The interviewers decide on the stay their interview belongs to, also when their word comes after the decision."""
    visit = visit_at(state, milestone)
    if visit is None:
        return
    visit.met = True
    fresh = [person for person in people if person not in visit.people]
    if not fresh:
        return
    visit.people.extend(fresh)
    decided = tuple(visit.people)
    with_people(changes, visit.left, decided)
    with_people(changes, visit.after, decided)
    offered_after(state, changes, visit)
    if visit is state.visits[-1]:
        with_people(changes, state.parting, decided)
