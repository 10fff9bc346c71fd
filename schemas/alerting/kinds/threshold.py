"""Thresholds: a KPI of the last days must meet its target."""

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.alerting import threshold_texts
from schemas.alerting.breach import Breach, Cause, Evidence, Terms
from schemas.alerting.causes import find_cause
from schemas.alerting.detectors import counts, off_target
from schemas.alerting.detectors.budget import MemberCounts, count_members, share_of_day
from schemas.alerting.detectors.counts import CountLimit, weigh_counts
from schemas.alerting.detectors.detectability import weeks_off_target
from schemas.alerting.detectors.off_target import ProportionLimit, weigh_days
from schemas.alerting.detectors.proportions import credible_interval, proportion_of
from schemas.alerting.episodes import Fold, Judgement, Judging, ReportedHistory, fold_judgements
from schemas.alerting.messages import (
    budget_sentence,
    resolution_prefix,
)
from schemas.alerting.rule import AlertRule, Days, FoldMember, rounded
from schemas.alerting.windows import judge_windows
from schemas.cells import DECISION, Tally
from schemas.kpis.definition import Kpi, evaluate
from schemas.planning.targets import Direction, direction_problem, parse_number
from schemas.tenants.business_hours import IsHoliday, no_holiday
from schemas.text.languages import translate
from schemas.text.units import format_number

EVER = 100_000  # days
Probability = Annotated[float, Field(gt=0, lt=1)]


