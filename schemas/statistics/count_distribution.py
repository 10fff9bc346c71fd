"""A count of which mean and variance are known, as the distribution of Panjer's class that has them."""

from schemas.statistics.beta import incomplete

POISSON_LIKE = 1e-4  # nearer to the mean than this share of it, the variance is as good as equal


def quantile(mean: float, variance: float, p: float) -> int:
    """The smallest count that is reached or undercut with probability `p`, 0 < p < 1.

    Binomial where the variance is below the mean, negative binomial where it is above.
    """
    if mean <= 0:
        return 0
    low, high = -1, 1
    while until(mean, variance, high) < p:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if until(mean, variance, middle) >= p else (middle, high)
    return high


def until(mean: float, variance: float, count: int) -> float:
    """P(X ≤ count); a binomial may have a broken number of trials, its distribution is the incomplete beta function's."""
    if count < 0:
        return 0.0
    away = (variance - mean) / mean
    if abs(away) < POISSON_LIKE:
        away = POISSON_LIKE
    if away > 0:  # r = mean/away successes, each with 1/(1 + away)
        return incomplete(mean / away, count + 1, 1 / (1 + away))
    trials = -mean / away
    return 1.0 if count >= trials else incomplete(trials - count, count + 1, 1 + away)
