"""Empirical Bayes shrinkage of pass rates: members with few decisions borrow strength from their group.

Beta-binomial (reference §3.2): (a, b) maximise Σ_i [ln B(x_i + a, n_i − x_i + b) − ln B(a, b)]; a member's rate is then
Beta(x_i + a, n_i − x_i + b). How far the members differ is itself uncertain, so the posterior is averaged over the
concentrations a + b that the data leave plausible; without that, intervals are too narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

from scipy import optimize, special

from schemas.statistics.beta import Beta

MAX_CONCENTRATION = 2000.0  # no data could verify a prior worth more decisions than this
MIN_CONCENTRATION = 0.1
GRID_POINTS = 16  # number of concentrations tried, equally spaced in the logarithm
NEGLIGIBLE = 1e-6  # weights below this change no displayed digit


@dataclass(frozen=True)
class PassCount:
    """Passes of n decisions; passes that were adjusted for something need not be whole."""

    passes: float
    n: int


@dataclass(frozen=True)
class WeightedPrior:
    """A plausible prior; the weights of all sum to 1. `mean_variance` is the variance of its estimated mean."""

    weight: float
    beta: Beta
    mean_variance: float


@dataclass(frozen=True)
class Prior:
    """The most likely Beta(a, b), and the plausible priors around it."""

    a: float
    b: float
    components: tuple[WeightedPrior, ...]


def fit_prior(members: Sequence[PassCount]) -> Prior:
    """Fit the prior of a group. The order of the members does not matter; members without decisions are ignored.

    a + b is at most 2,000, and at most 1 + the decisions of the other members. If the data cannot distinguish the members
    (one member, no pass, no fail), it is the Jeffreys prior plus the decisions of the others; without members, Jeffreys'.
    """
    decided = sorted((m for m in members if m.n > 0), key=lambda m: (m.n, m.passes))
    passes, n = sum(m.passes for m in decided), sum(m.n for m in decided)
    others = (len(decided) - 1) / len(decided) if decided else 0.0
    max_concentration = min(MAX_CONCENTRATION, 1 + n * others)
    if len(decided) < 2 or passes in {0, n}:
        mean = (passes * others + 0.5) / (n * others + 1)
        return Prior(
            mean * max_concentration,
            (1 - mean) * max_concentration,
            (_single_component(mean * max_concentration, (1 - mean) * max_concentration),),
        )
    best = _most_likely_concentration(decided, max_concentration)
    mean = _most_likely_mean(decided, best)
    return Prior(mean * best, (1 - mean) * best, _mixture(decided, max_concentration))


def posterior(prior: Prior, member: PassCount) -> Beta:
    """Return the posterior of a member's rate: a beta with the mean and variance of the mixture over the plausible priors.

    The variance has three parts: of the rate under each prior, of the prior's mean weighted by the member's shrinkage
    towards it, and between the priors.
    """
    fails = member.n - member.passes
    betas = [Beta(member.passes + p.beta.a, fails + p.beta.b) for p in prior.components]
    mean = sum(p.weight * beta.mean for p, beta in zip(prior.components, betas, strict=True))
    variance = 0.0
    for p, beta in zip(prior.components, betas, strict=True):
        shrinkage_weight = p.beta.size / beta.size
        within = beta.variance + shrinkage_weight**2 * p.mean_variance
        variance += p.weight * (within + (beta.mean - mean) ** 2)
    size = max(mean * (1 - mean) / variance - 1, 1.0)
    return Beta(mean * size, (1 - mean) * size)


def _mixture(members: Sequence[PassCount], max_concentration: float) -> tuple[WeightedPrior, ...]:
    """Weight a grid of concentrations by likelihood, the mean integrated out (Laplace), with a flat prior on the members' SD.

    A flat prior on the SD, which is about 1/√size, is s^-½ on the logarithmic grid (Gelman 2006).
    """
    betas = [
        Beta(m * s, (1 - m) * s)
        for s in _concentration_grid(max_concentration)
        for m in [_most_likely_mean(members, s)]
    ]
    spreads = [_mean_variance(members, beta) for beta in betas]
    heights = [
        _log_likelihood(members, beta) + log(spread) / 2 - log(beta.size) / 2
        for beta, spread in zip(betas, spreads, strict=True)
    ]
    weights = [exp(height - max(heights)) for height in heights]
    kept = [row for row in zip(weights, betas, spreads, strict=True) if row[0] > NEGLIGIBLE]
    total_weight = sum(weight for weight, _, _ in kept)
    return tuple(
        WeightedPrior(weight / total_weight, beta, spread) for weight, beta, spread in kept
    )


def _mean_variance(members: Sequence[PassCount], beta: Beta) -> float:
    """Return the variance of the estimated mean: m(1 − m) over the members' information n(s + 1)/(n + s)."""
    information = sum(m.n * (beta.size + 1) / (m.n + beta.size) for m in members)
    return beta.mean * (1 - beta.mean) / information


def _single_component(a: float, b: float) -> WeightedPrior:
    """Return a prior with weight 1 and no uncertainty in its mean."""
    return WeightedPrior(1.0, Beta(a, b), 0.0)


def _most_likely_concentration(members: Sequence[PassCount], max_concentration: float) -> float:
    """Maximise the likelihood over a + b: the best grid point, then a search between its neighbours."""

    def height(logarithm: float) -> float:
        size = exp(logarithm)
        mean = _most_likely_mean(members, size)
        return _log_likelihood(members, Beta(mean * size, (1 - mean) * size))

    grid = [log(size) for size in _concentration_grid(max_concentration)]
    heights = [height(point) for point in grid]
    # Single decisions carry no information on the concentration; then the members are assumed equal.
    top = max(i for i in range(GRID_POINTS) if heights[i] > max(heights) - NEGLIGIBLE)
    best = exp(_maximum(height, grid[max(top - 1, 0)], grid[min(top + 1, GRID_POINTS - 1)]))
    return max_concentration if best > max_concentration * (1 - 1e-6) else best


def _concentration_grid(max_concentration: float) -> list[float]:
    """Return concentrations equally spaced in the logarithm."""
    return [
        MIN_CONCENTRATION * (max_concentration / MIN_CONCENTRATION) ** (i / (GRID_POINTS - 1))
        for i in range(GRID_POINTS)
    ]


def _log_likelihood(members: Sequence[PassCount], prior: Beta) -> float:
    """Return the log-likelihood up to a constant."""
    log_terms = sum(special.betaln(m.passes + prior.a, m.n - m.passes + prior.b) for m in members)
    return float(log_terms - len(members) * special.betaln(prior.a, prior.b))


def _most_likely_mean(members: Sequence[PassCount], size: float) -> float:
    """Return the most likely mean for a concentration; the likelihood is concave in it, so a bounded search finds it."""

    def height(mean: float) -> float:
        a, b = mean * size, (1 - mean) * size
        log_terms = sum(lgamma(m.passes + a) + lgamma(m.n - m.passes + b) for m in members)
        return log_terms - len(members) * (lgamma(a) + lgamma(b))

    return _maximum(height, 1e-9, 1 - 1e-9)


def _maximum(height: Callable[[float], float], low: float, high: float) -> float:
    """Find the maximum of a unimodal function, to 1e-7 of the bracket."""
    optimum = optimize.minimize_scalar(
        lambda x: -height(x),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-7 * (high - low)},
    )
    return float(optimum.x)
