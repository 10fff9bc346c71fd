"""Off target: judges each day of one member against a target, under the rule's budget of false alarms; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.alerting.detectors.budget import MemberCounts, share_of_day
from schemas.alerting.detectors.likelihood_ratios import ODDS_RATIOS, share_log_ratios
from schemas.alerting.detectors.proportions import Proportion
from schemas.alerting.detectors.shiryaev_roberts import ALARM, DriftEvidence
from schemas.alerting.episodes import Judgement, Judging
from schemas.alerting.windows import sliding_windows
from schemas.cells import Tally
from schemas.kpis.definition import Kpi, evaluate


@dataclass(frozen=True, kw_only=True)
class ProportionLimit:
    """A proportion must meet its target; it recovers when P(worse than the target | window) is `clear` or less."""

    kpi: Kpi
    proportion: Proportion
    window_days: int
    clear: float
    false_alarms_a_year: float

    @property
    def reopening(self) -> float:
        """The probability above which a reported ending does not stand: the window clearly contradicts it."""
        return (1 + self.clear) / 2


def weigh_days(
    limit: ProportionLimit, days: Mapping[int, Tally], members: MemberCounts, as_of: int
) -> Judging:
    """Every day from the first cell to `as_of`, today partly counted.

    The evidence of all days opens an episode, the window closes it, and closing restarts the evidence. A day without cases in
    its window spends nothing: silence is no evidence.
    """
    evidence, was_open = DriftEvidence(alternatives=len(ODDS_RATIOS)), False
    for window in sliding_windows(days, limit.window_days, as_of):
        judgement = _NO_CASES
        probability = limit.proportion.probability_off_target(window.sums)
        if probability is not None:
            sharing = members.on(window.day)
            count, n = limit.proportion.cases(days.get(window.day, {}))
            spent = share_of_day(limit.false_alarms_a_year, sharing)
            evidence.add(window.day, spent, share_log_ratios(count, n, limit.proportion))
            alarm = probability > limit.reopening if was_open else evidence.value >= ALARM
            judgement = replace(
                _judge_window(limit, window.sums, alarm=alarm, probability=probability),
                since=evidence.since,
                members=sharing,
            )
        is_open = yield window.day, judgement
        if was_open and not is_open:
            evidence.reset()
        was_open = is_open


def _judge_window(
    limit: ProportionLimit, sums: Mapping[str, int], *, alarm: bool, probability: float
) -> Judgement:
    measured, keeps_open = evaluate(limit.kpi, sums), probability > limit.clear
    return Judgement(
        value=measured.value,
        n=max(measured.n, 0),
        off_target=alarm and keeps_open,
        keeps_open=keeps_open,
    )


_NO_CASES = Judgement(value=None, n=0, off_target=False, keeps_open=False)


def window_e_value(
    limit: ProportionLimit, days: Mapping[int, Tally], first: int, last: int
) -> float | None:
    """The evidence of these days alone, whose mean is at most 1 while the target is met; None without cases."""
    evidence, total = DriftEvidence(alternatives=len(ODDS_RATIOS)), 0
    for day in range(first, last + 1):
        count, n = limit.proportion.cases(days.get(day, {}))
        total += n
        ratios = share_log_ratios(count, n, limit.proportion)
        evidence.add(day, float(day == first), ratios)
    return evidence.value if total > 0 else None
