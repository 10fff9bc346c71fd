"""What one attempt contributes: its journey, meetings, offers and employments, read as a whole and turned into facts."""

from typing import NamedTuple

from schemas.funnel.appointments import Interview, read_interviews
from schemas.funnel.attempt import Attempt
from schemas.funnel.employments import add_employments, read_employments
from schemas.funnel.endings import CLOSED, HIRED, REJECTED, WITHDRAWN
from schemas.funnel.facts import Change, FactList
from schemas.funnel.funnel_events import (
    FunnelEvent,
    OfferEvent,
    ScorecardEvent,
)
from schemas.funnel.hires import add_hire
from schemas.funnel.journey import Journey
from schemas.funnel.meetings import (
    Meeting,
    add_interviews,
    add_pending,
    add_scorecards,
    read_meetings,
    told_held_at,
)
from schemas.funnel.offers import (
    Offer,
    add_offers,
    offers_by_stages,
    read_offers,
    renege_by_withdrawal,
)
from schemas.funnel.response import add_first_response
from schemas.funnel.rules import Rules
from schemas.funnel.stage_meanings import StageMeanings
from schemas.funnel.submissions import Scorecard, read_scorecards
from schemas.funnel.undoings import take_in_turn
from schemas.funnel.visit_facts import add_visits

# The measure of each ending.
MEASURES = {REJECTED: "rejected", WITHDRAWN: "withdrawn", CLOSED: "closed", HIRED: "hired"}
# The measures of rates per application and of decisions on applications.
RATED = (
    "passed.",
    "then_offered.",
    "reapplications",
    "offered",
    "final_offered",
    "response_hours.",
)


class AttemptReading(NamedTuple):
    """What the events of one attempt come to."""

    journey: Journey
    interviews: list[Interview]
    scorecards: list[Scorecard]
    meetings: list[Meeting]
    offers: list[Offer]


def read_journey(
    events: list[FunnelEvent],
    offers: list[Offer],
    meanings: StageMeanings,
    rules: Rules,
    applied_at: int | None,
) -> Journey:
    """The journey of an attempt, which its first offer moves too."""
    first_offer = min(
        (offer.made_by for offer in offers if offer.made_by is not None),
        key=lambda event: (event.header.at, event.header.offset, event.header.index),
        default=None,
    )
    journey = Journey(meanings, rules, applied_at, events[0].header.at)
    for event in take_in_turn(journey, events):
        if event is first_offer:
            journey.make_offer(event.header.at)
    return journey


def read_attempt(attempt: Attempt, rules: Rules) -> AttemptReading:
    """Read the events of an attempt as a whole."""
    events = attempt.events
    offer_events = [event for event in events if isinstance(event, OfferEvent)]
    offers = read_offers(offer_events)
    meanings = StageMeanings(rules, attempt.context, attempt.attributes.job)
    journey = read_journey(events, offers, meanings, rules, attempt.applied_at)
    if not offer_events:
        offers = offers_by_stages(journey.visits, journey.endings)
    interviews = read_interviews(events)
    scorecards = read_scorecards(
        (event for event in events if isinstance(event, ScorecardEvent)), interviews
    )
    meetings = read_meetings(journey.visits, meanings, interviews, scorecards)
    return AttemptReading(journey, interviews, scorecards, meetings, offers)


def is_ended(attempt: Attempt, rules: Rules) -> bool:
    """Whether the attempt has ended."""
    return read_attempt(attempt, rules).journey.endings.top is not None


def fact_list(attempt: Attempt, rules: Rules) -> FactList:
    """An empty list for the facts of an attempt."""
    first_at, is_orphan = attempt.events[0].header.at, attempt.is_orphan
    return FactList(rules, attempt.owners, first_at, attempt.undated, is_orphan=is_orphan)


