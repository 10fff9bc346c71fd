"""The fold: what one application contributes to which cells, as a pure function of the set of its events."""

from collections.abc import Iterable

import msgspec

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
    Basis,
    CellKey,
    Cells,
    without_zeros,
)
from schemas.funnel.attempt import Attributes, attempts
from schemas.funnel.costs import cost_changes, versions_by_cost
from schemas.funnel.counting import count_attempt, is_ended
from schemas.funnel.facts import Change, FunnelFact, Scope
from schemas.funnel.funnel_events import CostEvent, FunnelEvent
from schemas.funnel.history import OrderedHistory
from schemas.funnel.quality import count_findings
from schemas.funnel.rules import Rules

# Increase it whenever equal events may give other facts, or rows are encoded differently: numbers counted by another
# version, and the rows stored with them, need a replay.
VERSION = 7

MEMBER_SCOPES = frozenset({Scope.MEMBERS, Scope.OWN_DAY})

CellPlace = tuple[str, str, int, Basis]  # dimension, member, day and basis of a cell


class Contribution(msgspec.Struct, gc=False):
    """What one attempt, or the cost entries under an application's id, add to the cells that the attributes lead to."""

    attributes: Attributes
    changes: list[Change]
    ended: bool = False


def fold(history: Iterable[FunnelEvent], rules: Rules) -> list[Contribution]:
    """The contributions of a history, independent of the order of its events and of duplicates."""
    return count(OrderedHistory(history), rules)


def count(history: OrderedHistory, rules: Rules) -> list[Contribution]:
    """The contributions of a history: one for each attempt, and one for costs and the quality of the data, if any."""
    contributions = []
    for attempt in attempts(history.events, rules, lambda attempt: is_ended(attempt, rules)):
        changes, ended = count_attempt(attempt, rules)
        contributions.append(Contribution(attempt.attributes, changes, ended))
    beside = _count_costs(history.events, contributions, rules)
    if contributions:
        beside += count_findings(history.findings, rules)
    if beside:
        contributions.append(Contribution(Attributes(), beside))
    return contributions


def _count_costs(
    events: list[FunnelEvent], attempts: list[Contribution], rules: Rules
) -> list[Change]:
    """The changes of the cost entries in a history; those of a hire count where its last attempt does."""
    versions = versions_by_cost([event for event in events if isinstance(event, CostEvent)])
    if not versions:
        return []
    application = attempts[-1].attributes if attempts else Attributes()
    changes: list[Change] = []
    for entry in versions.values():
        changes += cost_changes(entry, rules, application.channel, application.job)
    return changes


def difference(old: list[Contribution], new: list[Contribution]) -> list["SignedContribution"]:
    """What to add to the cells so that they hold `new` in place of `old`."""
    signed: list[SignedContribution] = []
    for number in range(max(len(old), len(new))):
        before = old[number] if number < len(old) else None
        after = new[number] if number < len(new) else None
        if before is not None and after is not None and before.attributes == after.attributes:
            changed = _changed(before.changes, after.changes)
            if changed:
                signed.append((1, Contribution(after.attributes, changed)))
            continue
        if before is not None:
            signed.append((-1, before))
        if after is not None:
            signed.append((1, after))
    return signed


# A contribution to add to (+1) or subtract from (-1) the cells.
SignedContribution = tuple[int, Contribution]


def _changed(old: list[Change], new: list[Change]) -> list[Change]:
    """The changes of `new` that `old` lacks, and those of `old` that `new` lacks taken back."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    counts: dict[Change, int] = {}
    for change in old[start:]:
        counts[change] = counts.get(change, 0) - 1
    for change in new[start:]:
        counts[change] = counts.get(change, 0) + 1
    return [(n * times, fact) for (n, fact), times in counts.items() if times]


def application_members(
    attributes: Attributes, fact: FunnelFact, basis: Basis
) -> list[tuple[str, str]]:
    """The (dimension, member) pairs that one fact counts in, without its interviewers.

    On the cohort basis all of an application belongs to its last recruiter. Dimensions that few tenants report count only
    where they are known, so their sum can be less than the total.
    """
    recruiter = attributes.recruiter if basis == COHORT else fact.recruiter
    pairs = [
        (TOTAL, ALL),
        (CHANNEL, attributes.channel or UNKNOWN),
        (RECRUITER, recruiter or UNKNOWN),
        (JOB, attributes.job or UNKNOWN),
    ]
    if fact.scope is Scope.DURATION:
        return pairs
    if attributes.source_detail is not None:
        pairs.append((SOURCE_DETAIL, attributes.source_detail))
    pairs += [(HIRING_MANAGER, manager) for manager in attributes.hiring_managers]
    if attributes.department is not None:
        pairs.append((DEPARTMENT, attributes.department))
    if attributes.location is not None:
        pairs.append((LOCATION, attributes.location))
    return pairs


def fact_members(fact: FunnelFact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs of the fact's interviewers, or of the members that it lists."""
    if fact.scope in MEMBER_SCOPES:
        return [(name.partition("/")[0], name.partition("/")[2]) for name in fact.members]
    return [(INTERVIEWER, interviewer) for interviewer in fact.members]


def fact_days(attributes: Attributes, fact: FunnelFact) -> list[tuple[int, Basis]]:
    """The (day, basis) pairs that one fact counts on."""
    if fact.start_day is not None:
        return [(fact.start_day, ENTRY)]
    if fact.scope is Scope.DECISION_DAY:
        return [(fact.day, DECISION)]
    cohort_day = fact.day if fact.scope is Scope.OWN_DAY else attributes.cohort_day
    return [(fact.day, DECISION), (cohort_day, COHORT)]


def cell_places(attributes: Attributes, fact: FunnelFact) -> list[CellPlace]:
    """The cells that one fact counts in, without those of the members that it lists."""
    if fact.scope in MEMBER_SCOPES:
        return []
    return [
        (dimension, member, day, basis)
        for day, basis in fact_days(attributes, fact)
        for dimension, member in application_members(attributes, fact, basis)
    ]


def member_places(attributes: Attributes, fact: FunnelFact) -> list[CellPlace]:
    """The cells of the interviewers, or of the members that one fact lists."""
    return [
        (dimension, member, day, basis)
        for dimension, member in fact_members(fact)
        for day, basis in fact_days(attributes, fact)
    ]


def add_contribution(cells: Cells, tenant: str, contribution: Contribution, sign: int = 1) -> None:
    """Add a contribution to `cells`, each fact to every cell in its scope."""
    attributes = contribution.attributes
    for n, fact in contribution.changes:
        for place in cell_places(attributes, fact) + member_places(attributes, fact):
            tally = cells.setdefault(CellKey(tenant, *place), {})
            tally[fact.measure] = tally.get(fact.measure, 0) + sign * n


def contribution(history: Iterable[FunnelEvent], tenant: str, rules: Rules) -> Cells:
    """The cells of one application without zeros; the same for every order and repetition of its events."""
    cells: Cells = {}
    for part in fold(history, rules):
        add_contribution(cells, tenant, part)
    return without_zeros(cells)
