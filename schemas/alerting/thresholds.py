"""Thresholds: judges whether one window of one member is off target."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from schemas.alerting.rules import AlertRule, is_binomial
from schemas.kpis.definition import KpiValue, evaluate
from schemas.statistics.beta import jeffreys, jeffreys_interval

INTERVAL_LEVEL = 0.9  # of the interval shown next to a rate


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The result for one window: its value and sample, whether it is off target, and whether it keeps a breach open.

    `probability` is P(the rate is worse than the target), or None if there is none. `off_target` implies `keeps_open`. For a
    service level, `oldest` is the age in days of the case that has waited longest.
    """

    value: float | None
    n: int
    probability: float | None
    off_target: bool
    keeps_open: bool
    oldest: int | None = None


def judge(rule: AlertRule, tally: Mapping[str, int], *, whole: bool) -> Judgement:
    """Judge the sums of a window; `whole` states that all its days were counted, without which a low count is not judged."""
    measured = evaluate(rule.definition, tally)
    if rule.definition.kind == "count":
        conclusive = whole or not rule.fires_on_low_count
        return _compare_value(rule, measured, conclusive=conclusive, keeps_open=conclusive)
    if measured.value is None or measured.n <= 0:
        return Judgement(
            value=None, n=max(measured.n, 0), probability=None, off_target=False, keeps_open=False
        )
    if is_binomial(rule.definition):
        return _judge_proportion(rule, measured, measured.value)
    return _compare_value(rule, measured, conclusive=measured.n >= rule.min_sample, keeps_open=True)


def _judge_proportion(rule: AlertRule, measured: KpiValue, value: float) -> Judgement:
    below = _probability_below(numerator(value, measured.n), measured.n, rule.target)
    probability = below if rule.direction == "at_least" else 1 - below
    enough = measured.n >= rule.min_sample
    return Judgement(
        value=value,
        n=measured.n,
        probability=probability,
        off_target=enough and probability > rule.confidence,
        keeps_open=probability > rule.clear,
    )


def _compare_value(
    rule: AlertRule, measured: KpiValue, *, conclusive: bool, keeps_open: bool
) -> Judgement:
    value, target, margin_factor = measured.value or 0.0, rule.target, 1 + rule.margin
    if rule.direction == "at_least":
        beyond_target, within_margin = value < target, value < target * margin_factor
    else:
        beyond_target, within_margin = value > target, value > target / margin_factor
    return Judgement(
        value=measured.value,
        n=measured.n,
        probability=None,
        off_target=conclusive and beyond_target,
        keeps_open=(conclusive and beyond_target) or (keeps_open and within_margin),
    )


def numerator(value: float, n: int) -> int:
    """The numerator of a share; corrections in flight may briefly push it outside the range of its denominator."""
    return min(max(round(value * n), 0), n)


@lru_cache(maxsize=200_000)  # every late event re-judges the days of history
def _probability_below(passed: int, n: int, rate: float) -> float:
    return jeffreys(passed, n).cdf(rate)


@lru_cache(maxsize=10_000)
def credible_interval(passed: int, n: int) -> tuple[float, float]:
    """The Jeffreys interval at `INTERVAL_LEVEL`."""
    return jeffreys_interval(passed, n, INTERVAL_LEVEL)
