"""Meetings and what is expected after them: the facts of interviews and scorecards, and who decided on which visit."""

from collections.abc import Callable

import msgspec

from schemas.funnel.appointments import CANCELLED, COMPLETED, NO_SHOW, Appointment, Interview
from schemas.funnel.facts import FactList, Scope
from schemas.funnel.stage_meanings import StageMeanings
from schemas.funnel.submissions import Scorecard
from schemas.funnel.visits import Step, Visit, Visits
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS

OUTCOMES = {
    COMPLETED: "interviews_held",
    NO_SHOW: "interviews_no_show",
    CANCELLED: "interviews_cancelled",
}
# The measure of each decision on the canonical scale.
DECISIONS = {
    -2: "feedback.strong_no",
    -1: "feedback.no",
    0: "feedback.mixed",
    1: "feedback.yes",
    2: "feedback.strong_yes",
    None: "feedback.undecided",
}
MAX_SCORECARD_HOURS = 720  # 30 days; later ones count as 30 days
FIRST_ROUNDS = {1: ("interview_1",), 2: ("interview_2",)}
LATER_ROUNDS = ("interview_n", "final_interview")


class Meeting(msgspec.Struct, eq=False, gc=False):
    """Something that shows who assessed the candidate at a visit: an interview that was held, or a scorecard."""

    at: int
    people: tuple[str, ...]
    visit: Visit | None
    is_interview: bool


def add_interviews(facts: FactList, interviews: list[Interview]) -> None:
    """Count the interviews: booked once, every rescheduling, and each outcome on the day of the interview."""
    for interview in interviews:
        people = interview.current.people
        if interview.scheduled_at is not None:
            facts.add("interviews_scheduled", interview.scheduled_at, people)
        for moved_at in interview.rescheduled_at:
            facts.add("interviews_rescheduled", moved_at, people)
        for appointment in interview.outcomes:
            kind, outcome = appointment.kind, appointment.outcome
            if kind is None or outcome is None:
                continue
            happened_at = outcome.header.at if kind == CANCELLED else appointment.happened_at
            facts.add(OUTCOMES[kind], happened_at, appointment.people)
            if kind == COMPLETED:
                _add_length(facts, appointment)


def _add_length(facts: FactList, appointment: Appointment) -> None:
    starts_at, ends_at = appointment.starts_at, appointment.ends_at
    if starts_at is None or ends_at is None:
        return
    if appointment.ends_before_start or ends_at - starts_at > DAY_MS:
        facts.add_impossible(appointment.happened_at)
        return
    minutes = (ends_at - starts_at) // MINUTE_MS
    measure = f"interview_minutes.{minutes}"
    facts.add(measure, appointment.happened_at, appointment.people, Scope.DECISION_DAY)


