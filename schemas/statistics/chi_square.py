"""The upper tail of the χ² distribution in plain Python."""

from math import exp, lgamma, log

TOLERANCE = 1e-15  # relative change at which iterations stop
MAX_ITERATIONS = 100_000


def chi_square_sf(statistic: float, degrees: int) -> float:
    """Return P(χ² > statistic), the incomplete gamma function Q(k/2, x/2) (Numerical Recipes §6.2); `degrees` at least 1."""
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = exp(a * log(x) - x - lgamma(a))
    return 1 - front * _series(a, x) if x < a + 1 else front * _continued_fraction(a, x)


def _series(a: float, x: float) -> float:
    """Sum the series Σ xⁿ Γ(a)/Γ(a + 1 + n), which converges for x < a + 1."""
    value = term = 1 / a
    for n in range(1, MAX_ITERATIONS):
        term *= x / (a + n)
        value += term
        if term < value * TOLERANCE:
            break
    return value


def _continued_fraction(a: float, x: float) -> float:
    """Evaluate the continued fraction by Lentz's method; for x ≥ a + 1 no denominator is 0."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for n in range(1, MAX_ITERATIONS):
        term = -n * (n - a)
        b += 2
        d = 1 / (term * d + b)
        c = b + term / c
        value *= c * d
        if abs(c * d - 1) <= TOLERANCE:
            break
    return value
