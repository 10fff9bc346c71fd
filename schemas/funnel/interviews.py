"""Interviews (面接) of one application: each counts once by its id, whatever its events repeat."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import respond
from schemas.funnel.history import FunnelEvent
from schemas.funnel.items import item_of, join_visit
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECIDED, Change, Item, State, retract

# The latest outcome of an interview replaces the one before.
OUTCOMES = {
    "interview.completed": "interviews_held",
    "interview.no_show": "interviews_no_show",
    "interview.cancelled": "interviews_cancelled",
}
MINUTE_MS = 60_000
LONGEST_INTERVIEW_M = 1_440


def interview(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """面接: scheduled once, then held, missed or cancelled; the latest outcome counts, and every rescheduling."""
    if not state.responded:
        respond(state, event, rules, changes)
    item = item_of(state, event)
    item.people = event.people or item.people
    if item.milestone is None and state.visits:
        item.milestone = state.visits[-1].milestone
    day = rules.day(event.at)
    if event.end is not None:
        item.end = event.end
    if event.kind in OUTCOMES:
        before = pending_feedback.of(state, item)
        retract(changes, item.latest)
        state.emit(changes, item.latest, OUTCOMES[event.kind], day, item.people)
        if event.kind == "interview.completed":
            _held(state, event, item, day, changes)
            item.owes = rules.scorecards(event.connection)
        pending_feedback.replace(changes, before, pending_feedback.of(state, item))
        return
    if not item.first:
        state.emit(changes, item.first, "interviews_scheduled", day, item.people)
    if event.kind == "interview.rescheduled":
        state.emit(changes, item.first, "interviews_rescheduled", day, item.people)


def _held(state: State, event: FunnelEvent, item: Item, day: int, changes: list[Change]) -> None:
    if item.end is None:
        item.end = event.at
    if event.begin is not None and event.end is not None:
        lasted = min(max(0, event.end - event.begin) // MINUTE_MS, LONGEST_INTERVIEW_M)
        measure = f"interview_minutes.{lasted}"
        state.emit(changes, item.latest, measure, day, item.people, DECIDED)
    join_visit(state, changes, item.milestone, item.people)
