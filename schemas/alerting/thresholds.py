"""Off target or not: one window of one member, judged by a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from schemas.alerting.rules import AlertRule, binomial
from schemas.kpis.definition import Measured, measure
from schemas.statistics.beta import jeffreys, jeffreys_interval

LEVEL = 0.9  # of the interval that is shown beside a rate


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A window: its value and sample, whether it is worse than the target, and whether a breach that is open holds on.

    `probability` is P(the rate is worse than the target), None where none is known. Worse implies holding. Of a service level
    `oldest` is the age in days of the case that has waited longest.
    """

    value: float | None
    n: int
    probability: float | None
    worse: bool
    holds: bool
    oldest: int | None = None


def judge(rule: AlertRule, tally: Mapping[str, int], *, whole: bool) -> Judgement:
    """Judge the sums of a window; `whole` says that all its days were counted, without which few is no news."""
    got = measure(rule.definition, tally)
    if rule.definition.kind == "count":
        known = whole or not rule.of_few
        return _compared(rule, got, known=known, holds=known)
    if got.value is None or got.n <= 0:
        return Judgement(value=None, n=max(got.n, 0), probability=None, worse=False, holds=False)
    if binomial(rule.definition):
        return _likely(rule, got, got.value)
    return _compared(rule, got, known=got.n >= rule.smallest, holds=True)


def _likely(rule: AlertRule, got: Measured, value: float) -> Judgement:
    below = _below(passes(value, got.n), got.n, rule.target)
    worse = below if rule.direction == "at_least" else 1 - below
    enough = got.n >= rule.smallest
    return Judgement(
        value=value,
        n=got.n,
        probability=worse,
        worse=enough and worse > rule.confidence,
        holds=worse > rule.clear,
    )


def _compared(rule: AlertRule, got: Measured, *, known: bool, holds: bool) -> Judgement:
    value, target, room = got.value or 0.0, rule.target, 1 + rule.margin
    if rule.direction == "at_least":
        worse, not_yet_good = value < target, value < target * room
    else:
        worse, not_yet_good = value > target, value > target / room
    return Judgement(
        value=got.value,
        n=got.n,
        probability=None,
        worse=known and worse,
        holds=(known and worse) or (holds and not_yet_good),
    )


def passes(value: float, n: int) -> int:
    """The numerator of a share; corrections on their way may leave it outside of its denominator for a moment."""
    return min(max(round(value * n), 0), n)


@lru_cache(maxsize=200_000)  # the days of history are judged again whenever a late event comes
def _below(passed: int, n: int, rate: float) -> float:
    return jeffreys(passed, n).below(rate)


@lru_cache(maxsize=10_000)
def interval(passed: int, n: int) -> tuple[float, float]:
    """The Jeffreys interval of `LEVEL`."""
    return jeffreys_interval(passed, n, LEVEL)
