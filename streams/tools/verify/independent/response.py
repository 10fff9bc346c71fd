"""一次対応: the first thing that people of the company did after the candidate applied."""

from collections.abc import Iterator, Sequence

from streams.tools.verify.independent.endings import Move
from streams.tools.verify.independent.interviews import DELETED, HELD, ToldMeeting
from streams.tools.verify.independent.meaning import HIRE, REJECTED, Meanings
from streams.tools.verify.independent.scorecards import SUBMITTED, submitted_at
from streams.tools.verify.independent.told import (
    ENDINGS,
    HIRED,
    MOVED,
    REOPENED,
    UNHIRED,
    Moment,
    Told,
)

NOT_MOVES = (*ENDINGS, HIRED, REOPENED, UNHIRED)  # a stage that these name was reached before them
# Stages in which an application lies before anybody looks at it.
EARLY = ("lead", "applied", "screening", None)


def first_response(
    events: Sequence[tuple[int, Told]],
    moves: Sequence[Move],
    interviews: Sequence[ToldMeeting],
    meanings: Meanings,
) -> Iterator[Moment]:
    """Every moment at which people of the company responded, in any order; later corrections take none of them back."""
    yield from (move.moment for move in _moves_by_people(moves))
    instants = {
        event.id: appointment.moment
        for interview in interviews
        for appointment in interview.appointments_held
        for _, event in appointment.lines
        if event.kind == HELD
    }
    for place, event in events:
        if event.by_people and _responds(event, meanings):
            told = submitted_at(place, event) if event.kind in SUBMITTED else None
            told = told or Moment(event.at, place)
            yield min(told, instants.get(event.id, told))


def _responds(event: Told, meanings: Meanings) -> bool:
    """Whether the event is a word of the company by itself."""
    if event.kind == HIRED or event.kind in ENDINGS:
        return meanings.reason(event).kind in {HIRE, REJECTED}
    about_interview = event.kind.startswith("interview.") and event.kind != DELETED
    return about_interview or event.kind.startswith("offer.") or event.kind in SUBMITTED


def _moves_by_people(moves: Sequence[Move]) -> Iterator[Move]:
    """The moves that people made; the first stage told is where the application began, unless it was moved past that."""
    for number, move in enumerate(moves):
        if not move.event.by_people or move.event.kind in NOT_MOVES:
            continue
        if move.stage.ending not in {None, HIRE, REJECTED}:
            continue
        past = move.event.kind == MOVED and (
            move.event.data.get("from_stage")
            or move.stage.ending
            or move.stage.milestone not in EARLY
        )
        if number > 0 or past:
            yield move
