"""Shiryaev–Roberts evidence in budget form: a pure fold over days whose false alarms cost at most what was spent on them.

`S_k ← min((S_k + ε)·L_k, cap)` for each alternative k, where L_k is the likelihood ratio of the day's cases and ε the share of the
budget that is spent on the day. While the null holds, the mean of S less the ε spent so far is a supermartingale, so alarms at
S ≥ 1 that restart S from 0 number at most Σ ε on average, for any ε chosen before the outcomes (Shin, Ramdas, Rinaldo 2022). With
the constant ε = 1/A this is the Shiryaev–Roberts statistic R = A·S with its threshold A.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

ALARM = 1.0
CAP = 1e9  # evidence beyond the alarm that is kept; bounds the sums
MAX_EXPONENT = 600.0  # of one day, far beyond `CAP` and within a float


@dataclass(kw_only=True)
class DriftEvidence:
    """The evidence of one member against each of `alternatives` alternatives, and where it began."""

    alternatives: int
    sums: list[float] = field(init=False)
    page: list[float] = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Start without evidence."""
        self.reset()

    def reset(self) -> None:
        """Forget all evidence, as an alarm that ended requires."""
        self.sums = [0.0] * self.alternatives
        self.page = [0.0] * self.alternatives
        self.starts = [0] * self.alternatives

    def add(self, day: int, spent: float, log_ratios: Sequence[float]) -> None:
        """Add the log likelihood ratios of a day's cases, having spent a share of the budget on that day."""
        for k, log_ratio in enumerate(log_ratios):
            growth = exp(min(log_ratio, MAX_EXPONENT))
            self.sums[k] = min((self.sums[k] + spent) * growth, CAP)
            if self.page[k] <= 0:
                self.starts[k] = day
            self.page[k] = max(0.0, self.page[k]) + log_ratio

    @property
    def value(self) -> float:
        """The mean evidence; `ALARM` or more is an alarm."""
        return sum(self.sums) / self.alternatives

    @property
    def since(self) -> int:
        """The day on which the change most likely began: Page's start under the best alternative (Page 1954)."""
        best = max(range(self.alternatives), key=lambda k: self.page[k])
        return self.starts[best]