class ThresholdRule(AlertRule):
    """A target for a window of `window_days` local days, by the day of the decision, that ends on the day being judged.

    A rate, quantile or count is off target when the evidence of all its days has an alarm under the budget of at most
    `false_alarms_a_year` over all members of the rule, and recovers when P(it is worse than the target) in the window is `clear`
    or less. Means are compared directly, and recover once they are better than the target by the share `margin`.
    """

    kind: Literal["threshold"] = "threshold"
    window_days: Days = 28
    at_least: float | str | None = None
    at_most: float | str | None = None
    false_alarms_a_year: Annotated[float, Field(gt=0, le=365)] = 1.0
    clear: Probability = 0.5
    margin: Annotated[float, Field(ge=0, lt=1)] = 0.05
    confidence: Probability | None = None  # of earlier versions: without effect
    minimum_n: Annotated[int, Field(ge=1)] | None = None  # of earlier versions: without effect

    alert_name: ClassVar[str] = "HirelayOffTarget"

    @classmethod
    def kpi_problem(cls, kpi: Kpi) -> str:
        """Windows are sums over days of KPIs that are counted by the day of the decision, except sums of money."""
        if DECISION in kpi.bases and kpi.additive and kpi.unit != "money":
            return ""
        return "it is neither counted by the day of the decision nor a waiting time"

    def inconsistency(self) -> str:
        """What to correct in the target, or the key without effect."""
        if (self.at_least is None) == (self.at_most is None):
            return "give exactly one of `at_least` and `at_most`"
        try:
            target = self.target
        except ValueError as problem:
            return str(problem)
        if self.definition.is_share and not 0 < target < 1:
            return f"{target:g} can never be breached with certainty; a rate's target must lie between 0 and 1"
        return direction_problem(self.definition, self.direction) or self._ineffective_key()

    def _ineffective_key(self) -> str:
        ignored = _ignored_keys(self.definition)
        key = next((name for name in ignored if name in self.model_fields_set), "")
        return key and self.misplaced_key_problem(key, self.kpi)

    @property
    def direction(self) -> Direction:
        """Whether the target is a lower or an upper limit."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def target(self) -> float:
        """The target, in the KPI's own unit."""
        return parse_number(
            self.at_most if self.at_least is None else self.at_least, self.definition
        )

    @cached_property
    def limit(self) -> ProportionLimit | None:
        """The limit of a rate or quantile; None for other KPIs."""
        proportion = proportion_of(self.definition, self.target, self.direction)
        if proportion is None:
            return None
        return ProportionLimit(
            kpi=self.definition,
            proportion=proportion,
            window_days=self.window_days,
            clear=self.clear,
            false_alarms_a_year=self.false_alarms_a_year,
        )

    @cached_property
    def count_limit(self) -> CountLimit | None:
        """The limit of a count; None for other KPIs."""
        if self.definition.kind != "count":
            return None
        return CountLimit(
            kpi=self.definition,
            target=self.target,
            direction=self.direction,
            window_days=self.window_days,
            clear=self.clear,
            false_alarms_a_year=self.false_alarms_a_year,
        )

    @property
    def budgeted(self) -> bool:
        """Whether the rule has a budget of false alarms; a mean is compared directly."""
        return self.limit is not None or self.count_limit is not None

    @property
    def terms(self) -> Terms:
        """The target, the window and the budget."""
        return Terms(
            direction=self.direction,
            target=self.target,
            window_days=self.window_days,
            false_alarms_a_year=self.false_alarms_a_year if self.budgeted else None,
        )

    def migration_advice(self) -> str:
        """The budget to write instead of the certainty of one look and the smallest sample of earlier versions."""
        names = ("confidence", "minimum_n", *(("margin",) if self.budgeted else ()))
        former = [name for name in names if name in self.model_fields_set]
        if not former:
            return ""
        keys, has = " and ".join(f"`{name}`" for name in former), "have" if former[1:] else "has"
        return (
            f"rule {self.tenant}/{self.id}: {keys} {has} no effect any more; write `false_alarms_a_year: "
            f"{self.false_alarms_a_year:g}` instead, the most false alarms a year that the rule may raise over all its members"
        )

    @property
    def min_sample(self) -> int:
        """The smallest sample that is judged; a count has no minimum, because its rule is about low numbers."""
        return 0 if self.definition.kind == "count" else self.definition.minimum_n

    @property
    def fires_on_low_count(self) -> bool:
        """Whether the rule demands a number of events."""
        return self.definition.kind == "count" and self.direction == "at_least"

    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Judge each day of the only member."""
        return fold_judgements(
            self._judge_days(days, MemberCounts(), as_of, no_holiday), history, self.cool_down
        )

    def prepare(
        self, members: Mapping[str, Mapping[int, Tally]], is_holiday: IsHoliday = no_holiday
    ) -> FoldMember:
        """All members with cases in the window share the budget; of few cases, all members that ever had any."""
        sharing = count_members(members, EVER if self.fires_on_low_count else self.window_days)

        def fold_member(member: str, history: ReportedHistory, as_of: int) -> Fold:
            judging = self._judge_days(members.get(member, {}), sharing, as_of, is_holiday)
            return fold_judgements(judging, history, self.cool_down)

        return fold_member

    def _judge_days(
        self, days: Mapping[int, Tally], sharing: MemberCounts, as_of: int, is_holiday: IsHoliday
    ) -> Judging:
        if self.limit is not None:
            return weigh_days(self.limit, days, sharing, as_of)
        if self.count_limit is not None:
            return weigh_counts(self.count_limit, days, sharing, as_of, is_holiday)
        return judge_windows(days, self.window_days, as_of, partial(compare, self))

    def window_e_values(
        self,
        members: Mapping[str, Mapping[int, Tally]],
        first: int,
        last: int,
        is_holiday: IsHoliday,
    ) -> dict[str, float]:
        """Rates, quantiles and counts have evidence; a mean has none."""
        values = {
            member: self._window_e_value(days, first, last, is_holiday)
            for member, days in members.items()
        }
        return {member: value for member, value in values.items() if value is not None}

    def _window_e_value(
        self, days: Mapping[int, Tally], first: int, last: int, is_holiday: IsHoliday
    ) -> float | None:
        if self.limit is not None:
            return off_target.window_e_value(self.limit, days, first, last)
        if self.count_limit is not None:
            return counts.window_e_value(self.count_limit, days, first, last, is_holiday)
        return None

    def evidence(self, judgement: Judgement) -> Evidence:
        """The numbers of the window; a rate also has its interval."""
        evidence = super().evidence(judgement)
        if judgement.value is None or not self.definition.is_share:
            return evidence
        low, high = credible_interval(round(judgement.value * judgement.n), judgement.n)
        return evidence.model_copy(update={"low": rounded(low), "high": rounded(high)})

    def find_cause(
        self, members: Mapping[tuple[str, str], Mapping[int, Tally]], as_of: int
    ) -> Cause:
        """The segment whose own past says so, and the split into rate and mix; shares only."""
        if self.limit is None or not self.definition.is_share:
            return Cause()
        minimum_n = self.definition.minimum_n
        return find_cause(self.limit.proportion, members, as_of, self.window_days, minimum_n)

    @classmethod
    def summary(cls, breach: Breach) -> str:
        """The KPI, the member, the value and the target."""
        return resolution_prefix(breach) + threshold_texts.threshold_summary(breach)

    @classmethod
    def evidence_sentences(cls, breach: Breach) -> list[str]:
        """The window and its cases, the interval and the budget of false alarms."""
        return [*threshold_texts.threshold_evidence(breach), budget_sentence(breach)]

    @classmethod
    def assumptions(cls, breach: Breach) -> str:
        """What the bound on false alarms takes for granted; a mean claims none."""
        if breach.false_alarms_a_year is None:
            return ""
        return threshold_texts.threshold_assumptions(breach)

    @classmethod
    def ends_when(cls, breach: Breach) -> str:
        """The condition that is easier to keep than to meet, so that a value near the target does not flap."""
        return threshold_texts.threshold_ends(breach)

    @classmethod
    def chart_heading(cls, breach: Breach, language: str) -> str:
        """The window of each value."""
        ja = f"推移(各日までの {breach.window_days} 日間、┊ が目標)"
        en = f"Weeks ({breach.window_days} days up to each date; ┊ is the target)"
        return translate((ja, en), language)

    def weeks_until_seen(
        self, rates: tuple[float, float], weekly: float, members: int
    ) -> float | None:
        """By the target of a rate, whose upper limit is a lower limit of its complement."""
        if not self.definition.is_share:
            return None
        target, spent = self.target, share_of_day(self.false_alarms_a_year, members)
        if self.direction == "at_most":
            target, rates = 1 - target, (1 - rates[0], 1 - rates[1])
        return weeks_off_target(target, rates, weekly, spent)

    def describe(self) -> str:
        """The target and the window."""
        sign = "≥" if self.direction == "at_least" else "≤"
        target = format_number(self.target, self.definition.unit, "en")
        return f"{self.scope} {sign} {target} in {self.window_days} d"

    def noise_advice(self) -> str:
        """The target, the window, and the key by which this KPI is judged more strictly."""
        if self.budgeted:
            return "change the target, or lower `false_alarms_a_year`"
        return "change the target, lengthen `window_days`, or raise `margin` or `cool_down_days`"


def compare(rule: ThresholdRule, tally: Mapping[str, int], _whole: bool) -> Judgement:
    """Compare the mean of a window with the target."""
    measured = evaluate(rule.definition, tally)
    if measured.value is None or measured.n <= 0:
        return Judgement(value=None, n=max(measured.n, 0), off_target=False, keeps_open=False)
    value, target, margin_factor = measured.value, rule.target, 1 + rule.margin
    if rule.direction == "at_least":
        beyond_target, within_margin = value < target, value < target * margin_factor
    else:
        beyond_target, within_margin = value > target, value > target / margin_factor
    off_target = beyond_target and measured.n >= rule.min_sample
    return Judgement(
        value=value, n=measured.n, off_target=off_target, keeps_open=off_target or within_margin
    )


def _ignored_keys(kpi: Kpi) -> tuple[str, ...]:
    """Keys without effect on the KPI: only a mean has a margin, and all others have evidence and a probability."""
    if kpi.is_share:
        return ("margin",)
    if kpi.kind == "mean":
        return ("confidence", "clear", "false_alarms_a_year")
    return ("confidence", "minimum_n") if kpi.kind == "count" else ()
