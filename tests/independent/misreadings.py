"""What parts of the fold would do if they misread a ruling; `mutants.py` says which part each replaces."""

from collections.abc import Callable, Iterable
from typing import Any

from schemas.cells import DECISION
from schemas.funnel import fold, meetings, submissions
from schemas.funnel.appointments import Appointment, Interview
from schemas.funnel.attempt import Attributes
from schemas.funnel.employments import EmploymentPeriod, Employments
from schemas.funnel.endings import HIRED, Ending, Endings
from schemas.funnel.facts import FactList, FunnelFact
from schemas.funnel.funnel_events import EventHeader, FunnelEvent, InterviewEvent, ScorecardEvent
from schemas.funnel.meetings import Meeting
from schemas.funnel.offers import DECLINED, Offer
from schemas.funnel.rules import EndingMeaning, Rules
from schemas.funnel.stage_meanings import StageMeanings
from schemas.funnel.submissions import Scorecard
from schemas.funnel.visits import Step, Visit, Visits
from schemas.instants import DAY_MS
from schemas.tenants.milestones import RANK

# The right readings, which some of the wrong ones begin with.
add_duration = FactList.add_duration
book = Interview._book
end = Endings.end
members_of = fold.application_members
visit_of = meetings._visit


def nothing(*_arguments: object, **_named: object) -> None:
    """Do nothing."""


def always(value: object) -> Callable[..., object]:
    """Say the same whatever is asked."""
    return lambda *_arguments, **_named: value


def as_it_is(value: object, *_more: object) -> object:
    """Change nothing."""
    return value


def is_back_by_rank(_visits: Visits, step: Step, main: Visit) -> bool:
    """A step is back if its milestone ranks lower."""
    return RANK[step.milestone] < RANK[main.milestone]


def pass_anew(visit: Visit, at: int) -> None:
    """Every pass has its own day."""
    visit.first_passed_at = visit.passed_at = at


def enter_anew(visits: Visits, at: int, step: Step) -> None:
    """Every entry is a visit of its own."""
    visit = Visit(step, at, [step.stage], order=step.order)
    visits.standing.append(visit)
    visits._be_at(at, visit)


def come_back_to_a_pass(visits: Visits, at: int, visit: Visit) -> None:
    """The stage returned to is still passed."""
    visit.returned_at = at
    visits._be_at(at, visit)


def all_deciders(told: list[Meeting], visit: Visit) -> tuple[str, ...]:
    """Whoever met the candidate before a return decides again."""
    people = [person for meeting in told if meeting.visit is visit for person in meeting.people]
    return tuple(dict.fromkeys(people))


def visit_when_booked(
    visits: Visits, meanings: StageMeanings, interview: Interview, held_at: int
) -> Visit | None:
    """An interview belongs to where the application was when it was booked."""
    booked_at = interview.scheduled_at
    return visit_of(visits, meanings, interview, held_at if booked_at is None else booked_at)


def visit_by_time(
    visits: Visits, _meanings: StageMeanings, _interview: Interview, held_at: int
) -> Visit | None:
    """An interview's round and stage say nothing."""
    return visits.at(held_at)


def end_instead(endings: Endings, meaning: EndingMeaning, at: int, *, told: bool = True) -> None:
    """The last ending replaces all others."""
    endings.was_hired |= meaning.kind == HIRED
    endings._stack = [Ending(meaning.kind, at, meaning.mapped, meaning.duplicate, told)]


def end_again(endings: Endings, meaning: EndingMeaning, at: int, *, told: bool = True) -> None:
    """The same ending told again has another day."""
    end(endings, meaning, at, told=told)
    if endings.top is not None and endings.top.kind == meaning.kind:
        endings.top.at = at


def end_without_memory(
    endings: Endings, meaning: EndingMeaning, at: int, *, told: bool = True
) -> None:
    """That there was a hire is forgotten with it."""
    end(endings, meaning, at, told=told)
    endings.was_hired = False


def unhire_to_nothing(endings: Endings) -> int:
    """What stood before a hire does not stand again."""
    endings._stack.clear()
    return 0


def one_attempt(own: list[FunnelEvent], _is_ended: object) -> list[list[FunnelEvent]]:
    """A re-application goes on with the first application."""
    return [own] if own else []


def order_by_id(group: list[FunnelEvent], _stage: str | None) -> list[FunnelEvent]:
    """Ids, which are hashes, decide what came first."""
    return sorted(group, key=lambda event: event.header.id)


def header_by_anyone(**fields: Any) -> EventHeader:
    """People did everything."""
    return EventHeader(**(fields | {"by_person": True}))


def header_without_index(**fields: Any) -> EventHeader:
    """The place in a delivery says nothing."""
    return EventHeader(**(fields | {"index": 0}))


def utc_day(_rules: Rules, at: int) -> int:
    """Days are those of UTC."""
    return at // DAY_MS


def outcome_told_at(appointment: Appointment) -> int:
    """An interview took place when it was ticked off."""
    return appointment.told[0].header.at if appointment.told else 0


def last_submissions(
    events: Iterable[ScorecardEvent], interviews: list[Interview]
) -> list[Scorecard]:
    """The last edit of a scorecard is its submission."""
    latest = {event.scorecard_id: event for event in events}
    return submissions.read_scorecards(latest.values(), interviews)


def book_over_a_cancellation(
    interview: Interview, event: InterviewEvent, *, is_first: bool, moves: bool
) -> None:
    """A cancelled interview that is put back stays cancelled."""
    appointment = interview.current
    told = appointment.told
    book(interview, event, is_first=is_first, moves=moves)
    appointment.told = told


def appoint_instead(interview: Interview, event: InterviewEvent) -> None:
    """An interview has one appointment."""
    now = interview.current
    interview.appointments[-1] = Appointment(
        event.starts_at, event.ends_at, now.people, now.shadows
    )


def decline_the_acceptance(offer: Offer, at: int) -> None:
    """Whoever reneges never accepted."""
    offer.accepted_at = None
    offer._answer(DECLINED, at)


def start_again(employments: Employments, day: int, at: int) -> None:
    """Every start is another employment."""
    employments.all.append(EmploymentPeriod(day, at))


def move_start(employments: Employments, day: int, at: int) -> None:
    """There is one employment."""
    if not employments.all:
        employments.all.append(EmploymentPeriod(day, at))
    last = employments.all[-1]
    last.start_day, last.started_told_at, last.planned = day, at, False


def add_when_told(facts: FactList, measure: str, _day: int, at: int) -> None:
    """The day that an event names is its own."""
    facts.add(measure, at)


def members_of_the_day(
    attributes: Attributes, fact: FunnelFact, _basis: object
) -> list[tuple[str, str]]:
    """On the cohort basis too, a fact belongs to the recruiter of its day."""
    return members_of(attributes, fact, DECISION)


def add_clamped_duration(
    facts: FactList, name: str, since: int, days: tuple[int, int], members: tuple[str, ...] = ()
) -> None:
    """An end before its start is no time at all."""
    start, stop = days
    add_duration(facts, name, since, (start, max(start, stop)), members)
