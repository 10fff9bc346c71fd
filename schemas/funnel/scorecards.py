"""Scorecards (評価) of one application: each counts once by its id, as it was last submitted."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import LONGEST_SCORECARD_H, hours, respond
from schemas.funnel.history import FunnelEvent
from schemas.funnel.items import item_of, join_visit
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECIDED, Change, State, retract

# 評価 by the canonical scale of decisions.
DECISIONS = {
    -2: "feedback.strong_no",
    -1: "feedback.no",
    0: "feedback.mixed",
    1: "feedback.yes",
    2: "feedback.strong_yes",
    None: "feedback.undecided",
}


def feedback(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """評価: one scorecard counts once, as it was last submitted; a deleted one not at all."""
    if event.kind == "feedback.requested":
        return
    if not state.responded:
        respond(state, event, rules, changes)
    item = item_of(state, event)
    retract(changes, item.latest)
    day = rules.day(event.at)
    pending_feedback.submitted(state, event, day, changes)
    if event.kind == "feedback.deleted":
        return
    item.people = event.people or item.people
    state.emit(changes, item.latest, DECISIONS[event.number], day, item.people)
    met = state.items.get(f"interview/{event.about}")
    if item.end is None and met is not None and met.end is not None:
        item.end = event.at  # the first submission is what can be late
        item.version = hours(met.end, event.at, LONGEST_SCORECARD_H)
    if item.end is not None:
        measure = f"scorecard_hours.{item.version}"
        state.emit(changes, item.latest, measure, day, item.people, DECIDED)
    join_visit(state, changes, None if met is None else met.milestone, item.people)
