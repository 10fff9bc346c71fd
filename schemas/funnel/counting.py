"""What one attempt contributes: its reading turned into facts, part by part."""

from collections.abc import Callable

from schemas.funnel.attempt import Attempt
from schemas.funnel.employments import add_employments, read_employments
from schemas.funnel.endings import CLOSED, HIRED, REJECTED, WITHDRAWN, Ending, Endings
from schemas.funnel.facts import Change, FactList
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.hires import add_hire
from schemas.funnel.meetings import add_interviews, add_pending, add_scorecards
from schemas.funnel.offers import add_offers, renege_by_withdrawal
from schemas.funnel.reading import (
    EMPLOYMENTS,
    ENDING,
    EVERYTHING,
    INTERVIEWS,
    JOURNEY,
    OFFERS,
    SCORECARDS,
    AttemptReading,
)
from schemas.funnel.response import add_first_response
from schemas.funnel.restatements import says_nothing_new
from schemas.funnel.rules import Rules
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


class AttemptCount:
    """What one attempt contributes, which may grow; only the parts that an event may change are counted again."""

    __slots__ = ("_changes", "_facts", "_parts", "_reading", "_rules")

    def __init__(self, attempt: Attempt, rules: Rules) -> None:
        """Read the attempt as a whole."""
        self._rules = rules
        self._reading = AttemptReading(attempt, rules)
        self._facts = FactList(
            rules,
            attempt.owners,
            attempt.events[0].header.at,
            attempt.undated,
            is_orphan=attempt.is_orphan,
        )
        self._changes = EVERYTHING
        self._parts: list[list[Change]] = [[] for _ in PARTS]

    def take(self, event: FunnelEvent) -> bool:
        """Take an event that follows all others; return False if the attempt must be counted anew."""
        if not says_nothing_new(self._reading.attempt, event, self._rules):
            return False
        changes = self._reading.take(event)
        if changes is None:
            return False
        self._reading.attempt.events.append(event)
        self._changes |= changes
        return True

    def parts(self) -> tuple[list[Change], ...]:
        """The facts of the attempt in parts; one that is unchanged is the same list as before."""
        reading = self._reading
        changes, top = reading.refresh(self._changes), reading.journey.endings.top
        for number, (causes, add) in enumerate(PARTS):
            if changes & causes:
                self._facts.changes = []
                add(self._facts, reading, self._rules)
                self._parts[number] = self._facts.changes
        self._changes = 0
        if top is not None and top.duplicate:
            parts = [*self._parts, *self._facts.visit_changes]
            return tuple([_without_rates(part) for part in parts])
        return (*self._parts, *self._facts.visit_changes)

    @property
    def attempt(self) -> Attempt:
        """The attempt with all events taken."""
        return self._reading.attempt

    @property
    def has_ended(self) -> bool:
        """Whether the attempt has ended."""
        return self._reading.journey.endings.top is not None


def _without_rates(changes: list[Change]) -> list[Change]:
    """The changes of an application closed as a duplicate, which is in no rate of applications."""
    return [change for change in changes if not change[1].measure.startswith(RATED)]


def _add_application(facts: FactList, reading: AttemptReading, rules: Rules) -> None:
    """Count the application on its day, its ending and its offer; a duplicate is in no rate per application."""
    attempt, top = reading.attempt, reading.journey.endings.top
    cohort_day, first_at = attempt.attributes.cohort_day, attempt.events[0].header.at
    is_duplicate = top is not None and top.duplicate
    if not attempt.is_orphan:
        facts.add_on("applications", cohort_day, first_at)
        if attempt.is_reapplication:
            facts.add_on("reapplications", cohort_day, first_at)
        facts.add_on("duplicates" if is_duplicate else "applications_rated", cohort_day, first_at)
    renege_at = renege_by_withdrawal(reading.offers, reading.journey.endings)
    if renege_at is not None:
        facts.add("offers_reneged", renege_at)
    if top is not None:
        _add_ending(facts, attempt, top, rules)
    offered_at = reading.offered_at
    if offered_at is not None:
        facts.add("offered", offered_at)


def _add_ending(facts: FactList, attempt: Attempt, top: Ending, rules: Rules) -> None:
    """Count the ending that stands, with the days from the application to it."""
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


def _add_visits(facts: FactList, reading: AttemptReading, _rules: Rules) -> None:
    offered = reading.offered_at is not None
    add_visits(facts, reading.journey, reading.meetings, offered=offered)


def _add_interviews(facts: FactList, reading: AttemptReading, _rules: Rules) -> None:
    add_interviews(facts, reading.interviews)


def _add_scorecards(facts: FactList, reading: AttemptReading, rules: Rules) -> None:
    top = reading.journey.endings.top
    ended_day = None if top is None else facts.day(top.at)
    interviews, scorecards = reading.interviews, reading.scorecards
    add_scorecards(facts, scorecards)
    add_pending(facts, interviews, scorecards, rules.expects_scorecards, ended_day)


def _add_offers(facts: FactList, reading: AttemptReading, rules: Rules) -> None:
    if not reading.offers:
        return
    top, cohort_day = reading.journey.endings.top, reading.attempt.attributes.cohort_day
    ended_day = None if top is None else facts.day(top.at)
    add_offers(facts, reading.offers, rules.currency, cohort_day, ended_day)


def _add_response(facts: FactList, reading: AttemptReading, _rules: Rules) -> None:
    add_first_response(facts, reading.attempt.applied_at, reading.responded_at)


def _add_employments(facts: FactList, reading: AttemptReading, _rules: Rules) -> None:
    """Count what followed the hire, unless it was undone."""
    endings = reading.journey.endings
    if not reading.employment_events or (endings.was_hired and not _is_hired(endings)):
        return
    employments = read_employments(reading.employment_events, facts)
    add_employments(facts, employments, _agreed_day(facts, reading))


def _is_hired(endings: Endings) -> bool:
    return endings.top is not None and endings.top.is_hire


def _agreed_day(facts: FactList, reading: AttemptReading) -> int | None:
    """The local day of the first acceptance, else of the hire."""
    accepted = [o.accepted_at for o in reading.offers if o.accepted_at is not None]
    hire = reading.journey.endings.hire
    agreed_at = min(accepted) if accepted else None if hire is None else hire.at
    return None if agreed_at is None or facts.is_undated(agreed_at) else facts.day(agreed_at)


# Each part of the facts of an attempt, and what changes it.
PARTS: tuple[tuple[int, Callable[[FactList, AttemptReading, Rules], None]], ...] = (
    (ENDING | OFFERS, _add_application),
    (JOURNEY | OFFERS | INTERVIEWS | SCORECARDS, _add_visits),
    (INTERVIEWS, _add_interviews),
    (INTERVIEWS | SCORECARDS | ENDING, _add_scorecards),
    (ENDING | OFFERS, _add_offers),
    (JOURNEY | OFFERS | INTERVIEWS | SCORECARDS, _add_response),
    (ENDING | OFFERS | EMPLOYMENTS, _add_employments),
)
