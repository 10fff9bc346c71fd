"""Scorecards (評価) of one application: each id counts once, as last submitted."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import MAX_SCORECARD_HOURS, capped_hours, emit_first_response
from schemas.funnel.funnel_events import ScorecardEvent
from schemas.funnel.interviews import assign_interviewers
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Scope, Scorecard, State, retract

# The measure of each decision on the canonical scale.
DECISIONS = {
    -2: "feedback.strong_no",
    -1: "feedback.no",
    0: "feedback.mixed",
    1: "feedback.yes",
    2: "feedback.strong_yes",
    None: "feedback.undecided",
}


def apply_scorecard(
    state: State, event: ScorecardEvent, rules: Rules, changes: list[Change]
) -> None:
    """評価: count one scorecard once, as last submitted; a deleted one does not count."""
    kind, at = event.header.kind, event.header.at
    if kind == "feedback.requested":
        return
    if not state.responded:
        emit_first_response(state, event, rules, changes)
    scorecard = state.scorecards.get(event.scorecard_id)
    if scorecard is None:
        scorecard = state.scorecards[event.scorecard_id] = Scorecard()
    retract(changes, scorecard.latest_changes)
    day = rules.day(at)
    pending_feedback.record_scorecard(state, event, day, changes)
    if kind == "feedback.deleted":
        return
    scorecard.author = event.author or scorecard.author
    people = () if scorecard.author is None else (scorecard.author,)
    emitted = scorecard.latest_changes
    state.emit(changes, emitted, DECISIONS[event.decision], day, people)
    interview = None if event.interview_id is None else state.interviews.get(event.interview_id)
    if scorecard.hours is None and interview is not None and interview.ends_at is not None:
        # Only the first submission can be late.
        scorecard.hours = capped_hours(interview.ends_at, at, MAX_SCORECARD_HOURS)
    if scorecard.hours is not None:
        measure = f"scorecard_hours.{scorecard.hours}"
        state.emit(changes, emitted, measure, day, people, Scope.DECISION_DAY)
    milestone = None if interview is None else interview.milestone
    assign_interviewers(state, changes, milestone, people)
