"""What the line does to candidates: registrations and re-applications by days since, with those still waiting censored.

A candidate is one case, from the first rejection on, whatever follows it. Rates are 1 − Kaplan–Meier, so a recent rejection
counts for as long as it has been observed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import NormalDist, fmean, stdev
from typing import Literal

from scipy import special

from schemas.relay.state import State
from schemas.statistics.change import LEVEL, Interval
from schemas.statistics.survival import Curve, kaplan_meier
from schemas.statistics.triangle import Triangle

Group = Literal["invited", "not_invited", "withheld"]
REAPPLIED_WITHIN, REGISTERED_WITHIN = 365, 30  # days, or as long as there is follow-up
MINIMUM_N = 10
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class RejectedCandidate:
    """A candidate from the first rejection on; `again` is the local day of the next application, as an ordinal.

    `assigned` says whether chance decided about the line: a policy with a control group was in force.
    """

    day: int
    group: Group
    assigned: bool
    again: int | None


@dataclass(frozen=True)
class Share:
    """The share with the event within `days`, of `n` cases of which `events` had it so far."""

    n: int
    events: int
    days: int
    value: float
    error: float

    @property
    def interval(self) -> Interval:
        """The 90 % interval (normal, with Greenwood's error)."""
        return Interval(
            max(self.value - Z * self.error, 0.0), min(self.value + Z * self.error, 1.0)
        )


@dataclass(frozen=True)
class Contrast:
    """The share of those with the line minus that of those without, within the same days; both have 10 cases at least."""

    invited: Share
    others: Share
    is_experiment: bool

    @property
    def difference(self) -> float:
        """The difference of the shares."""
        return self.invited.value - self.others.value

    @property
    def interval(self) -> Interval:
        """Its 90 % interval; the groups have no candidate in common."""
        half = Z * sqrt(self.invited.error**2 + self.others.error**2)
        return Interval(self.difference - half, self.difference + half)


@dataclass(frozen=True)
class SurveyScore:
    """The mean of `n` survey scores; the 90 % interval is Student's, None with fewer than two scores."""

    n: int
    mean: float
    interval: Interval | None


def rejected_candidates(
    state: State, applied: Iterable[tuple[str, str, datetime]]
) -> list[RejectedCandidate]:
    """Every rejected candidate; `applied` are the candidate, application and instant of what may follow: an application or a referral."""
    applications: dict[str, list[tuple[datetime, str]]] = {}
    for candidate, application, at in applied:
        applications.setdefault(state.root(candidate, None), []).append((at, application))
    first: dict[str, tuple[datetime, str]] = {}
    for ended in state.applications.values():
        rejected = ended.first("rejected")
        if ended.eligible and rejected is not None and ended.candidate is not None:
            root = state.root(ended.candidate, None)
            first[root] = min(first.get(root, (rejected, ended.id)), (rejected, ended.id))
    return [
        RejectedCandidate(
            day=state.day(at).toordinal(),
            group=_group(state, name),
            assigned=state.policy_at(at).holdout > 0,
            again=_next_day(state, applications.get(root, []), at, name),
        )
        for root, (at, name) in first.items()
    ]


def _group(state: State, application: str) -> Group:
    if application in state.withheld:
        return "withheld"
    return "invited" if state.tokens_of.get(application) else "not_invited"


def _next_day(
    state: State, applications: list[tuple[datetime, str]], after: datetime, application: str
) -> int | None:
    later = [at for at, name in applications if at > after and name != application]
    return state.day(min(later)).toordinal() if later else None


def reapplications(
    candidates: Iterable[RejectedCandidate], today: int, days: int = REAPPLIED_WITHIN
) -> Share | None:
    """The share that applies again; None without cases."""
    return _share(((one.day, one.again) for one in candidates), today, days)


def registrations(state: State, today: int) -> Share | None:
    """The share of the candidates' links through which somebody registers, by days since the invitation; None without links."""
    registered: dict[str, datetime] = {}
    for one in state.registrations.values():
        registered[one.token_id] = min(registered.get(one.token_id, one.at), one.at)
    cases = [
        (
            state.day(link.at).toordinal(),
            state.day(registered[link.token_id]).toordinal()
            if link.token_id in registered
            else None,
        )
        for link in state.invitations.values()
        if link.scope == "candidate"
    ]
    return _share(cases, today, REGISTERED_WITHIN)


def contrast(candidates: Sequence[RejectedCandidate], today: int) -> Contrast | None:
    """Those with the line against those without: by chance where a control group was withheld, else as it came.

    In an experiment everybody who was not withheld is in the first group, whether or not the line was sent. None with fewer
    than ten cases on either side.
    """
    drawn = [one for one in candidates if one.assigned]
    is_experiment = any(one.group == "withheld" for one in drawn)
    if is_experiment:
        sides = _split(drawn, lambda one: one.group != "withheld")
    else:
        sides = _split(candidates, lambda one: one.group == "invited")
    if min(map(len, sides)) < MINIMUM_N:
        return None
    days = min(REAPPLIED_WITHIN, *(today - min(one.day for one in side) for side in sides))
    invited, others = (reapplications(side, today, days) for side in sides)
    return None if invited is None or others is None else Contrast(invited, others, is_experiment)


def _split(
    candidates: Iterable[RejectedCandidate], belongs: Callable[[RejectedCandidate], bool]
) -> tuple[list[RejectedCandidate], list[RejectedCandidate]]:
    sides: tuple[list[RejectedCandidate], list[RejectedCandidate]] = ([], [])
    for one in candidates:
        sides[0 if belongs(one) else 1].append(one)
    return sides


def _share(cases: Iterable[tuple[int, int | None]], today: int, days: int) -> Share | None:
    entered: Counter[int] = Counter()
    resolved: Counter[tuple[int, str, int]] = Counter()
    for start, end in cases:
        entered[start] += 1
        if end is not None:
            resolved[start, "event", max(end - start, 0)] += 1
    curve = kaplan_meier(Triangle(entered, resolved), today)
    return None if curve is None else _at(curve, resolved, days)


def _at(curve: Curve, resolved: Mapping[tuple[int, str, int], int], days: int) -> Share:
    within = min(days, curve.follow_up)
    step = curve.at(within)
    value, error = (0.0, 0.0) if step is None else (1 - step.value, step.standard_error)
    events = sum(resolved.values())
    # Greenwood's error is 0 where nobody or everybody had the event, which is no certainty (Agresti and Coull 1998).
    adjusted = (events + 1) / (curve.n + 2)
    return Share(curve.n, events, within, value, error or sqrt(adjusted * (1 - adjusted) / curve.n))


def score(values: Sequence[float]) -> SurveyScore | None:
    """The mean of survey scores with its interval; None without a score."""
    n = len(values)
    if not n:
        return None
    mean = fmean(values)
    if n == 1:
        return SurveyScore(n, mean, None)
    half = float(special.stdtrit(n - 1, (1 + LEVEL) / 2)) * stdev(values) / sqrt(n)
    return SurveyScore(n, mean, Interval(mean - half, mean + half))