def count_attempt(attempt: Attempt, rules: Rules) -> tuple[list[Change], bool]:
    """The facts of an attempt, and whether it has ended."""
    facts = fact_list(attempt, rules)
    reading = read_attempt(attempt, rules)
    endings, cohort_day = reading.journey.endings, attempt.attributes.cohort_day
    top = endings.top
    ended_day = None if top is None else facts.day(top.at)
    if not attempt.is_orphan:
        _add_application(facts, attempt, is_duplicate=top is not None and top.duplicate)
    renege_at = renege_by_withdrawal(reading.offers, endings)
    if renege_at is not None:
        facts.add("offers_reneged", renege_at)
    _add_ending(facts, attempt, reading, rules)
    offered = _add_offered(facts, reading)
    add_visits(facts, reading.journey, reading.meetings, offered=offered)
    add_interviews(facts, reading.interviews)
    add_scorecards(facts, reading.scorecards)
    add_pending(facts, reading.interviews, reading.scorecards, rules.expects_scorecards, ended_day)
    add_offers(facts, reading.offers, rules.currency, cohort_day, ended_day)
    moved_at = reading.journey.moved_by_company_at
    held_at = told_held_at(reading.interviews)
    add_first_response(facts, attempt, moved_at, held_at, rules)
    if (top is not None and top.is_hire) or not endings.was_hired:
        employments = read_employments(attempt.events, facts)
        add_employments(facts, employments, _agreed_day(facts, reading))
    if top is not None and top.duplicate:
        return _without_rates(facts.changes), True
    return facts.changes, top is not None


def _without_rates(changes: list[Change]) -> list[Change]:
    """The changes of an application closed as a duplicate, which is in no rate of applications."""
    return [change for change in changes if not change[1].measure.startswith(RATED)]


def _add_application(facts: FactList, attempt: Attempt, *, is_duplicate: bool) -> None:
    """Count the application on its day; one closed as a duplicate is in no rate per application."""
    cohort_day, first_at = attempt.attributes.cohort_day, attempt.events[0].header.at
    facts.add_on("applications", cohort_day, first_at)
    if attempt.is_reapplication:
        facts.add_on("reapplications", cohort_day, first_at)
    facts.add_on("duplicates" if is_duplicate else "applications_rated", cohort_day, first_at)


def _agreed_day(facts: FactList, reading: AttemptReading) -> int | None:
    """The local day of the first acceptance, else of the hire."""
    accepted = [o.accepted_at for o in reading.offers if o.accepted_at is not None]
    hire = reading.journey.endings.hire
    agreed_at = min(accepted) if accepted else None if hire is None else hire.at
    return None if agreed_at is None or facts.is_undated(agreed_at) else facts.day(agreed_at)


def _add_offered(facts: FactList, reading: AttemptReading) -> bool:
    """Count an application that was made an offer, or hired without one, once; return whether it was."""
    offered_at = [offer.made_at for offer in reading.offers if offer.made_at is not None]
    top = reading.journey.endings.top
    if not offered_at and top is not None and top.is_hire:
        offered_at = [top.at]
    if offered_at:
        facts.add("offered", min(offered_at))
    return bool(offered_at)


def _add_ending(facts: FactList, attempt: Attempt, reading: AttemptReading, rules: Rules) -> None:
    """Count the ending that stands, with the days from the application to it."""
    top = reading.journey.endings.top
    if top is None:
        return
    measure, cohort_day = MEASURES[top.kind], attempt.attributes.cohort_day
    if top.is_hire:
        add_hire(facts, attempt, rules, top.at)
    else:
        facts.add(measure, top.at)
    if not top.mapped:
        facts.add("unmapped_reasons", top.at)
    if facts.is_orphan:
        return
    first_at = attempt.events[0].header.at
    if top.duplicate or facts.is_undated(top.at):
        facts.add_unknown_duration("application", first_at, cohort_day)
    else:
        days = (cohort_day, facts.day(top.at))
        facts.add_duration(f"application.{measure}", first_at, days)
