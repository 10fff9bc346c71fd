"""What each rule can see and has used: how soon a fall would be found per member, and its account of false alarms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.alerting.breach import PERSON_DIMENSIONS, Breach
from schemas.alerting.detectors.detectability import SmallestChange, smallest_change
from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.definition import evaluate
from schemas.kpis.durations import sum_tallies
from streams.reading.rule_cells import query_members

RECENT_DAYS = 84  # whose cases are the volume and the rate of a member
YEAR = timedelta(days=365)
WITHIN_WEEKS = 5
FALL = 0.1  # the fall, in points of the rate, whose delay is stated


@dataclass(frozen=True, kw_only=True)
class MemberCoverage:
    """What a rule sees of one member: its cases a week, its rate, and the weeks until a fall is seen.

    `weeks` is None if the fall cannot be found within a year.
    """

    member: str
    weekly: float
    rate: float
    fallen: float
    weeks: float | None


@dataclass(frozen=True, kw_only=True)
class RuleAccount:
    """A rule's budget of false alarms a year, the alarms it raised in the last year, and what it sees of its members.

    `smallest` is the smallest change of its typical member that is seen in time; None if it watches no rate.
    """

    rule: AlertRule
    budget: float
    used: int
    members: tuple[MemberCoverage, ...]
    smallest: SmallestChange | None

    @property
    def personal(self) -> bool:
        """Whether its members are persons, who are not listed."""
        return self.rule.dimension in PERSON_DIMENSIONS

    @property
    def unseen(self) -> int:
        """How many members' fall cannot be found."""
        return sum(row.weeks is None for row in self.members)


def read_accounts(
    client: Any, rules: Sequence[AlertRule], breaches: Sequence[Breach], today: Mapping[str, date]
) -> Iterator[RuleAccount]:
    """The account of every rule that has a budget; raises what the client raises."""
    for rule in rules:
        budget = rule.terms.false_alarms_a_year
        if budget is None:
            continue
        as_of = today[rule.tenant]
        members = tuple(_coverage(rule, query_members(client, rule, as_of), as_of))
        typical = _typical(members)
        yield RuleAccount(
            rule=rule,
            budget=budget,
            used=sum(_raised(rule, breach, as_of) for breach in breaches),
            members=members,
            smallest=None if typical is None else _smallest(rule, typical, len(members)),
        )


def _typical(members: Sequence[MemberCoverage]) -> MemberCoverage | None:
    """The member of median volume."""
    ordered = sorted(members, key=lambda row: row.weekly)
    return ordered[len(ordered) // 2] if ordered else None


def _raised(rule: AlertRule, breach: Breach, as_of: date) -> bool:
    """Whether the rule raised the breach in the last year; one that late events disproved was an alarm all the same."""
    same = (breach.tenant, breach.rule, breach.kind) == (rule.tenant, rule.id, rule.kind)
    return same and as_of - YEAR < breach.opened <= as_of


def _coverage(
    rule: AlertRule, members: Mapping[str, Mapping[int, Tally]], as_of: date
) -> Iterator[MemberCoverage]:
    if not rule.definition.is_share:
        return
    last = day_number(as_of)
    recent = {
        member: evaluate(
            rule.definition,
            sum_tallies(days.get(day, {}) for day in range(last - RECENT_DAYS + 1, last + 1)),
        )
        for member, days in sorted(members.items())
    }
    active = {member: row for member, row in recent.items() if row.value is not None and row.n > 0}
    for member, row in active.items():
        yield _member_coverage(rule, member, (row.value or 0.0, row.n), len(active))


def _member_coverage(
    rule: AlertRule, member: str, measured: tuple[float, int], sharing: int
) -> MemberCoverage:
    value, n = measured
    weekly = n * 7 / RECENT_DAYS
    falls = rule.terms.direction == "at_least"
    # A rate on target today; a shift from its own level. Rounded, so that members of one kind share a simulation.
    before = round(min(max(value, 0.02), 0.98), 2)
    if rule.terms.target > 0 and ((before < rule.terms.target) == falls):
        before = rule.terms.target
    after = max(before - FALL, before / 2) if falls else min(before + FALL, (1 + before) / 2)
    weeks = rule.weeks_until_seen((before, round(after, 3)), _volume(weekly), sharing)
    return MemberCoverage(member=member, weekly=weekly, rate=before, fallen=after, weeks=weeks)


def _volume(weekly: float) -> float:
    """Cases a week as they are simulated."""
    return round(weekly, 1) if weekly < 10 else float(round(weekly))


def _smallest(rule: AlertRule, row: MemberCoverage, sharing: int) -> SmallestChange:
    worst = 0.0 if rule.terms.direction == "at_least" else 1.0

    def weeks(start: float, end: float) -> float | None:
        return rule.weeks_until_seen((start, round(end, 3)), _volume(row.weekly), sharing)

    return smallest_change(weeks, row.rate, worst, WITHIN_WEEKS)
