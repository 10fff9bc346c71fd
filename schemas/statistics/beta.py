"""The beta distribution: the posterior of a pass rate given passes and fails."""

from dataclasses import dataclass

from scipy import special  # not `scipy.stats`: its scalar calls take a hundred times as long


@dataclass(frozen=True)
class Beta:
    """Beta(a, b) with a and b above 0."""

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
        """Return P(X ≤ rate), for a rate from 0 to 1."""
        return float(special.betainc(self.a, self.b, rate))

    def quantile(self, p: float) -> float:
        """Return the rate with cumulative probability `p`."""
        return float(special.betaincinv(self.a, self.b, p))

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
