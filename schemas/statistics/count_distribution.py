"""The distribution of a count with given mean and variance, from the Panjer class (binomial, negative binomial)."""

from scipy import special

POISSON_TOLERANCE = 1e-4  # relative difference below which variance and mean count as equal


def quantile(mean: float, variance: float, p: float) -> int:
    """Return the smallest count k with P(X ≤ k) ≥ `p`, 0 < p < 1.

    Binomial if the variance is below the mean, negative binomial if it is above.
    """
    if mean <= 0:
        return 0
    low, high = -1, 1
    while cdf(mean, variance, high) < p:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if cdf(mean, variance, middle) >= p else (middle, high)
    return high


def cdf(mean: float, variance: float, count: int) -> float:
    """Return P(X ≤ count); the incomplete beta function allows a binomial with a fractional number of trials."""
    if count < 0:
        return 0.0
    overdispersion = (variance - mean) / mean
    if abs(overdispersion) < POISSON_TOLERANCE:
        overdispersion = POISSON_TOLERANCE
    if overdispersion > 0:  # d: r = mean/d successes, each with probability 1/(1 + d)
        return float(special.betainc(mean / overdispersion, count + 1, 1 / (1 + overdispersion)))
    trials = -mean / overdispersion
    if count >= trials:
        return 1.0
    return float(special.betainc(trials - count, count + 1, 1 + overdispersion))
