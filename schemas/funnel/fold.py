"""The fold: what one application contributes to which cells, as a pure function of the set of its events."""

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

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
from schemas.funnel.counting import AttemptCount
from schemas.funnel.facts import Change, FunnelFact, Scope
from schemas.funnel.funnel_events import (
    CostEvent,
    DeletionEvent,
    FunnelEvent,
    JobEvent,
    OpeningEvent,
    PipelineDefinitionEvent,
    PipelineEvent,
)
from schemas.funnel.history import OrderedHistory
from schemas.funnel.quality import count_findings
from schemas.funnel.reading import is_ended
from schemas.funnel.rules import Rules

# Increase it whenever equal events may give other facts, or rows are encoded differently: numbers counted by another
# version, and the rows stored with them, need a replay.
VERSION = 8

NOTHING: list[Change] = []
MEMBER_SCOPES = frozenset({Scope.MEMBERS, Scope.OWN_DAY})

CellPlace = tuple[str, str, int, Basis]  # dimension, member, day and basis of a cell


class Contribution(msgspec.Struct, gc=False):
    """What one attempt, or the cost entries under an application's id, add to the cells that the attributes lead to.

    The changes come in parts. A part that is the same list in two contributions of an application is the same in both.
    """

    attributes: Attributes
    parts: tuple[list[Change], ...]
    ended: bool = False

    @property
    def changes(self) -> Iterator[Change]:
        """All changes."""
        return chain.from_iterable(self.parts)


# A contribution to add to (+1) or subtract from (-1) the cells.
SignedContribution = tuple[int, Contribution]

# Events about these reach an application but do not decide whether, or as whose, it counts.
SURROUNDINGS = JobEvent | OpeningEvent | PipelineDefinitionEvent | PipelineEvent


def fold(history: Iterable[FunnelEvent], rules: Rules) -> list[Contribution]:
    """The contributions of a history, independent of the order of its events and of duplicates."""
    return RunningCount(OrderedHistory(history), rules).contributions()


class RunningCount:
    """The contributions of a history that grows: one for each attempt, and one for costs and data quality, if any.

    An event that follows all others and changes nothing before it costs one step; after any other, the history is
    counted as a whole again. Both give the same contributions.
    """

    __slots__ = ("_count", "_events", "_history", "_taken", "rules")

    def __init__(self, history: OrderedHistory, rules: Rules) -> None:
        """Begin before the first count."""
        self._history, self.rules = history, rules
        self._events: list[FunnelEvent] = []
        self._taken = 0
        self._count: AttemptCount | None = (
            None  # of the only attempt, if further events may be taken
        )

    def contributions(self) -> list[Contribution]:
        """The contributions of the history as it is now."""
        if not self._advance():
            return self._count_whole()
        contributions = []
        if self._count is not None:
            contributions.append(_contribution(self._count))
        findings = self._history.findings
        if findings:
            contributions.append(
                Contribution(Attributes(), (count_findings(findings, self.rules),))
            )
        return contributions

    def _advance(self) -> bool:
        """Take the new events; return False if the history must be counted as a whole."""
        events, count = self._history.events, self._count
        if count is None or events is not self._events:
            return False
        while self._taken < len(events):
            if not count.take(events[self._taken]):
                return False
            self._taken += 1
        return True

    def _count_whole(self) -> list[Contribution]:
        events, rules = self._history.events, self.rules
        if not events:
            return []
        counts = [
            AttemptCount(attempt, rules)
            for attempt in attempts(events, rules, lambda attempt: is_ended(attempt, rules))
        ]
        contributions = [_contribution(count) for count in counts]
        beside = _count_costs(events, contributions, rules)
        if contributions:
            beside += count_findings(self._history.findings, rules)
        if beside:
            contributions.append(Contribution(Attributes(), (beside,)))
        self._count = counts[0] if len(counts) == 1 and _may_grow(counts[0], events) else None
        self._events, self._taken = events, len(events)
        return contributions


def _contribution(count: AttemptCount) -> Contribution:
    return Contribution(count.attempt.attributes, count.parts(), count.has_ended)


def _may_grow(count: AttemptCount, events: list[FunnelEvent]) -> bool:
    """Whether the attempt has all events of the application, and none decides whether or as whose it counts."""
    own, context = count.attempt.events, count.attempt.context
    return (
        len(own) + len(context) == len(events)
        and all(isinstance(event, SURROUNDINGS) for event in context)
        and not any(isinstance(event, DeletionEvent) for event in own)
        and not (count.attempt.is_orphan or count.attempt.undated)
    )


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


def difference(old: list[Contribution], new: list[Contribution]) -> list[SignedContribution]:
    """What to add to the cells so that they hold `new` in place of `old`."""
    signed: list[SignedContribution] = []
    for before, after in zip_longest(old, new):
        if before is not None and after is not None and before.attributes == after.attributes:
            changed = _changed(before.parts, after.parts)
            if changed:
                signed.append((1, Contribution(after.attributes, (changed,))))
            continue
        if before is not None:
            signed.append((-1, before))
        if after is not None:
            signed.append((1, after))
    return signed


def _changed(old: tuple[list[Change], ...], new: tuple[list[Change], ...]) -> list[Change]:
    """The changes of `new` that `old` lacks, and those of `old` that `new` lacks taken back.

    A change that is in another part now is no change: no cell is touched on which both agree.
    """
    removed: list[Change] = []
    added: list[Change] = []
    for before, after in zip_longest(old, new, fillvalue=NOTHING):
        if before is not after:
            start = _first_difference(before, after)
            removed += before[start:]
            added += after[start:]
    if not removed:
        return added
    counts: dict[Change, int] = {}
    for change in removed:
        counts[change] = counts.get(change, 0) - 1
    for change in added:
        counts[change] = counts.get(change, 0) + 1
    return [(n * times, fact) for (n, fact), times in counts.items() if times]


def _first_difference(old: list[Change], new: list[Change]) -> int:
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    return start


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
