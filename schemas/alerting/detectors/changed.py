"""Changed: judges each day of one member against its own level, given what the other members show; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from schemas.alerting.detectors.budget import MemberCounts, count_members, share_of_day
from schemas.alerting.detectors.class_rates import (
    ClassCounts,
    Series,
    add_up,
    count_classes,
    expected_log_odds,
    member_spread,
)
from schemas.alerting.detectors.predictive import (
    SPENT_SHARE,
    ClassDay,
    Course,
    OffsetEvidence,
    round_alpha,
)
from schemas.alerting.episodes import Judgement, Judging
from schemas.cells import Tally
from schemas.kpis.definition import Kpi

SUPPRESSION_DAYS = 56  # eight weeks in which a change is reported; further evidence prolongs them
STANDING = 0.25  # of the alarm: evidence below it retracts a reported opening
LEARNING_CASES = 20  # of a member without others, whose rate is then what is expected of it


@dataclass(frozen=True, kw_only=True)
class WatchedMembers:
    """All members of a rule: what each counted from day `first` to `last`, the sums, and how many share the budget."""

    kpi: Kpi
    members: Mapping[str, Mapping[int, Tally]]
    sharing: MemberCounts
    counts: Mapping[str, ClassCounts]
    totals: ClassCounts
    first: int
    last: int


def watch_members(
    kpi: Kpi, members: Mapping[str, Mapping[int, Tally]], memory_days: int
) -> WatchedMembers:
    """Prepare the members; those with cases in the last `memory_days` share the budget."""
    days = [day for own in members.values() for day in own]
    first, last = min(days, default=0), max(days, default=0)
    counts = {name: count_classes(kpi, own, first, last) for name, own in members.items()}
    return WatchedMembers(
        kpi=kpi,
        members=members,
        sharing=count_members(members, memory_days),
        counts=counts,
        totals=add_up([*counts.values()]),
        first=first,
        last=last,
    )


def change_days(
    watched: WatchedMembers, member: str, false_alarms_a_year: float, as_of: int
) -> Judging:
    """Every day of the member from its first cell to `as_of`; the value is its rate since the change began."""
    own = watched.members.get(member, {})
    evidence = OffsetEvidence(spread=member_spread(watched.counts, member))
    classes = _class_days(watched, member) if own else {}
    reported: Course | None = None
    reported_until = 0
    for day in range(min(own, default=as_of + 1), as_of + 1):
        sharing = watched.sharing.on(day)
        evidence.add(day, share_of_day(false_alarms_a_year, sharing), classes.get(day, []))
        crossed = evidence.value >= 1
        standing = evidence.value >= STANDING if reported is None else day < reported_until
        course = reported or evidence.courses[evidence.direction]
        judgement = _judge(course, sharing, crossed=crossed, standing=standing)
        if judgement.keeps_open or reported is not None:
            judgement = _with_baseline(watched, member, judgement, course.start)
        is_open = yield day, judgement
        if is_open and (crossed or reported is None):
            reported, reported_until = (
                reported or evidence.hold(evidence.direction),
                day + SUPPRESSION_DAYS,
            )
            evidence.accept()
        elif reported is not None and not is_open:
            reported = None
            evidence.release()


def _judge(course: Course, sharing: int, *, crossed: bool, standing: bool) -> Judgement:
    cases = course.n
    return Judgement(
        value=course.count / cases if cases else None,
        n=cases,
        off_target=crossed,
        keeps_open=crossed or standing,
        since=course.start if cases else None,
        members=sharing,
        expected=course.expected / cases if cases else None,
    )


def _with_baseline(
    watched: WatchedMembers, member: str, judgement: Judgement, start: int
) -> Judgement:
    """State the own cases before the change, and the classes of all."""
    counts = [n for _, n in watched.counts[member].by_class.values()]
    baseline = sum(float(n[: max(start - watched.first, 0)].sum()) for n in counts)
    return replace(judgement, baseline=round(baseline), classes=len(counts))


def _class_days(watched: WatchedMembers, member: str) -> dict[int, list[ClassDay]]:
    """The member's cases by day, each class with its expected log odds."""
    own = count_classes(watched.kpi, watched.members[member], watched.first, watched.last)
    others = watched.totals.minus(watched.counts[member])
    if not any(n.any() for _, n in others.by_class.values()):
        return _against_own_past(own, watched.first)
    expected = expected_log_odds(others)
    result: dict[int, list[ClassDay]] = {}
    for name, (x, n) in own.by_class.items():
        log_odds = expected.get(name)
        for index in np.flatnonzero(n):
            alpha = 0.0 if log_odds is None else round_alpha(float(log_odds[index]))
            cases = ClassDay(alpha, int(x[index]), int(n[index]))
            result.setdefault(watched.first + int(index), []).append(cases)
    return result


def _against_own_past(own: ClassCounts, first: int) -> dict[int, list[ClassDay]]:
    """Each class against the rate of its own first cases, which are left out of the evidence."""
    result: dict[int, list[ClassDay]] = {}
    for x, n in own.by_class.values():
        learned = int(np.searchsorted(np.cumsum(n), LEARNING_CASES))
        alpha = _shrunk_log_odds(x[: learned + 1], n[: learned + 1])
        for index in np.flatnonzero(n):
            if index > learned:
                cases = ClassDay(alpha, int(x[index]), int(n[index]))
                result.setdefault(first + int(index), []).append(cases)
    return result


def _shrunk_log_odds(x: Series, n: Series) -> float:
    rate = (float(x.sum()) + 1) / (float(n.sum()) + 2)
    return round_alpha(float(np.log(rate / (1 - rate))))


def window_e_value(watched: WatchedMembers, member: str, first: int, last: int) -> float | None:
    """The evidence that the member changed on `first`, whose mean is at most 1 if it did not; None without cases since."""
    own = watched.members.get(member, {})
    if not any(first <= day <= last for day in own):
        return None
    evidence = OffsetEvidence(spread=member_spread(watched.counts, member))
    classes = _class_days(watched, member)
    for day in range(min(own), last + 1):
        evidence.add(day, float(day == first) / SPENT_SHARE, classes.get(day, []))
    return evidence.value
