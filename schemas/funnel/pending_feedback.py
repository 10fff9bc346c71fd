"""Pending scorecards and feedback after an interview and pending answers to an offer, with the durations until they come.

Every interviewer of an interview that took place is due a scorecard, any one of them the first feedback; the candidate
is due an answer. Nothing is pending once the application has ended, nor if the system never reports scorecards. All of
it counts on the day it became due, so that what is pending now is the number begun less the number ended, as for stays
at a stage.
"""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.state import ALL_DIMENSIONS, Change, Fact, Item, State, duration_fact

INTERVIEW_HELD, OFFER_MADE = "interviews_held", "offers_made"
CLOSED = "closed"
Interviewers = tuple[str, ...]


def interview_held_fact(interview: Item) -> Fact | None:
    """The fact emitted when the interview was completed; None if it did not take place."""
    for _, fact in interview.latest_changes:
        if fact[0] == INTERVIEW_HELD:
            return fact
    return None


def find_interview(state: State, event: FunnelEvent) -> Item | None:
    """The interview of a scorecard: the one it names or is recorded at, else the latest one held with its author."""
    if event.interview_id is not None:
        return state.items.get(f"interview/{event.interview_id}")
    latest, latest_day = None, -1
    for interview in state.items.values():
        if not interview.expects_scorecards:
            continue
        if any(scorecard[0] == event.entity for scorecard in interview.scorecards):
            return interview
        fact = interview_held_fact(interview)
        if (
            fact is not None
            and fact[1] >= latest_day
            and not set(event.interviewers).isdisjoint(fact[3])
        ):
            latest, latest_day = interview, fact[1]
    return latest


def record_scorecard(state: State, event: FunnelEvent, day: int, changes: list[Change]) -> None:
    """Record a scorecard submitted or deleted on a local day; its first day wins, an unnamed author is ""."""
    interview = find_interview(state, event)
    if interview is None or event.entity is None:
        return
    before = pending(state, interview)
    recorded = [scorecard for scorecard in interview.scorecards if scorecard[0] == event.entity]
    if event.kind == "feedback.deleted":
        interview.scorecards[:] = [
            scorecard for scorecard in interview.scorecards if scorecard not in recorded
        ]
    elif not recorded:
        interview.scorecards.extend(
            (event.entity, author, day) for author in event.interviewers or ("",)
        )
    replace_changes(changes, before, pending(state, interview))


def pending(state: State, item: Item) -> list[Change]:
    """The facts on what is pending after an interview that took place, or on how long an offer waits, as of now."""
    if item.expects_scorecards:
        fact = interview_held_fact(item)
        return [] if fact is None else _pending_scorecards(state, item, fact)
    if item.first_changes:
        return _pending_answer(state, item.first_changes[0][1], item.latest_changes)
    return []


def _pending_scorecards(state: State, interview: Item, held_fact: Fact) -> list[Change]:
    _, since, recruiter, interviewers, _ = held_fact
    facts: list[Change] = []
    for interviewer in interviewers:
        days = [day for _, author, day in interview.scorecards if author in {interviewer, ""}]
        scorecard_due = ("scorecards_due", since, recruiter, (interviewer,))
        facts += _pending_until(state, "scorecard", scorecard_due, days)
    all_days = [day for _, _, day in interview.scorecards]
    feedback_due = ("feedback_due", since, recruiter, interviewers)
    return facts + _pending_until(state, "feedback", feedback_due, all_days)


def _pending_until(
    state: State, name: str, due: tuple[str, int, str | None, Interviewers], days: list[int]
) -> list[Change]:
    """The fact that it is due, and once it is no longer pending, the duration until the first of `days` or the end."""
    _, since, recruiter, interviewers = due
    day, outcome = min(days, default=None), "submitted"
    if state.ended_day is not None and (day is None or state.ended_day < day):
        day, outcome = state.ended_day, CLOSED
    if day is None:
        return [(1, (*due, ALL_DIMENSIONS))]
    return [
        (1, (*due, ALL_DIMENSIONS)),
        (1, duration_fact((f"{name}.{outcome}", interviewers, recruiter), (since, day))),
    ]


def _pending_answer(state: State, first: Fact, latest: list[Change]) -> list[Change]:
    measure, since, recruiter, _, _ = first
    if measure != OFFER_MADE:
        return []
    day, outcome = state.ended_day, CLOSED
    if latest:
        fact = latest[0][1]
        day, outcome = fact[1], fact[0].removeprefix("offers_")
    if day is None:
        return []
    return [(1, duration_fact((f"answer.{outcome}", (), recruiter), (since, day)))]


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
    pending_before = [
        (item, pending(state, item))
        for item in state.items.values()
        if item.expects_scorecards or item.first_changes
    ]
    state.ended_day = day
    for item, before in pending_before:
        replace_changes(changes, before, pending(state, item))
