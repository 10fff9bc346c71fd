"""Pending scorecards and feedback after an interview and pending answers to an offer, with the durations until they come.

Every interviewer of an interview that took place is due a scorecard, any one of them the first feedback; the candidate
is due an answer. Nothing is pending once the application has ended, nor if the system never reports scorecards. All of
it counts on the day it became due, so that what is pending now is the number begun less the number ended, as for stays
at a stage.
"""

from schemas.funnel.funnel_events import ScorecardEvent
from schemas.funnel.state import (
    Change,
    FunnelFact,
    Interview,
    Offer,
    Scope,
    State,
    SubmittedScorecard,
    duration_fact,
)

INTERVIEW_HELD = "interviews_held"
CLOSED = "closed"


def interview_held_fact(interview: Interview) -> FunnelFact | None:
    """The fact emitted when the interview was completed; None if it did not take place."""
    for _, fact in interview.latest_changes:
        if fact.measure == INTERVIEW_HELD:
            return fact
    return None


def find_interview(state: State, event: ScorecardEvent) -> Interview | None:
    """The interview of a scorecard: the one it names or is recorded at, else the latest one held with its author."""
    if event.interview_id is not None:
        return state.interviews.get(event.interview_id)
    latest, latest_day = None, -1
    for interview in state.interviews.values():
        if not interview.expects_scorecards:
            continue
        if any(submitted.scorecard_id == event.scorecard_id for submitted in interview.scorecards):
            return interview
        fact = interview_held_fact(interview)
        if fact is not None and fact.day >= latest_day and event.author in fact.members:
            latest, latest_day = interview, fact.day
    return latest


def record_scorecard(state: State, event: ScorecardEvent, day: int, changes: list[Change]) -> None:
    """Record a scorecard submitted or deleted on a local day; its first day wins."""
    interview = find_interview(state, event)
    if interview is None:
        return
    before = pending_scorecards(state, interview)
    others = [
        submitted
        for submitted in interview.scorecards
        if submitted.scorecard_id != event.scorecard_id
    ]
    if event.header.kind == "feedback.deleted":
        interview.scorecards = others
    elif len(others) == len(interview.scorecards):
        interview.scorecards.append(SubmittedScorecard(event.scorecard_id, event.author, day))
    replace_changes(changes, before, pending_scorecards(state, interview))


def pending_scorecards(state: State, interview: Interview) -> list[Change]:
    """The facts on what is pending after an interview that took place, as of now."""
    fact = interview_held_fact(interview) if interview.expects_scorecards else None
    if fact is None:
        return []
    changes: list[Change] = []
    for interviewer in fact.members:
        days = [
            submitted.day
            for submitted in interview.scorecards
            if submitted.author is None or submitted.author == interviewer
        ]
        scorecard_due = FunnelFact(
            "scorecards_due", fact.day, fact.recruiter, (interviewer,), Scope.APPLICATION, None
        )
        changes += _pending_until(state, "scorecard", scorecard_due, days)
    feedback_due = FunnelFact(
        "feedback_due", fact.day, fact.recruiter, fact.members, Scope.APPLICATION, None
    )
    all_days = [submitted.day for submitted in interview.scorecards]
    return changes + _pending_until(state, "feedback", feedback_due, all_days)


def _pending_until(state: State, name: str, due: FunnelFact, days: list[int]) -> list[Change]:
    """The fact that it is due, and once it is no longer pending, the duration until the first of `days` or the end."""
    day, outcome = min(days, default=None), "submitted"
    if state.ended_day is not None and (day is None or state.ended_day < day):
        day, outcome = state.ended_day, CLOSED
    if day is None:
        return [(1, due)]
    subject = (f"{name}.{outcome}", due.members, due.recruiter)
    return [(1, due), (1, duration_fact(subject, (due.day, day)))]


def pending_answer(state: State, offer: Offer) -> list[Change]:
    """The fact on how long an offer that was made waited, once it was answered or the application ended."""
    if not offer.first_changes:
        return []
    offered = offer.first_changes[0][1]
    day, outcome = state.ended_day, CLOSED
    if offer.latest_changes:
        answer = offer.latest_changes[0][1]
        day, outcome = answer.day, answer.measure.removeprefix("offers_")
    if day is None:
        return []
    return [(1, duration_fact((f"answer.{outcome}", (), offered.recruiter), (offered.day, day)))]


def replace_changes(changes: list[Change], before: list[Change], now: list[Change]) -> None:
    """Emit only the difference: every fact costs a cell in each dimension."""
    if before:
        changes.extend((-n, fact) for n, fact in before if (n, fact) not in now)
        changes.extend(change for change in now if change not in before)
    else:
        changes.extend(now)


def set_ended_day(state: State, changes: list[Change], day: int | None) -> None:
    """End the application on a local day, or reopen it (None): what was pending ends, or is pending again."""
    if state.ended_day == day:
        return
    offers = list(state.offers.values())
    interviews = [item for item in state.interviews.values() if item.expects_scorecards]
    before = [
        *(pending_scorecards(state, interview) for interview in interviews),
        *(pending_answer(state, offer) for offer in offers),
    ]
    state.ended_day = day
    now = [
        *(pending_scorecards(state, interview) for interview in interviews),
        *(pending_answer(state, offer) for offer in offers),
    ]
    for changes_before, changes_now in zip(before, now, strict=True):
        replace_changes(changes, changes_before, changes_now)
