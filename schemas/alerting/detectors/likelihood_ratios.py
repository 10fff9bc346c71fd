"""Log likelihood ratios of a day's cases: each alternative is worse than the target by an odds ratio."""

from functools import lru_cache
from math import log, log1p

from schemas.alerting.detectors.proportions import Proportion
from schemas.planning.targets import Direction

ODDS_RATIOS = (1.25, 1.5, 2.0, 3.0)  # how much worse than the target, from slight to severe


def share_log_ratios(count: int, n: int, proportion: Proportion) -> list[float]:
    """The log ratio of `count` of `n` cases under each alternative; the null is the share that exactly meets the target."""
    terms = _share_terms(proportion.target, proportion.direction)
    return [count * hit + (n - count) * miss for hit, miss in terms]


@lru_cache(maxsize=1_000)
def _share_terms(target: float, direction: Direction) -> tuple[tuple[float, float], ...]:
    """For each alternative the log ratio of a case that counts and of one that does not."""
    odds = target / (1 - target)
    terms = []
    for ratio in ODDS_RATIOS:
        worse_odds = odds / ratio if direction == "at_least" else odds * ratio
        worse = worse_odds / (1 + worse_odds)
        terms.append((log(worse / target), log1p((target - worse) / (1 - target))))
    return tuple(terms)
