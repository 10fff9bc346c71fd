"""Forecast of hires by a day, from the in-flight cases and the outcomes of earlier cases.

P(hire within T | open at age a) = (F(a + T) − F(a))/S(a) with F and S of competing risks
(`schemas.statistics.incidence`). The mean is the sum of these probabilities. The variance is the sampling variance
Σ p(1 − p) plus the estimation variance of the history: the delta method over the multinomial events of each age, which
accounts for all ages sharing one history (for one cohort from age 0 it equals Collett's variance of F). The interval is
that of a count with this mean and variance (`schemas.statistics.count_distribution`). It does not cover changes in the
process, and it assumes no hire beyond the oldest age in the history, so short histories underestimate slightly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.cells import ALL
from schemas.statistics import count_distribution
from schemas.statistics.incidence import Incidence, IncidenceStep

HIRED = "hired"
LEVEL = 0.8


@dataclass(frozen=True)
class Arrivals:
    """Expected applications per day, averaged over the past `over_days`; their outcomes follow the table of `ALL`."""

    per_day: float
    over_days: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Expected hires from `n` in-flight cases, with the 80 % interval, both ends included; all may include arrivals.

    `unseen` of the cases are older than the history covers, or have no history; they count as no hire. `variance` is the
    variance behind the interval. With `arrivals` there may be more hires than in-flight cases.
    """

    mean: float
    low: int
    high: int
    n: int
    unseen: int
    variance: float = 0.0
    arrivals: bool = False

    def at_least(self, count: int) -> float:
        """Return P(hires ≥ count) under the distribution of the interval."""
        if count <= 0:
            return 1.0
        if self.mean <= 0 or (count > self.n and not self.arrivals):
            return 0.0
        return 1 - count_distribution.cdf(self.mean, self.variance, count - 1)


@dataclass(frozen=True)
class Exposure:
    """`count` cases open after age `since`, exposed to a hire up to age `until`, in days; if `poisson`, `count` is a mean."""

    count: float
    since: int
    until: int
    poisson: bool = False


def forecast(
    in_flight: Mapping[tuple[str, int], int],
    tables: Mapping[str, Incidence],
    days: int,
    arrivals: Arrivals | None = None,
    dispersion: float = 1.0,
) -> Forecast:
    """Forecast the hires of the next `days` days; the variance is multiplied by `dispersion`, φ of past hires.

    `in_flight[milestone, age]` counts open cases; ages are measured as in the milestone's table. A milestone without a table
    uses that of `ALL`. Negative ages are treated as 0; negative counts as none.
    """
    exposures = _exposures(in_flight, tables, days)
    n = sum(max(count, 0) for count in in_flight.values())
    covered, variance = sum(case.count for cases in exposures.values() for case in cases), 0.0
    if arrivals and ALL in tables:
        arriving = [Exposure(arrivals.per_day, -1, age, poisson=True) for age in range(days)]
        variance = _rate_variance(arrivals, tables[ALL], arriving)
        exposures[ALL] = [*exposures.get(ALL, ()), *arriving]
    mean, variance = _add_moments(exposures, tables, variance)
    low, high = _interval(mean, variance := variance * dispersion)
    return Forecast(
        mean=mean,
        low=low,
        high=high if arrivals else min(high, n),
        n=n,
        unseen=n - int(covered),
        variance=variance,
        arrivals=arrivals is not None,
    )


def _exposures(
    in_flight: Mapping[tuple[str, int], int], tables: Mapping[str, Incidence], days: int
) -> dict[str, list[Exposure]]:
    """Group the open cases by the table that covers their age; leave out the others."""
    exposures: dict[str, list[Exposure]] = {}
    for (milestone, age), count in in_flight.items():
        name, since = milestone if milestone in tables else ALL, max(age, 0)
        if count > 0 and name in tables and tables[name].at(since).survival > 0:
            exposures.setdefault(name, []).append(Exposure(count, since, since + days))
    return exposures


def _rate_variance(arrivals: Arrivals, table: Incidence, arriving: Iterable[Exposure]) -> float:
    """Return the variance of the hires of arrivals due to estimating how many arrive per day."""
    per_arrival = sum(_hire_probability(table, case) for case in arriving)
    return per_arrival**2 * arrivals.per_day / max(arrivals.over_days, 1)


def _add_moments(
    exposures: Mapping[str, list[Exposure]], tables: Mapping[str, Incidence], variance: float
) -> tuple[float, float]:
    """Return the mean, and `variance` with the sampling and estimation variances of all tables added."""
    mean = 0.0
    for name, cases in exposures.items():
        table = tables[name]
        mean += sum(case.count * _hire_probability(table, case) for case in cases)
        sampling = sum(_sampling_variance(table, case) for case in cases)
        variance += sampling + estimation_variance(table, cases)
    return mean, variance


def _interval(mean: float, variance: float) -> tuple[int, int]:
    low, high = (
        count_distribution.quantile(mean, variance, p) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    )
    return low, high


def estimation_variance(table: Incidence, exposures: Iterable[Exposure]) -> float:
    """Return the variance of Σ count·p due to estimating p.

    With A = ∂/∂(hire hazard at age t) = Σ count·S(t−)/S(since) and B = −∂/∂(total hazard) = Σ count·(F(until) − F(t))/
    (S(since)·(1 − h)), over the exposures that contain t: Σ_t [λ(A − B)² + (h − λ)B² − (λA − hB)²]/n_t.
    """
    group = [
        (case, table.at(case.since).survival, _hire_incidence(table.at(case.until)))
        for case in exposures
    ]
    total, survival_before = 0.0, 1.0
    for step in table.steps:
        share = step.events.get(HIRED, 0) / step.at_risk
        ended = sum(step.events.values()) / step.at_risk
        exposed = [row for row in group if row[0].since < step.age <= row[0].until]
        a = sum(case.count * survival_before / alive for case, alive, _ in exposed)
        b = 0.0
        if ended < 1:
            now = _hire_incidence(step)
            rest = sum(case.count * (final - now) / alive for case, alive, final in exposed)
            b = rest / (1 - ended)
        squares = share * (a - b) ** 2 + (ended - share) * b**2
        total += (squares - (share * a - ended * b) ** 2) / step.at_risk
        survival_before = step.survival
    return total


def _hire_probability(table: Incidence, exposure: Exposure) -> float:
    """Return P(hire after `since` up to `until` | open after `since`)."""
    start = table.at(exposure.since)
    return (_hire_incidence(table.at(exposure.until)) - _hire_incidence(start)) / start.survival


def _sampling_variance(table: Incidence, exposure: Exposure) -> float:
    """Return the sampling variance: Bernoulli for existing cases, Poisson for arrivals."""
    probability = _hire_probability(table, exposure)
    return exposure.count * probability * (1.0 if exposure.poisson else 1 - probability)


def _hire_incidence(step: IncidenceStep) -> float:
    """Return F for the outcome hired."""
    return step.incidence.get(HIRED, 0.0)