def add_scorecards(facts: FactList, scorecards: list[Scorecard]) -> None:
    """Count the scorecards on the day of their first submission, with the hours since their interview."""
    for scorecard in scorecards:
        people = () if scorecard.author is None else (scorecard.author,)
        at, appointment = scorecard.submitted_at, scorecard.appointment
        facts.add(DECISIONS[scorecard.decision], at, people)
        if appointment is None:
            continue
        ended_at = appointment.ends_at if _has_end(appointment) else appointment.happened_at
        if ended_at is None or at < ended_at:
            facts.add_impossible(at)
            continue
        hours = min((at - ended_at) // HOUR_MS, MAX_SCORECARD_HOURS)
        facts.add(f"scorecard_hours.{hours}", at, people, Scope.DECISION_DAY)


def _has_end(appointment: Appointment) -> bool:
    return appointment.ends_at is not None and not appointment.ends_before_start


def read_meetings(
    visits: Visits,
    meanings: StageMeanings,
    interviews: list[Interview],
    scorecards: list[Scorecard],
) -> list[Meeting]:
    """The meetings in the order in which they took place, each at the visit that it belongs to."""
    meetings = []
    visit_of: dict[int, Visit | None] = {}
    for interview in interviews:
        for appointment in interview.outcomes:
            if appointment.was_held:
                at = appointment.happened_at
                visit = _visit(visits, meanings, interview, at)
                visit_of[id(appointment)] = visit
                meetings.append(Meeting(at, appointment.people, visit, is_interview=True))
    for scorecard in scorecards:
        people = () if scorecard.author is None else (scorecard.author,)
        at, held_appointment = scorecard.submitted_at, scorecard.appointment
        if held_appointment is not None:
            visit = visit_of.get(id(held_appointment))
        elif scorecard.interview is not None:
            visit = _visit(visits, meanings, scorecard.interview, at)
        else:
            visit = visits.at(at)
        meetings.append(Meeting(at, people, visit, is_interview=False))
    return sorted(meetings, key=lambda meeting: meeting.at)


def _visit(
    visits: Visits, meanings: StageMeanings, interview: Interview, held_at: int
) -> Visit | None:
    """The visit an interview belongs to: by the stage or round that it names, else where the application was."""
    told = interview.stage_event
    if told is not None and told.stage is not None:
        meaning = meanings.of(told.header.connection, told.stage, told.header.at)
        named = visits.find_ever(Step(told.stage.id, meaning.milestone, meaning.order))
        if named is not None:
            return named
    if interview.round is not None and interview.round > 0:
        milestones = FIRST_ROUNDS.get(interview.round, LATER_ROUNDS)
        for milestone in milestones:
            of_round = visits.ever_at(milestone)
            entered = [visit for visit in of_round if visit.entered_at <= held_at]
            if of_round:
                return entered[-1] if entered else of_round[0]
    return visits.at(held_at)


def told_held_at(interviews: list[Interview]) -> dict[bytes, int]:
    """When interviews were held (ms), by the id of each event that told it."""
    return {
        event.header.id: appointment.happened_at
        for interview in interviews
        for appointment in interview.outcomes
        if appointment.was_held
        for event in appointment.told_held
    }


def deciders(meetings: list[Meeting], visit: Visit) -> tuple[str, ...]:
    """Who assessed the candidate at the visit: after a return those who did so anew, if anybody did."""
    own = [meeting for meeting in meetings if meeting.visit is visit]
    if visit.returned_at is not None:
        anew = [m for m in own if m.at >= visit.returned_at and m.people]
        own = anew or own
    return tuple(dict.fromkeys(person for meeting in own for person in meeting.people))


def was_interviewed(meetings: list[Meeting], visit: Visit) -> bool:
    """Whether an interview was held at the visit."""
    return any(meeting.is_interview and meeting.visit is visit for meeting in meetings)


def add_pending(
    facts: FactList,
    interviews: list[Interview],
    scorecards: list[Scorecard],
    expects_scorecards: Callable[[str], bool],
    ended_day: int | None,
) -> None:
    """Count what is due after the interviews that were held: a scorecard of each interviewer, and a first one of anybody.

    Each is due until it is submitted or the application ends, on the local day `ended_day`.
    """
    for interview in interviews:
        for appointment in interview.outcomes:
            outcome = appointment.outcome
            if (
                appointment.was_held
                and outcome is not None
                and expects_scorecards(outcome.header.connection)
            ):
                about = [card for card in scorecards if card.appointment is appointment]
                _add_due(facts, appointment, about, ended_day)


def _add_due(
    facts: FactList, appointment: Appointment, scorecards: list[Scorecard], ended_day: int | None
) -> None:
    at = appointment.happened_at
    for person in appointment.people:
        facts.add("scorecards_due", at, (person,))
        days = [
            facts.day(card.submitted_at)
            for card in scorecards
            if card.author is None or card.author == person
        ]
        _add_wait(facts, "scorecard", (at, (person,)), days, ended_day)
    facts.add("feedback_due", at, appointment.people)
    all_days = [facts.day(card.submitted_at) for card in scorecards]
    _add_wait(facts, "feedback", (at, appointment.people), all_days, ended_day)


def _add_wait(
    facts: FactList,
    name: str,
    due: tuple[int, tuple[str, ...]],
    days: list[int],
    ended_day: int | None,
) -> None:
    """Once nothing is due any more: the days until the first of `days`, or until the application ended before that."""
    at, people = due
    day, outcome = min(days, default=None), "submitted"
    if ended_day is not None and (day is None or ended_day < day):
        day, outcome = max(ended_day, facts.day(at)), "closed"
    if day is not None:
        facts.add_duration(f"{name}.{outcome}", at, (facts.day(at), day), people)
