"""Empirical Bayes for pass rates: members of one class lend each other what a few decisions cannot tell.

Beta-binomial (reference §3.2): (a, b) maximise Σ_i [ln B(x_i + a, n_i − x_i + b) − ln B(a, b)]; a member's rate is then
Beta(x_i + a, n_i − x_i + b). How far the members differ is itself uncertain, so the posterior is averaged over the
concentrations a + b that the data leave plausible; without that, intervals are too narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

from schemas.statistics.beta import Beta, log_beta

MOST = 2000.0  # a prior worth more decisions than that is a claim nobody can check
LEAST = 0.1
GRID = 16  # concentrations tried, equal steps of the logarithm
NEGLIGIBLE = 1e-6  # weights below it change no digit that is shown
GOLDEN = (sqrt(5) - 1) / 2


@dataclass(frozen=True)
class PassCount:
    """Passes of n decisions."""

    passes: int
    n: int


@dataclass(frozen=True)
class Plausible:
    """A prior the data allow; the weights of all sum to 1. `mean_variance` is how uncertain its mean is."""

    weight: float
    beta: Beta
    mean_variance: float


@dataclass(frozen=True)
class Prior:
    """The most likely Beta(a, b), and the plausible ones around it."""

    a: float
    b: float
    plausible: tuple[Plausible, ...]


def fit(members: Sequence[PassCount]) -> Prior:
    """The prior of a class. The order of the members does not matter; those without decisions are passed over.

    a + b is at most 2,000, and at most 1 + the decisions of the other members. Where nothing tells the members apart
    (one member, no pass, no fail), it is the Jeffreys prior plus the decisions of the others; without members, Jeffreys'.
    """
    told = sorted((m for m in members if m.n > 0), key=lambda m: (m.n, m.passes))
    passes, n = sum(m.passes for m in told), sum(m.n for m in told)
    others = (len(told) - 1) / len(told) if told else 0.0
    most = min(MOST, 1 + n * others)
    if len(told) < 2 or passes in {0, n}:
        mean = (passes * others + 0.5) / (n * others + 1)
        return Prior(mean * most, (1 - mean) * most, (_certain(mean * most, (1 - mean) * most),))
    best = _best_size(told, most)
    mean = _best_mean(told, best)
    return Prior(mean * best, (1 - mean) * best, _plausible(told, most))


def posterior(prior: Prior, member: PassCount) -> Beta:
    """What is known of a member's rate: a beta with the mean and variance of the average over the plausible priors.

    The variance has three parts: of the rate under each prior, of the prior's mean as far as the member leans on it,
    and between the priors.
    """
    fails = member.n - member.passes
    betas = [Beta(member.passes + p.beta.a, fails + p.beta.b) for p in prior.plausible]
    mean = sum(p.weight * beta.mean for p, beta in zip(prior.plausible, betas, strict=True))
    variance = 0.0
    for p, beta in zip(prior.plausible, betas, strict=True):
        leans = p.beta.size / beta.size
        within = beta.variance + leans**2 * p.mean_variance
        variance += p.weight * (within + (beta.mean - mean) ** 2)
    size = max(mean * (1 - mean) / variance - 1, 1.0)
    return Beta(mean * size, (1 - mean) * size)


def _plausible(members: Sequence[PassCount], most: float) -> tuple[Plausible, ...]:
    """Concentrations on a grid, weighted by likelihood with the mean integrated out (Laplace) and a flat SD between members.

    A flat prior for the SD, which is about 1/√size, is s^-½ on the grid of logarithms (Gelman 2006).
    """
    betas = [Beta(m * s, (1 - m) * s) for s in _sizes(most) for m in [_best_mean(members, s)]]
    spreads = [_mean_variance(members, beta) for beta in betas]
    heights = [
        _likelihood(members, beta) + log(spread) / 2 - log(beta.size) / 2
        for beta, spread in zip(betas, spreads, strict=True)
    ]
    weights = [exp(height - max(heights)) for height in heights]
    kept = [row for row in zip(weights, betas, spreads, strict=True) if row[0] > NEGLIGIBLE]
    whole = sum(weight for weight, _, _ in kept)
    return tuple(Plausible(weight / whole, beta, spread) for weight, beta, spread in kept)


def _mean_variance(members: Sequence[PassCount], beta: Beta) -> float:
    """Of the estimated mean: m(1 − m) over the members' information n(s + 1)/(n + s)."""
    information = sum(m.n * (beta.size + 1) / (m.n + beta.size) for m in members)
    return beta.mean * (1 - beta.mean) / information


def _certain(a: float, b: float) -> Plausible:
    """A prior without alternatives."""
    return Plausible(1.0, Beta(a, b), 0.0)


def _best_size(members: Sequence[PassCount], most: float) -> float:
    """The most likely a + b: the best of the grid, then golden sections between its neighbours."""

    def height(logarithm: float) -> float:
        size = exp(logarithm)
        mean = _best_mean(members, size)
        return _likelihood(members, Beta(mean * size, (1 - mean) * size))

    grid = [log(size) for size in _sizes(most)]
    heights = [height(point) for point in grid]
    # Single decisions say nothing of the concentration; then the members are taken to be alike.
    top = max(i for i in range(GRID) if heights[i] > max(heights) - NEGLIGIBLE)
    best = exp(_golden(height, grid[max(top - 1, 0)], grid[min(top + 1, GRID - 1)]))
    return most if best > most * (1 - 1e-6) else best


def _sizes(most: float) -> list[float]:
    """Concentrations in equal steps of the logarithm."""
    return [LEAST * (most / LEAST) ** (i / (GRID - 1)) for i in range(GRID)]


def _likelihood(members: Sequence[PassCount], prior: Beta) -> float:
    """The logarithm of what is maximised; differences of it are likelihood ratios."""
    each = sum(log_beta(m.passes + prior.a, m.n - m.passes + prior.b) for m in members)
    return each - len(members) * log_beta(prior.a, prior.b)


def _best_mean(members: Sequence[PassCount], size: float) -> float:
    """The most likely mean for a concentration; the likelihood is concave in it, so golden sections find it."""

    def height(mean: float) -> float:
        a, b = mean * size, (1 - mean) * size
        each = sum(lgamma(m.passes + a) + lgamma(m.n - m.passes + b) for m in members)
        return each - len(members) * (lgamma(a) + lgamma(b))

    return _golden(height, 1e-9, 1 - 1e-9)


def _golden(height: Callable[[float], float], low: float, high: float) -> float:
    """The maximum of a function with one peak, to 1e-7 of the bracket."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    heights = height(left), height(right)
    for _ in range(34):
        if heights[0] >= heights[1]:
            high, right = right, left
            left = high - GOLDEN * (high - low)
            heights = height(left), heights[0]
        else:
            low, left = left, right
            right = low + GOLDEN * (high - low)
            heights = heights[1], height(right)
    return (low + high) / 2
