"""Which rulings a story puts to the test: what the independent reading meets on its way through it."""

from collections.abc import Callable
from itertools import pairwise

from schemas.tenants.milestones import RANK, SIDE_STEPS
from streams.tools.verify.independent.attempts import ENTITIES, attempts_of
from streams.tools.verify.independent.interviews import RESCHEDULED
from streams.tools.verify.independent.log import Log
from streams.tools.verify.independent.meaning import CLOSED, HIRE
from streams.tools.verify.independent.scorecards import SUBMITTED
from streams.tools.verify.independent.told import ENDINGS, HIRED, REOPENED, UNHIRED
from streams.tools.verify.independent.whole import Whole, read_attempt
from tests.independent.companies import mapping
from tests.independent.stories import Story

DECISIVE = (*ENDINGS, HIRED, REOPENED, UNHIRED)


def wholes(story: Story) -> list[Whole]:
    """The attempts of the story's application, read as wholes."""
    log = Log()
    for offset, record in enumerate(story.records):
        log.add(offset, record)
    return [
        read_attempt(attempt)
        for _, events in log.stories()
        for attempt in attempts_of(events, mapping(story.company))
    ]


def _directions(whole: Whole) -> bool:
    """A side step, a return, a column of endings, or a way forward to a milestone of a lower rank."""
    visits = whole.journey.standing
    sideways = any(visit.milestone in SIDE_STEPS for visit in visits)
    columns = any(move.stage.ending is not None for move in whole.attempt.endings.moves)
    against_rank = any(RANK[two.milestone] < RANK[one.milestone] for one, two in pairwise(visits))
    return sideways or columns or against_rank or bool(whole.journey.taken_back)


def _returns(whole: Whole) -> bool:
    """A stage was left, come back to, and passed in the end."""
    return any(len(v.arrivals) > 1 and v.is_passed for v in whole.journey.standing)


def _meetings(whole: Whole) -> bool:
    """An interview was held in a visit of several, or a scorecard names no interview."""
    cards = any(
        event.kind in SUBMITTED and event.data.get("interview_id") is None
        for _, event in whole.attempt.events
    )
    held = any(meeting.appointments_held for meeting in whole.interviews)
    return cards or (held and len(whole.journey.standing) > 1)


def _endings(whole: Whole) -> bool:
    """More than one ending was told, or one was undone."""
    endings = whole.attempt.endings
    return len(endings.told) > 1 or len(endings.told) > len(endings.endings)


def _instants(whole: Whole) -> bool:
    """Two events bear one instant that move, end or reopen the application, or are about one entity."""
    subjects = [
        (event.at, event.data.get(ENTITIES.get(event.kind.partition(".")[0], "")))
        for _, event in whole.attempt.events
        if event.stage is not None or event.kind in DECISIVE or not event.kind.startswith("appl")
    ]
    return len(set(subjects)) < len(subjects)


def _days(whole: Whole) -> bool:
    """Something was told on another day than it happened."""
    late = any(
        held.outcome is not None and whole.day(held.moment) != whole.day(held.outcome[0])
        for meeting in whole.interviews
        for held in meeting.appointments_held
    )
    return late or any(event.kind == "feedback.updated" for _, event in whole.attempt.events)


def _calendar(whole: Whole) -> bool:
    """An interview was moved, under one id or several, or not everybody on its list was there."""
    lists = [
        person
        for meeting in whole.interviews
        for _, event in meeting.lines
        for person in event.data.get("interviewers") or ()
    ]
    absent = any(person.get("role") == "shadow" or person.get("response") for person in lists)
    moved = any(event.kind == RESCHEDULED for _, event in whole.attempt.events)
    return absent or moved or any(len(meeting.ids) > 1 for meeting in whole.interviews)


def _offers(whole: Whole) -> bool:
    """Offers by stages, or several words on one offer."""
    return bool(whole.offers) or len(whole.attempt.of_topic("offer")) > 1


def _joins(whole: Whole) -> bool:
    """An employment was told."""
    return bool(whole.employments)


def _populations(whole: Whole) -> bool:
    """The recruiter changed, or nobody ended the application."""
    owners = {
        owner
        for _, event in whole.attempt.events
        if (owner := (event.data.get("owners") or {}).get("recruiter_id"))
    }
    return len(owners) > 1 or (whole.top is not None and whole.top.kind == CLOSED)


def _nonsense(whole: Whole) -> bool:
    """Times or days contradict each other."""
    applied = whole.applied.at
    early = whole.top is not None and whole.top.moment.at < applied
    return early or any(
        appointment.is_nonsense
        for meeting in whole.interviews
        for appointment in meeting.appointments
    )


def _actors(whole: Whole) -> bool:
    """The first to act after the candidate applied was nobody of the company."""
    acts = [
        (event.at, event.by_people)
        for _, event in whole.attempt.events
        if event.at > whole.applied.at and not event.kind.startswith("employment.")
    ]
    return bool(acts) and not min(acts)[1]


def _hires(whole: Whole) -> bool:
    """A hire was told and does not stand."""
    told = [ending.kind for ending in whole.attempt.endings.told]
    return HIRE in told and whole.hire is None


RULINGS: dict[str, Callable[[Whole], bool]] = {
    "1 direction of a move": _directions,
    "2 return and again": _returns,
    "3 meetings belong to their stay": _meetings,
    "4 endings are a stack": _endings,
    "4 a hire taken back": _hires,
    "5 two events of one instant": _instants,
    "6 the day of the thing": _days,
    "7 one calendar change": _calendar,
    "8 offers": _offers,
    "9 joins": _joins,
    "10 one population": _populations,
    "11 nonsense is unknown": _nonsense,
    "12 what nobody did": _actors,
}


def rulings_hit(story: Story) -> set[str]:
    """The rulings that the story puts to the test."""
    attempts = wholes(story)
    return {name for name, hits in RULINGS.items() if any(hits(whole) for whole in attempts)}
