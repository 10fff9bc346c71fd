"""Why a company rejects: the share of each factor per job, requirement version and channel, and what stands out.

A share is Dirichlet–multinomial: the prior is the company's own mixture of factors with `PRIOR_CASES` cases and one more case
spread evenly over all factors (Perks 1947), so that few rejections say little and a reason that was never recorded is rare, not
impossible. Its marginal is a beta distribution. A factor stands out where it lies above the mixture of all other
rejections with an error of at most `FAMILY_ERROR` over everything that was compared; often nothing does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from schemas.relay.factors import FACTORS, Factor, FactorRule, factor_of
from schemas.relay.facts import ApplicationStep, Step
from schemas.relay.requirements import Requirement, version_on
from schemas.relay.state import RelayApplication, State
from schemas.statistics.beta import Beta
from schemas.statistics.change import LEVEL

PRIOR_CASES = 8.0  # the weight of the company's own mixture, in rejections
EVEN_CASES = 1.0  # the weight of a mixture of all factors alike
FAMILY_ERROR = 0.05
MINIMUM_N = 10
ENDINGS = frozenset({"rejected", "withdrawn", "closed", "hired"})


@dataclass(frozen=True)
class EndedApplication:
    """How one application ended; `factor` is None if the company rejected it for a reason that nobody mapped, or none."""

    step: Step
    job: str
    channel: str
    day: date
    version: date | None
    reason: str | None
    factor: Factor | None

    @property
    def is_rejection(self) -> bool:
        """Whether the company rejected it, or closed it because the position was filled."""
        return self.step == "rejected" or (self.step == "closed" and self.factor == "filled")


class RejectionPlace(NamedTuple):
    """Where rejections are compared: a job, the day its requirement is in force since (None: before all), a channel."""

    job: str
    version: date | None
    channel: str


@dataclass(frozen=True)
class FactorShare:
    """The share of one factor among the `n` rejections of a place that have a factor.

    `baseline` is its share in all other places, `lift` the quotient, `low` and `high` the 90 % interval of the share.
    """

    place: RejectionPlace
    factor: Factor
    count: int
    n: int
    share: float
    low: float
    high: float
    baseline: float
    stands_out: bool

    @property
    def lift(self) -> float | None:
        """How many times as often as elsewhere; None if it never occurs elsewhere."""
        return self.share / self.baseline if self.baseline else None


def read_endings(
    state: State,
    steps: Mapping[str, ApplicationStep],
    rules: Sequence[FactorRule],
    versions: Sequence[Requirement],
) -> list[EndedApplication]:
    """How every application of a ledger stands, by its steps under their ids; those that go on or were deleted are left out."""
    endings = []
    for application in state.applications.values():
        standing = [steps[id_] for _, id_, step in application.steps if step != "deleted"]
        if standing and standing[-1].step in ENDINGS and not application.is_deleted:
            day = state.day(standing[-1].at)
            version = version_on(versions, application.job or "", day)
            endings.append(_ending(application, standing[-1], day, version, rules))
    return endings


def _ending(
    application: RelayApplication,
    last: ApplicationStep,
    day: date,
    version: Requirement | None,
    rules: Sequence[FactorRule],
) -> EndedApplication:
    return EndedApplication(
        step=last.step,
        job=application.job or "",
        channel=application.channel or "",
        day=day,
        version=None if version is None else version.since,
        reason=last.reason,
        factor=factor_of(last.reason, rules),
    )


def unmapped_reasons(endings: Iterable[EndedApplication]) -> Counter[str]:
    """How many rejections have a reason without a factor, by reason; the empty one is no reason at all."""
    return Counter(
        ending.reason or "" for ending in endings if ending.is_rejection and ending.factor is None
    )


def factor_shares(endings: Iterable[EndedApplication]) -> list[FactorShare]:
    """The shares of every factor in every place, what stands out first, then the most frequent."""
    places: dict[RejectionPlace, Counter[Factor]] = {}
    for ending in endings:
        if ending.is_rejection and ending.factor is not None:
            place = RejectionPlace(ending.job, ending.version, ending.channel)
            places.setdefault(place, Counter())[ending.factor] += 1
    total: Counter[Factor] = sum(places.values(), Counter())
    compared = sum(counts.total() >= MINIMUM_N for counts in places.values()) * len(FACTORS)
    shares = [
        _share(place, factor, counts, total, compared)
        for place, counts in places.items()
        for factor in FACTORS
        if counts[factor]
    ]
    return sorted(shares, key=lambda one: (not one.stands_out, -one.count, str(one.place)))


def _share(
    place: RejectionPlace,
    factor: Factor,
    counts: Mapping[Factor, int],
    total: Mapping[Factor, int],
    compared: int,
) -> FactorShare:
    count, n = counts[factor], sum(counts.values())
    others = sum(total.values()) - n
    even = EVEN_CASES / len(FACTORS)
    elsewhere = (total[factor] - count + even) / (others + EVEN_CASES)
    prior = PRIOR_CASES * elsewhere + even
    posterior = Beta(prior + count, PRIOR_CASES + EVEN_CASES - prior + n - count)
    low, high = posterior.interval(LEVEL)
    is_compared = n >= MINIMUM_N and others >= MINIMUM_N
    return FactorShare(
        place=place,
        factor=factor,
        count=count,
        n=n,
        share=posterior.mean,
        low=low,
        high=high,
        baseline=elsewhere,
        stands_out=is_compared and _is_above(posterior, elsewhere, others, FAMILY_ERROR / compared),
    )


def _is_above(posterior: Beta, elsewhere: float, others: int, error: float) -> bool:
    """Whether the share lies above the one elsewhere, which itself is only known from `others` rejections (normal approximation)."""
    size = others + 1.0
    comparison = Beta(elsewhere * size, (1 - elsewhere) * size)
    deviation = sqrt(posterior.variance + comparison.variance)
    return posterior.mean - comparison.mean > NormalDist().inv_cdf(1 - error) * deviation
