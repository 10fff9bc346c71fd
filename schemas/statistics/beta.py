"""The beta distribution in plain Python: the posterior of a pass rate given passes and fails."""

from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p

TINY = 1e-300  # Lentz's method replaces a zero denominator with this
TOLERANCE = 1e-15  # relative change at which iterations stop
MAX_ITERATIONS = 100_000  # the continued fraction takes about √(a + b) steps


@dataclass(frozen=True)
class Beta:
    """Beta(a, b) with a and b above 0. Accurate to 1e-8 for a + b up to a million."""

    a: float
    b: float

    @property
    def size(self) -> float:
        """The equivalent number of decisions, a + b."""
        return self.a + self.b

    @property
    def mean(self) -> float:
        """The expected rate, a ÷ (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """The variance of the rate, m(1 − m) ÷ (a + b + 1)."""
        return self.mean * (1 - self.mean) / (self.a + self.b + 1)

    def cdf(self, rate: float) -> float:
        """Return P(X ≤ rate), the regularised incomplete beta function."""
        return incomplete_beta(self.a, self.b, rate)

    def quantile(self, p: float) -> float:
        """Return the rate with cumulative probability `p`: Newton's method, with bisection when a step leaves the bracket."""
        low, high, x = 0.0, 1.0, self.mean
        for _ in range(200):
            excess = self.cdf(x) - p
            low, high = (low, x) if excess > 0 else (x, high)
            density = exp(_log_density(self.a, self.b, x))
            step = x - excess / density if density > 0 else inf
            x, last = (step if low < step < high else (low + high) / 2), x
            if abs(x - last) <= TOLERANCE * x or high - low <= TOLERANCE * high:
                break
        return x

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the central interval that contains the rate with this probability."""
        tail = (1 - level) / 2
        return self.quantile(tail), self.quantile(1 - tail)


def jeffreys(passes: int, n: int) -> Beta:
    """Return the posterior of a single rate under the Jeffreys prior: Beta(x + ½, n − x + ½)."""
    return Beta(passes + 0.5, n - passes + 0.5)


def jeffreys_interval(passes: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """Return the Jeffreys interval; it starts at 0 if none passed and ends at 1 if none failed (Brown, Cai, DasGupta 2001)."""
    low, high = jeffreys(passes, n).interval(level)
    return 0.0 if passes == 0 else low, 1.0 if passes == n else high


def log_beta(a: float, b: float) -> float:
    """Return ln B(a, b)."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return I_x(a, b) by the continued fraction on the side where it converges (Numerical Recipes §6.4)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, 1 - x) / b


def _log_density(a: float, b: float, x: float) -> float:
    """Return the log density; −∞ at the ends, so that Newton's method takes no step there."""
    if not 0 < x < 1:
        return -inf
    return (a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta(a, b)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction by Lentz's method."""
    c, d = 1.0, 1 / (_not_zero(1 - (a + b) * x / (a + 1)))
    value = d
    for m in range(1, MAX_ITERATIONS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            change = c * d
            value *= change
        if abs(change - 1) <= TOLERANCE:
            break
    return value


def _not_zero(value: float) -> float:
    """Return the value, or `TINY` if it is too close to 0 to divide by."""
    return value if abs(value) > TINY else TINY
