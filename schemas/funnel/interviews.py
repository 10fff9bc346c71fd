"""Interviews (面接) of one application: each id counts once, however often its events repeat."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import emit_first_response
from schemas.funnel.funnel_events import InterviewEvent
from schemas.funnel.hires import emit_offered_after_pass
from schemas.funnel.rules import Rules
from schemas.funnel.state import (
    Change,
    Interview,
    Scope,
    State,
    Visit,
    reassign_interviewers,
    retract,
)

# The latest outcome of an interview replaces the previous one.
OUTCOMES = {
    "interview.completed": "interviews_held",
    "interview.no_show": "interviews_no_show",
    "interview.cancelled": "interviews_cancelled",
}
MINUTE_MS = 60_000
MAX_INTERVIEW_MINUTES = 1_440


def apply_interview(
    state: State, event: InterviewEvent, rules: Rules, changes: list[Change]
) -> None:
    """面接: scheduled once, then held, missed or cancelled; count the latest outcome and every rescheduling."""
    if not state.responded:
        emit_first_response(state, event, rules, changes)
    interview = state.interviews.get(event.interview_id)
    if interview is None:
        interview = state.interviews[event.interview_id] = Interview()
    interview.interviewers = event.interviewers or interview.interviewers
    if interview.milestone is None and state.visits:
        interview.milestone = state.visits[-1].milestone
    if event.ends_at is not None:
        interview.ends_at = event.ends_at
    if event.header.kind in OUTCOMES:
        _apply_outcome(state, event, interview, rules, changes)
        return
    day, people = rules.day(event.header.at), interview.interviewers
    if not interview.first_changes:
        state.emit(changes, interview.first_changes, "interviews_scheduled", day, people)
    if event.header.kind == "interview.rescheduled":
        state.emit(changes, interview.first_changes, "interviews_rescheduled", day, people)


def _apply_outcome(
    state: State, event: InterviewEvent, interview: Interview, rules: Rules, changes: list[Change]
) -> None:
    kind, day = event.header.kind, rules.day(event.header.at)
    before = pending_feedback.pending_scorecards(state, interview)
    retract(changes, interview.latest_changes)
    state.emit(changes, interview.latest_changes, OUTCOMES[kind], day, interview.interviewers)
    if kind == "interview.completed":
        _complete(state, event, interview, day, changes)
        interview.expects_scorecards = rules.expects_scorecards(event.header.connection)
    now = pending_feedback.pending_scorecards(state, interview)
    pending_feedback.replace_changes(changes, before, now)


def _complete(
    state: State, event: InterviewEvent, interview: Interview, day: int, changes: list[Change]
) -> None:
    if interview.ends_at is None:
        interview.ends_at = event.header.at
    people = interview.interviewers
    if event.starts_at is not None and event.ends_at is not None:
        minutes = min(max(0, event.ends_at - event.starts_at) // MINUTE_MS, MAX_INTERVIEW_MINUTES)
        measure, emitted = f"interview_minutes.{minutes}", interview.latest_changes
        state.emit(changes, emitted, measure, day, people, Scope.DECISION_DAY)
    assign_interviewers(state, changes, interview.milestone, people)


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
