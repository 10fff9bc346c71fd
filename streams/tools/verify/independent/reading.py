"""The independent reading: the cells of one application, and of a whole log, counted from its events alone."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from schemas.cells import (
    ALL,
    CHANNEL,
    COHORT,
    DECISION,
    DEPARTMENT,
    ENTRY,
    HIRING_MANAGER,
    INTERVIEWER,
    JOB,
    LOCATION,
    RECRUITER,
    SOURCE_DETAIL,
    TOTAL,
    UNKNOWN,
    CellKey,
    Cells,
    without_zeros,
)
from schemas.tenants.mapping_snapshot import TenantMapping
from streams.tools.verify.independent.attempts import attempts_of
from streams.tools.verify.independent.attributes import LastKnown, recruiter_at
from streams.tools.verify.independent.facts import CountedFact, CountsIn
from streams.tools.verify.independent.interview_facts import interview_facts, scorecard_facts
from streams.tools.verify.independent.money import costs_of
from streams.tools.verify.independent.offer_facts import (
    employment_facts,
    offer_facts,
    rating_facts,
)
from streams.tools.verify.independent.stage_facts import (
    application_facts,
    ending_facts,
    response_facts,
    visit_facts,
)
from streams.tools.verify.independent.story import tell
from streams.tools.verify.independent.told import Told
from streams.tools.verify.independent.whole import Whole, read_attempt

# What rates are made of, by its first letters: a duplicate is in none of them.
RATED = (
    *("passed.", "then_offered.", "reapplications", "offered", "final_offered"),
    *("applications_rated", "response_hours."),
)
# They say how the log came about and not what happened, so the reading has no opinion on them.
DIAGNOSTICS = (
    *("quality.out_of_order", "quality.without_stage"),
    *("quality.corrected", "quality.told_again"),
)
READINGS = (
    application_facts,
    response_facts,
    visit_facts,
    ending_facts,
    interview_facts,
    scorecard_facts,
    offer_facts,
    employment_facts,
    rating_facts,
)


def count(events: Sequence[Told], tenant: str, mapping: TenantMapping) -> Cells:
    """The cells of one application or cost: `events` are its own and those of its candidate, job and seat, in any order."""
    cells: Cells = {}

    def add(where: tuple[str, str], day: int, basis: str, measure: str, n: int) -> None:
        tally = cells.setdefault(CellKey(tenant, *where, day, basis), {})
        tally[measure] = tally.get(measure, 0) + n

    before: str | None = None
    attempts = attempts_of(list(events), mapping)
    for attempt in attempts:
        whole = read_attempt(attempt)
        if attempt.is_application:
            facts = chain.from_iterable(reading(whole) for reading in READINGS)
            for fact in _without_rates(facts) if whole.is_duplicate else facts:
                for where, day, basis in _places(whole, fact, before):
                    add(where, day, basis, fact.measure, fact.n)
        before = attempt.attributes.recruiter
    counts = any(attempt.is_application for attempt in attempts)
    attributes = attempts[-1].attributes if counts else None
    for measure, amount, day, where in costs_of(tell(events), attributes, mapping):
        for basis in (DECISION, COHORT):
            add(where, day, basis, measure, amount)
    return without_zeros(cells)


def _without_rates(facts: Iterable[CountedFact]) -> Iterator[CountedFact]:
    """The facts of a duplicate: those that no rate is made of."""
    return (fact for fact in facts if not fact.measure.startswith(RATED))


def without_diagnostics(cells: Cells) -> Cells:
    """The cells without the measures that the reading does not count."""
    return without_zeros(
        {
            key: {measure: n for measure, n in tally.items() if measure not in DIAGNOSTICS}
            for key, tally in cells.items()
        }
    )


def _places(
    whole: Whole, fact: CountedFact, before: str | None
) -> Iterator[tuple[tuple[str, str], int, str]]:
    """The cells in which a fact counts: dimension and member, day, basis."""
    attributes = whole.attempt.attributes
    of_moment = recruiter_at(whole.attempt.events, before, fact.at.at)
    if fact.kind is CountsIn.DURATION:
        for where in _members(fact, attributes, of_moment):
            yield where, fact.day, ENTRY
        return
    for where in _members(fact, attributes, of_moment):
        yield where, fact.day, DECISION
    if fact.kind is not CountsIn.TIME and not (whole.is_orphan and fact.kind is CountsIn.FACT):
        for where in _members(fact, attributes, attributes.recruiter):
            yield where, whole.cohort_day if fact.kind is not CountsIn.QUALITY else fact.day, COHORT


def _members(
    fact: CountedFact, attributes: LastKnown, recruiter: str | None
) -> list[tuple[str, str]]:
    """The members of the dimensions that a fact belongs to."""
    if fact.kind is CountsIn.CREDIT:
        return [(CHANNEL, channel) for channel in fact.people]
    members = [(TOTAL, ALL)]
    if fact.kind is CountsIn.QUALITY:
        return members
    members += [
        (CHANNEL, attributes.channel or UNKNOWN),
        (RECRUITER, recruiter or UNKNOWN),
        (JOB, attributes.job or UNKNOWN),
        *((INTERVIEWER, person) for person in fact.people),
    ]
    if fact.kind is CountsIn.DURATION:
        return members
    optional = [
        (SOURCE_DETAIL, attributes.source_detail),
        *((HIRING_MANAGER, manager) for manager in attributes.hiring_managers),
        (DEPARTMENT, attributes.department),
        (LOCATION, attributes.location),
    ]
    return members + [(dimension, member) for dimension, member in optional if member]
