"""Look-up of an application's items (interviews, scorecards, offers) and of the stay their interviewers decide on."""

from schemas.funnel.hires import emit_offered_after_pass
from schemas.funnel.history import FunnelEvent
from schemas.funnel.state import Change, Item, State, Visit, reassign_interviewers


def get_or_create_item(state: State, event: FunnelEvent) -> Item:
    """The item of the event; a new one is added to the state."""
    key = f"{event.kind.partition('.')[0]}/{event.entity}"
    item = state.items.get(key)
    if item is None:
        item = state.items[key] = Item([], [])
    return item


def find_visit(state: State, milestone: str | None) -> Visit | None:
    """The stay an interview belongs to: the latest at its milestone, else the current one."""
    for visit in reversed(state.visits):
        if milestone is None or visit.milestone == milestone:
            return visit
    return state.visits[-1] if state.visits else None


def assign_interviewers(
    state: State, changes: list[Change], milestone: str | None, interviewers: tuple[str, ...]
) -> None:
    """Credit the interviewers with the decision on their interview's stay, even if their scorecard comes after it."""
    visit = find_visit(state, milestone)
    if visit is None:
        return
    visit.interviewed = True
    added = [person for person in interviewers if person not in visit.interviewers]
    if not added:
        return
    visit.interviewers.extend(added)
    deciders = tuple(visit.interviewers)
    reassign_interviewers(changes, visit.pass_changes, deciders)
    reassign_interviewers(changes, visit.follow_up_changes, deciders)
    emit_offered_after_pass(state, changes, visit)
    if visit is state.visits[-1]:
        reassign_interviewers(changes, state.stage_ending_changes, deciders)
