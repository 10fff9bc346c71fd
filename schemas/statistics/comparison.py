"""People compared fairly: observed less expected passes by stage, exact shrinkage, and limits of what chance explains.

The expected passes of a member are those of the others at the same stages. Its adjusted passes, observed less those of all members
at the same stages plus the overall rate, are comparable whatever stages it decides at; they are shrunk (`schemas.statistics.shrinkage`), and its observed rate
is judged by exact limits around its expected rate, widened for over-dispersion and for the doubt about what is expected
(`schemas.statistics.funnel_plot`). Members with few decisions are shown only as a group, which never holds one member.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from schemas.statistics.beta import Beta
from schemas.statistics.funnel_plot import (
    ACTION,
    WARNING,
    Limits,
    dispersion,
    limits,
    z_score,
)
from schemas.statistics.shrinkage import PassCount, fit_prior, posterior

MIN_DECISIONS = 5  # of one person that are shown individually (k-anonymity)
MIN_GROUP = 2  # persons in the group of those with fewer
ROUNDING_TOLERANCE = 1e-9  # of a rate that equals its limit
PARENT_WEIGHT = 2.0  # decisions by which a stage's rate is drawn to that of all stages


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One member, or the group of `members` with few decisions; rates are of its `n` decisions.

    `expected` is the rate of the others at the same stages, `shrunk` the posterior of its adjusted rate, `warning` and `action`
    the ranges around `expected` that chance explains.
    """

    members: tuple[str, ...]
    passes: int
    n: int
    expected: float
    shrunk: Beta
    warning: Limits
    action: Limits

    @property
    def rate(self) -> float:
        """The observed pass rate."""
        return self.passes / self.n

    @property
    def flagged(self) -> bool:
        """Whether chance does not explain the observed rate, at 95 %."""
        low, high = self.warning.low - ROUNDING_TOLERANCE, self.warning.high + ROUNDING_TOLERANCE
        return not low <= self.rate <= high


@dataclass(frozen=True)
class _Row:
    passes: int
    n: int
    baseline: float  # passes of all members at the same stages, itself included
    expected: float  # passes of the others at the same stages
    variance: float  # of the passes by chance
    doubt: float  # variance of the expected passes


def compare(decisions: Mapping[str, Mapping[str, PassCount]]) -> list[Comparison]:
    """Compare members given their decisions by stage; members without decisions are left out, and so is who has few and is alone. The order is by n, largest first."""
    rows = _rows(_group(decisions))
    if not rows:
        return []
    overall = sum(row.passes for row in rows.values()) / sum(row.n for row in rows.values())
    adjusted = {
        name: PassCount(min(max(row.passes - row.baseline + row.n * overall, 0.0), row.n), row.n)
        for name, row in rows.items()
    }
    prior = fit_prior([*adjusted.values()])
    scores = (z_score(row.passes, row.expected, row.variance + row.doubt) for row in rows.values())
    spread = dispersion([score for score in scores if score is not None])
    factor = spread.factor if spread else 1.0
    return [
        _comparison(name, rows[name], posterior(prior, adjusted[name]), factor)
        for name in sorted(rows, key=lambda name: (-rows[name].n, name))
    ]


def _group(
    decisions: Mapping[str, Mapping[str, PassCount]],
) -> dict[tuple[str, ...], dict[str, PassCount]]:
    """Members by themselves, those with few decisions together; a single one takes the smallest of the others along, if any."""
    sizes = {
        member: sum(count.n for count in stages.values()) for member, stages in decisions.items()
    }
    ordered = sorted(
        (member for member, n in sizes.items() if n > 0), key=lambda name: (sizes[name], name)
    )
    few = [member for member in ordered if sizes[member] < MIN_DECISIONS]
    if 0 < len(few) < MIN_GROUP:
        few = ordered[:MIN_GROUP]
    groups = [(member,) for member in ordered if member not in few]
    return {
        group: _merge([decisions[member] for member in group])
        for group in [*groups, *([tuple(few)] if len(few) >= MIN_GROUP else [])]
    }


def _merge(members: list[Mapping[str, PassCount]]) -> dict[str, PassCount]:
    passes: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for stages in members:
        for stage, count in stages.items():
            passes[stage] += int(count.passes)
            cases[stage] += count.n
    return {stage: PassCount(passes[stage], n) for stage, n in cases.items() if n > 0}


def _rows(groups: Mapping[tuple[str, ...], Mapping[str, PassCount]]) -> dict[tuple[str, ...], _Row]:
    totals = _merge([*groups.values()])
    passes = sum(count.passes for count in totals.values())
    cases = sum(count.n for count in totals.values())
    rows = {}
    for name, stages in groups.items():
        own_n = sum(count.n for count in stages.values())
        own_passes = int(sum(count.passes for count in stages.values()))
        parent = (passes - own_passes + 0.5) / (cases - own_n + 1)
        baseline = expected = variance = doubt = 0.0
        for stage, count in stages.items():
            others = totals[stage].n - count.n + PARENT_WEIGHT
            rate = (totals[stage].passes - count.passes + PARENT_WEIGHT * parent) / others
            baseline += count.n * totals[stage].passes / totals[stage].n
            expected += count.n * rate
            variance += count.n * rate * (1 - rate)
            doubt += count.n**2 * rate * (1 - rate) / others
        rows[name] = _Row(own_passes, own_n, baseline, expected, variance, doubt)
    return rows


def _comparison(name: tuple[str, ...], row: _Row, shrunk: Beta, factor: float) -> Comparison:
    expected = row.expected / row.n
    widened = factor * sqrt(1 + row.doubt / row.variance) if row.variance else factor
    return Comparison(
        members=name,
        passes=row.passes,
        n=row.n,
        expected=expected,
        shrunk=shrunk,
        warning=limits(row.n, expected, WARNING, widened, own=1.0),
        action=limits(row.n, expected, ACTION, widened, own=1.0),
    )
