"""Scorecards (評価) of one application: each id counts once, as last submitted."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import MAX_SCORECARD_HOURS, capped_hours, emit_first_response
from schemas.funnel.history import FunnelEvent
from schemas.funnel.items import assign_interviewers, get_or_create_item
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECISION_DAY_ONLY, Change, State, retract

# The measure of each decision on the canonical scale.
DECISIONS = {
    -2: "feedback.strong_no",
    -1: "feedback.no",
    0: "feedback.mixed",
    1: "feedback.yes",
    2: "feedback.strong_yes",
    None: "feedback.undecided",
}


def apply_scorecard(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """評価: count one scorecard once, as last submitted; a deleted one does not count."""
    if event.kind == "feedback.requested":
        return
    if not state.responded:
        emit_first_response(state, event, rules, changes)
    scorecard = get_or_create_item(state, event)
    retract(changes, scorecard.latest_changes)
    day = rules.day(event.at)
    pending_feedback.record_scorecard(state, event, day, changes)
    if event.kind == "feedback.deleted":
        return
    scorecard.interviewers = event.interviewers or scorecard.interviewers
    state.emit(
        changes, scorecard.latest_changes, DECISIONS[event.number], day, scorecard.interviewers
    )
    interview = state.items.get(f"interview/{event.interview_id}")
    if scorecard.ends_at is None and interview is not None and interview.ends_at is not None:
        scorecard.ends_at = event.at  # only the first submission can be late
        scorecard.version = capped_hours(interview.ends_at, event.at, MAX_SCORECARD_HOURS)
    if scorecard.ends_at is not None:
        measure = f"scorecard_hours.{scorecard.version}"
        state.emit(
            changes,
            scorecard.latest_changes,
            measure,
            day,
            scorecard.interviewers,
            DECISION_DAY_ONLY,
        )
    milestone = None if interview is None else interview.milestone
    assign_interviewers(state, changes, milestone, scorecard.interviewers)
