"""Interviews (面接) of one application: each id counts once, however often its events repeat."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import emit_first_response
from schemas.funnel.history import FunnelEvent
from schemas.funnel.items import assign_interviewers, get_or_create_item
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECISION_DAY_ONLY, Change, Item, State, retract

# The latest outcome of an interview replaces the previous one.
OUTCOMES = {
    "interview.completed": "interviews_held",
    "interview.no_show": "interviews_no_show",
    "interview.cancelled": "interviews_cancelled",
}
MINUTE_MS = 60_000
MAX_INTERVIEW_MINUTES = 1_440


def apply_interview(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """面接: scheduled once, then held, missed or cancelled; count the latest outcome and every rescheduling."""
    if not state.responded:
        emit_first_response(state, event, rules, changes)
    interview = get_or_create_item(state, event)
    interview.interviewers = event.interviewers or interview.interviewers
    if interview.milestone is None and state.visits:
        interview.milestone = state.visits[-1].milestone
    day = rules.day(event.at)
    if event.ends_at is not None:
        interview.ends_at = event.ends_at
    if event.kind in OUTCOMES:
        before = pending_feedback.pending(state, interview)
        retract(changes, interview.latest_changes)
        state.emit(
            changes, interview.latest_changes, OUTCOMES[event.kind], day, interview.interviewers
        )
        if event.kind == "interview.completed":
            _complete(state, event, interview, day, changes)
            interview.expects_scorecards = rules.expects_scorecards(event.connection)
        pending_feedback.replace_changes(
            changes, before, pending_feedback.pending(state, interview)
        )
        return
    if not interview.first_changes:
        state.emit(
            changes, interview.first_changes, "interviews_scheduled", day, interview.interviewers
        )
    if event.kind == "interview.rescheduled":
        state.emit(
            changes, interview.first_changes, "interviews_rescheduled", day, interview.interviewers
        )


def _complete(
    state: State, event: FunnelEvent, interview: Item, day: int, changes: list[Change]
) -> None:
    if interview.ends_at is None:
        interview.ends_at = event.at
    if event.starts_at is not None and event.ends_at is not None:
        minutes = min(max(0, event.ends_at - event.starts_at) // MINUTE_MS, MAX_INTERVIEW_MINUTES)
        measure = f"interview_minutes.{minutes}"
        state.emit(
            changes,
            interview.latest_changes,
            measure,
            day,
            interview.interviewers,
            DECISION_DAY_ONLY,
        )
    assign_interviewers(state, changes, interview.milestone, interview.interviewers)
