"""How many hires to expect by a day from those who are in the process, by what became of others like them.

P(hire within T | open at age a) = (F(a + T) − F(a))/S(a) with F and S of competing risks (`schemas.statistics.incidence`). The mean
is their sum. The variance is that of the draws, Σ p(1 − p), plus that of the estimated history: the delta method over
the multinomial events of each age, which keeps that all ages lean on the same history (for one cohort from age 0 it is
Collett's variance of F). The interval is of a count with this mean and variance (`schemas.panjer`). It says nothing of a
process that changes, and nobody is hired later than history reaches: short histories expect a little too few.
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
    """Applications a day to come, as averaged over `over_days` of the past; the table of `ALL` says what becomes of them."""

    per_day: float
    over_days: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Expected hires and the 80 % interval, both ends included, from `n` in flight (`mean` and bounds include arrivals).

    `unseen` of them are older than anybody who ever left open, or have no history: they count as no hire. `variance` is
    what the interval was made of; with `arrivals` there may be more hires than in flight.
    """

    mean: float
    low: int
    high: int
    n: int
    unseen: int
    variance: float = 0.0
    arrivals: bool = False

    def at_least(self, count: int) -> float:
        """P(so many hires or more), of the distribution that the interval is of."""
        if count <= 0:
            return 1.0
        if self.mean <= 0 or (count > self.n and not self.arrivals):
            return 0.0
        return 1 - count_distribution.until(self.mean, self.variance, count - 1)


@dataclass(frozen=True)
class Exposure:
    """`count` cases (a mean, if `drawn`) open after age `since`, asked for a hire after it up to age `until`, in days."""

    count: float
    since: int
    until: int
    drawn: bool = False


def forecast(
    in_flight: Mapping[tuple[str, int], int],
    tables: Mapping[str, Incidence],
    days: int,
    arrivals: Arrivals | None = None,
) -> Forecast:
    """The hires of the next `days` days. `in_flight[milestone, age]` are open cases, ages counted as the milestone's table does.

    A milestone without a table takes that of `ALL`. Ages below 0 are 0; counts below 0 are none.
    """
    exposures = _open(in_flight, tables, days)
    n = sum(max(count, 0) for count in in_flight.values())
    seen = sum(x.count for asked in exposures.values() for x in asked)
    variance = 0.0
    if arrivals and ALL in tables:
        come = [Exposure(arrivals.per_day, -1, age, drawn=True) for age in range(days)]
        per_arrival = sum(_chance(tables[ALL], x) for x in come)
        variance += per_arrival**2 * arrivals.per_day / max(arrivals.over_days, 1)
        exposures[ALL] = [*exposures.get(ALL, ()), *come]
    mean = 0.0
    for name, asked in exposures.items():
        mean += sum(x.count * _chance(tables[name], x) for x in asked)
        variance += sum(_draws(tables[name], x) for x in asked) + noise(tables[name], asked)
    low, high = (
        count_distribution.quantile(mean, variance, p) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    )
    high = high if arrivals else min(high, n)
    return Forecast(
        mean=mean,
        low=low,
        high=high,
        n=n,
        unseen=n - int(seen),
        variance=variance,
        arrivals=arrivals is not None,
    )


def _open(
    in_flight: Mapping[tuple[str, int], int], tables: Mapping[str, Incidence], days: int
) -> dict[str, list[Exposure]]:
    """The open cases by the table that knows cases of their age; the others are left out."""
    exposures: dict[str, list[Exposure]] = {}
    for (milestone, age), count in in_flight.items():
        name, since = milestone if milestone in tables else ALL, max(age, 0)
        if count > 0 and name in tables and tables[name].at(since).survival > 0:
            exposures.setdefault(name, []).append(Exposure(count, since, since + days))
    return exposures


def noise(table: Incidence, exposures: Iterable[Exposure]) -> float:
    """The variance of Σ count·p that comes from estimating p.

    With A = ∂/∂(hire hazard at age t) = Σ count·S(t−)/S(since) and B = −∂/∂(all hazard) = Σ count·(F(until) − F(t))/
    (S(since)·(1 − h)), over the exposures that contain t: Σ_t [λ(A − B)² + (h − λ)B² − (λA − hB)²]/n_t.
    """
    asked = [(x, table.at(x.since).survival, _hired(table.at(x.until))) for x in exposures]
    total, before = 0.0, 1.0
    for step in table.steps:
        share = step.events.get(HIRED, 0) / step.at_risk
        ended = sum(step.events.values()) / step.at_risk
        within = [row for row in asked if row[0].since < step.age <= row[0].until]
        a = sum(x.count * before / alive for x, alive, _ in within)
        b = 0.0
        if ended < 1:
            rest = sum(x.count * (by - _hired(step)) / alive for x, alive, by in within)
            b = rest / (1 - ended)
        squares = share * (a - b) ** 2 + (ended - share) * b**2
        total += (squares - (share * a - ended * b) ** 2) / step.at_risk
        before = step.survival
    return total


def _chance(table: Incidence, exposure: Exposure) -> float:
    """P(hire after `since` up to `until` | open after `since`)."""
    start = table.at(exposure.since)
    return (_hired(table.at(exposure.until)) - _hired(start)) / start.survival


def _draws(table: Incidence, exposure: Exposure) -> float:
    """The variance of the draws: Bernoulli of the cases there are, Poisson of those that come."""
    chance = _chance(table, exposure)
    return exposure.count * chance * (1.0 if exposure.drawn else 1 - chance)


def _hired(step: IncidenceStep) -> float:
    """F of hires."""
    return step.incidence.get(HIRED, 0.0)
