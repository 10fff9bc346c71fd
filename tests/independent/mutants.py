"""Mutants of the fold, each with one part that misreads a ruling."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from schemas.funnel import (
    application_conversion,
    appointments,
    attempt,
    conversion,
    counting,
    fold,
    instant_order,
    journey,
    meetings,
    reading,
    response,
    submissions,
    undoings,
    visit_facts,
    visits,
)
from schemas.funnel.appointments import Appointment, Interview
from schemas.funnel.employments import Employments
from schemas.funnel.endings import CLOSED, WITHDRAWN, Ending, Endings
from schemas.funnel.facts import FactList
from schemas.funnel.journey import Journey
from schemas.funnel.offers import Offer
from schemas.funnel.rules import EndingMeaning, Rules
from schemas.funnel.visits import Visit, Visits
from schemas.instants import DAY_MS
from tests.independent import misreadings


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A fold that reads one ruling as `reading` says: an attribute of one of its parts has another value."""

    ruling: int
    reading: str
    part: object
    attribute: str
    value: object

    def plant(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the fold read it so."""
        monkeypatch.setattr(self.part, self.attribute, self.value)


def _of_ruling(ruling: int, *rows: tuple[str, object, str, object]) -> Iterator[Mutant]:
    for misread, part, attribute, value in rows:
        yield Mutant(ruling=ruling, reading=misread, part=part, attribute=attribute, value=value)


IS_HELD_WHEN_TOLD = property(misreadings.outcome_told_at)
CLOSING_FAILS = visit_facts.OUTCOMES | {CLOSED: "failed"}
WITHDRAWAL_ANSWERS = response.ANSWERS | {WITHDRAWN}

MUTANTS: tuple[Mutant, ...] = (
    *_of_ruling(
        1,
        ("rank is direction", Visits, "_is_back", misreadings.is_back_by_rank),
        ("a side step is a main one", visits, "SIDE", frozenset()),
        ("a column of endings ends nothing", Journey, "_end_by_stage", misreadings.nothing),
        ("the stage left is not read", Journey, "_tell_stage_left", misreadings.nothing),
    ),
    *_of_ruling(
        2,
        ("a return forgets the first pass", Visit, "leave", misreadings.pass_anew),
        ("a return forgets the first entry", Visits, "_enter", misreadings.enter_anew),
        ("a return takes nothing back", Visits, "_take_back_from", misreadings.nothing),
        ("a return keeps the pass", Visits, "_come_back", misreadings.come_back_to_a_pass),
        ("the first deciders decide again", visit_facts, "deciders", misreadings.all_deciders),
    ),
    *_of_ruling(
        3,
        ("a meeting belongs to its booking", meetings, "_visit", misreadings.visit_when_booked),
        ("a round says nothing", meetings, "_visit", misreadings.visit_by_time),
        ("a scorecard finds no meeting", submissions, "_latest_held_with", misreadings.nothing),
    ),
    *_of_ruling(
        4,
        ("the last ending wins", Endings, "end", misreadings.end_instead),
        ("an ending told again moves", Endings, "end", misreadings.end_again),
        ("a closing by nobody ends a hire", EndingMeaning, "by_nobody", False),
        ("an undoing gives nothing back", Endings, "unhire", misreadings.unhire_to_nothing),
        ("nothing is reopened", Endings, "reopen", misreadings.always(False)),
        ("a move with an ending reopens", journey, "ACCOMPANYING_MS", -1),
        ("no move reopens", Rules, "reopens_by_event", misreadings.always(True)),
        ("a hire by a stage is firm", Ending, "holds", Ending.is_hire),
        ("a second attempt is the first", attempt, "_split", misreadings.one_attempt),
    ),
    *_of_ruling(
        5,
        ("ties are broken by id", instant_order, "_order_instant", misreadings.order_by_id),
        ("moves are no chain", instant_order, "_chain_moves", misreadings.as_it_is),
        ("told again is twice", instant_order, "said_once", misreadings.as_it_is),
        ("a sequence says nothing", conversion, "_sequence_key", misreadings.always("")),
        ("a place says nothing", conversion, "EventHeader", misreadings.header_without_index),
        ("an undoing never waits", undoings, "_waits", misreadings.always(False)),
    ),
    *_of_ruling(
        6,
        ("an interview counts when told", Appointment, "happened_at", IS_HELD_WHEN_TOLD),
        ("an edit is a submission", reading, "read_scorecards", misreadings.last_submissions),
        ("days are days of UTC", Rules, "day", misreadings.utc_day),
    ),
    *_of_ruling(
        7,
        ("a change is two interviews", appointments, "_successors", misreadings.always({})),
        ("put back is cancelled", Interview, "_book", misreadings.book_over_a_cancellation),
        ("a listing calls nothing off", appointments, "_apply_snapshot", misreadings.nothing),
        ("another time is the same", Interview, "_appoint", misreadings.appoint_instead),
        ("who declined was there", application_conversion, "DECLINED", frozenset()),
        ("a shadow was there", application_conversion, "SHADOW", ""),
    ),
    *_of_ruling(
        8,
        ("only events tell offers", reading, "offers_by_stages", misreadings.always([])),
        ("a renege ends an acceptance", Offer, "decline", misreadings.decline_the_acceptance),
        ("a withdrawal is no renege", counting, "renege_by_withdrawal", misreadings.nothing),
        ("an offer moves nothing", Journey, "make_offer", misreadings.nothing),
    ),
    *_of_ruling(
        9,
        ("a join outlives its hire", Endings, "end", misreadings.end_without_memory),
        ("a plan and a start are two", Employments, "start", misreadings.start_again),
        ("coming back moves the start", Employments, "start", misreadings.move_start),
        ("a cancelled start stands", Employments, "cancel", misreadings.nothing),
        ("a join counts when told", FactList, "add_on", misreadings.add_when_told),
    ),
    *_of_ruling(
        10,
        (
            "a cohort has many recruiters",
            fold,
            "application_members",
            misreadings.members_of_the_day,
        ),
        ("duplicates are rated", counting, "_without_rates", misreadings.as_it_is),
        ("a closing by nobody fails", visit_facts, "OUTCOMES", CLOSING_FAILS),
    ),
    *_of_ruling(
        11,
        ("less than no days are none", FactList, "add_duration", misreadings.add_clamped_duration),
        ("nonsense is not counted", FactList, "add_impossible", misreadings.nothing),
        ("an interview may last for days", meetings, "DAY_MS", 1_000 * DAY_MS),
    ),
    *_of_ruling(
        12,
        ("automation responds", conversion, "EventHeader", misreadings.header_by_anyone),
        ("a withdrawal answers", response, "ANSWERS", WITHDRAWAL_ANSWERS),
    ),
)
