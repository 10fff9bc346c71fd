"""Changes: a rate of one member must stay where it was, whatever level that is."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.alerting.breach import Breach, Terms
from schemas.alerting.detectors.budget import share_of_day
from schemas.alerting.detectors.changed import change_days, watch_members, window_e_value
from schemas.alerting.detectors.class_rates import DEFAULT_SPREAD, MEMORY_DAYS
from schemas.alerting.detectors.detectability import weeks_changed
from schemas.alerting.episodes import Fold, ReportedHistory, fold_judgements
from schemas.alerting.messages import (
    before_japanese,
    budget_sentence,
    member_label,
    resolution_prefix,
)
from schemas.alerting.rule import AlertRule, FoldMember
from schemas.cells import ALL, Tally
from schemas.kpis.catalogue import definition_of
from schemas.kpis.definition import Kpi
from schemas.tenants.business_hours import IsHoliday, no_holiday
from schemas.text.languages import translate
from schemas.text.units import format_number


class ChangeRule(AlertRule):
    """A rate of each member must not move, up or down, against its own past, stage by stage, given what the other members show.

    A change is reported for eight weeks, longer while its evidence grows; then the new level is the member's own. A change of all
    members at once is no change of any. Below two cases a week nothing can be seen (`hirelay alerts coverage`).
    """

    kind: Literal["change"] = "change"
    false_alarms_a_year: Annotated[float, Field(gt=0, le=365)] = 1.0

    alert_name: ClassVar[str] = "HirelayChanged"
    default_cool_down: ClassVar[int] = 0

    @classmethod
    def kpi_problem(cls, kpi: Kpi) -> str:
        """Only shares of cases have odds that can move."""
        return "" if kpi.is_share and kpi.watchable else "a change is watched in a rate of cases"

    def inconsistency(self) -> str:
        """Every share can be judged."""
        return ""

    @property
    def terms(self) -> Terms:
        """The budget; a change has no target."""
        better_high = self.definition.higher_is_better is not False
        return Terms(
            direction="at_least" if better_high else "at_most",
            target=0.0,
            window_days=MEMORY_DAYS,
            false_alarms_a_year=self.false_alarms_a_year,
        )

    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Judge each day of the only member."""
        return self.prepare({ALL: days})(ALL, history, as_of)

    def prepare(
        self, members: Mapping[str, Mapping[int, Tally]], is_holiday: IsHoliday = no_holiday
    ) -> FoldMember:
        """All members share the budget, and the others of each say what is expected of it."""
        watched = watch_members(self.definition, members, MEMORY_DAYS)

        def fold_member(member: str, history: ReportedHistory, as_of: int) -> Fold:
            judging = change_days(watched, member, self.false_alarms_a_year, as_of)
            return fold_judgements(judging, history, self.cool_down)

        return fold_member

    def window_e_values(
        self,
        members: Mapping[str, Mapping[int, Tally]],
        first: int,
        last: int,
        is_holiday: IsHoliday,
    ) -> dict[str, float]:
        """The evidence that each member changed on the first of these days."""
        watched = watch_members(self.definition, members, MEMORY_DAYS)
        values = {member: window_e_value(watched, member, first, last) for member in members}
        return {member: value for member, value in values.items() if value is not None}

    @classmethod
    def summary(cls, breach: Breach) -> str:
        """The KPI, the member, and its rate before and since."""
        write = translate((_summary_ja, _summary_en), breach.language)
        return resolution_prefix(breach) + write(breach)

    @classmethod
    def evidence_sentences(cls, breach: Breach) -> list[str]:
        """The cases since the change, what it is compared with, and the budget."""
        n = breach.evidence.n
        ja = f"変化後 n = {n}{_baseline_ja(breach)}。この対象自身の水準を、同じ段階のほかの対象の動きで補正して比べています。"
        en = f"n = {n} since the change{_baseline_en(breach)}, compared with its own level, given how the others do at the same stages."
        return [translate((ja, en), breach.language), budget_sentence(breach)]

    @classmethod
    def assumptions(cls, breach: Breach) -> str:
        """What the predictive evidence takes for granted."""
        ja = "判定は互いに独立で、変化がなければ対象の差は同じ段階のほかの対象の間と同程度、という仮定に基づきます。季節と案件の難しさはほかの対象の動きで補正します。"
        en = "Assumes that decisions are independent, and that without a change members differ as the others do at the same stages; season and mix are taken from the others."
        return translate((ja, en), breach.language)

    @classmethod
    def ends_when(cls, breach: Breach) -> str:
        """A new level becomes the member's own."""
        ja = "変化から8週間で終わり、新しい水準がこの対象の水準になります。変化の証拠が増え続ける間は続きます。"
        en = "It stays open for eight weeks, longer while the evidence grows; then the new level is the member's own."
        return translate((ja, en), breach.language)

    @classmethod
    def reference_value(cls, breach: Breach) -> float:
        """The rate without the change."""
        return breach.evidence.expected or 0.0

    @classmethod
    def chart_heading(cls, breach: Breach, language: str) -> str:
        """The window of each value."""
        days = breach.window_days
        ja = f"推移(各日までの {days} 日間、┊ が変化前の水準)"
        en = f"Weeks ({days} days up to each date; ┊ is the level before the change)"
        return translate((ja, en), language)

    def weeks_until_seen(
        self, rates: tuple[float, float], weekly: float, members: int
    ) -> float | None:
        """By the spread of members that is usual."""
        return weeks_changed(
            DEFAULT_SPREAD, rates, weekly, share_of_day(self.false_alarms_a_year, members)
        )

    def describe(self) -> str:
        """The KPI and the budget."""
        return f"{self.scope} must not change; at most {self.false_alarms_a_year:g} false alarms a year"

    def noise_advice(self) -> str:
        """The only number."""
        return "lower `false_alarms_a_year`"


def _baseline_ja(breach: Breach) -> str:
    before, classes = breach.evidence.baseline, breach.evidence.classes
    return "" if before is None else f"(変化前 n = {before}、{classes} 区分)"


def _baseline_en(breach: Breach) -> str:
    before, classes = breach.evidence.baseline, breach.evidence.classes
    if before is None:
        return ""
    return f" (n = {before} before it, in {classes} {'class' if classes == 1 else 'classes'})"


def _rates(breach: Breach) -> tuple[str, str]:
    unit, evidence = definition_of(breach.kpi).unit, breach.evidence
    before = format_number(evidence.expected, unit, breach.language)
    return before, format_number(evidence.value, unit, breach.language)


def _summary_ja(breach: Breach) -> str:
    before, after = _rates(breach)
    verb = "上がり" if _rose(breach) else "下がり"
    kpi = definition_of(breach.kpi).ja
    return f"{member_label(breach)}の{kpi}が {before_japanese(before)}から {before_japanese(after)}に{verb}ました"


def _summary_en(breach: Breach) -> str:
    before, after = _rates(breach)
    verb = "rose" if _rose(breach) else "fell"
    return (
        f"{definition_of(breach.kpi).en} of {member_label(breach)} {verb} from {before} to {after}"
    )


def _rose(breach: Breach) -> bool:
    return (breach.evidence.value or 0.0) > (breach.evidence.expected or 0.0)
