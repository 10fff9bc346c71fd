"""The KPI definition and its evaluation on a tally: numerators and denominators are sums of measures, never ratios."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.cells import COHORT, DECISION, Basis
from schemas.kpis.playbook import Play

# count: the sum. ratio: sum ÷ sum. quantile, mean and within read the integer histogram `<measure>.<value>`; within is the
# share of values up to `limit`. The last three read durations by entry day and include in-flight cases
# (`schemas.statistics.survival`): waiting is the median, retention the share that remains after `limit` days, incidence the
# share with the outcome within `limit` days.
Kind = Literal["count", "ratio", "quantile", "mean", "within", "waiting", "retention", "incidence"]
Unit = Literal["count", "ratio", "days", "hours", "money", "score"]
# The cases whose outcomes forecast a count: applications in flight, or accepted offers (`schemas.planning.forecast`).
ForecastCases = Literal["applications", "acceptances"]
BOTH: tuple[Basis, ...] = (DECISION, COHORT)
DECIDED: tuple[Basis, ...] = (DECISION,)
MONEY_MEASURES = (
    "cost.*",
    "cost.tool",
    "valued_cost",
    "compensation",
)  # measures that are sums of money
# What may be dated ahead: readers count it as `planned.<measure>` on the days after today. Cells know no clock.
PLANNABLE = ("joined", "left_employment", "start_days")
PLANNED = "planned."
LEDGER = "relay."  # what the ledger of Career Relay counts, and no cell of the worker
REJECTED_FOR = "rejected_for_"  # of it the rejections by factor, which the watch reads there; the factor is no class of cases
DURATION_KINDS = ("waiting", "retention", "incidence")


@dataclass(frozen=True)
class Place:
    """A panel on which a KPI stands, `order`th among its KPIs.

    `panel` is `<board>/<panel>`, or `shared/<panel>` if several boards show it. `name` is the row or column, by default the
    KPI id; `ja` and `en` are its heading, by default the KPI's names.
    """

    panel: str
    order: int = 1
    name: str = ""
    ja: str = ""
    en: str = ""


@dataclass(frozen=True)
class Overdue:
    """Words for cases that wait longer than a service level allows: `ja` with `{days}`, English as noun and condition."""

    ja: str
    singular: str
    plural: str
    condition: str


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One KPI: its definition, as published next to the number, and every place where it is used.

    Boards, alert rules, gauges, forecasts, texts and pages are derived from this object, so deleting it removes the KPI
    everywhere. Raises ValueError if the fields contradict each other.

    `numerator` and `denominator` name measures; `x.*` sums every measure that starts with `x.`. `scale` divides the value.
    Money is in minor units. `of` and `outcome` name the durations `days.<of>.<outcome>.<age>`; `entered` names the measure
    that counts entries. If no `requires` measure was counted, there is no value: an unknown cost is not a cost of 0.
    `minimum_n` is the smallest sample shown without the thin-data mark. `by_interviewer` KPIs apply to interviewers.
    `only_dimensions` restricts a KPI to a few dimensions. A `hide_zero` KPI is shown only when it is not zero. In a ratio of
    cases, each case of the numerator must be one of the denominator, on every basis that the KPI offers.

    `panels` are its places on boards; `headline` KPIs are printed by the demo, `gauge` KPIs exported to Prometheus; members are
    listed by the n of the `member_size` KPI, largest first. With a `play` it is watched: alert rules may name it, and alerts
    suggest the play. `overdue` words the service level of a waiting time. `forecast` says what forecasts its targets.
    """

    id: str
    ja: str
    en: str
    kind: Kind
    unit: Unit
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    scale: float = 1
    share: float = 0.5
    limit: int = 0
    of: str = ""
    outcome: str = ""
    entered: str = ""
    requires: tuple[str, ...] = ()
    bases: tuple[Basis, ...] = BOTH
    higher_is_better: bool | None = None
    minimum_n: int = 1
    by_interviewer: bool = False
    only_dimensions: tuple[str, ...] = ()
    hide_zero: bool = False
    standards: tuple[str, ...] = ()
    explain_ja: str
    explain_en: str
    panels: tuple[Place, ...] = ()
    headline: bool = False
    gauge: bool = False
    member_size: bool = False
    play: Play | None = None
    overdue: Overdue | None = None
    forecast: ForecastCases | None = None

    def __post_init__(self) -> None:
        """Refuse a definition whose fields contradict each other."""
        if self.play is not None and not self.watchable:
            msg = f"{self.id} cannot have a play: it has neither day cells nor waiting cases"
            raise ValueError(msg)
        if (self.overdue is not None) != (self.kind == "waiting"):
            msg = f"{self.id}: a waiting time, and nothing else, needs `overdue`"
            raise ValueError(msg)
        if self.forecast is not None and self.kind != "count":
            msg = f"{self.id}: only a count is forecast"
            raise ValueError(msg)

    @property
    def additive(self) -> bool:
        """Whether one tally is enough to compute the value."""
        return self.kind not in DURATION_KINDS

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the value needs; `x.*` is every measure that starts with `x.`."""
        if not self.additive:
            return (self.entered, f"days.{self.of}.*")
        return tuple(dict.fromkeys((*self.numerator, *self.denominator, *self.requires)))

    @property
    def watchable(self) -> bool:
        """Whether it can be judged day by day: it has day cells that are no money, not planned and not of the ledger, or waiting cases."""
        has_day_cells = DECISION in self.bases and self.additive and self.unit != "money"
        elsewhere = any(name.startswith((PLANNED, LEDGER)) for name in self.numerator)
        return self.kind == "waiting" or (has_day_cells and not elsewhere)

    @property
    def is_share(self) -> bool:
        """Whether it is a share of cases, which has a posterior and cannot exceed 1; a ratio to a sum of money is not."""
        return self.kind in {"ratio", "within"} and self.unit == "ratio" and self.counts_cases

    def place(self, panel: str) -> Place:
        """Return the place on a panel; raises KeyError if the KPI does not stand on it."""
        return {place.panel: place for place in self.panels}[panel]

    @property
    def counts_cases(self) -> bool:
        """Whether the sample size is a number of cases and not a sum of money."""
        is_amount = self.kind == "count" and self.unit == "money"
        return not is_amount and not any(name in MONEY_MEASURES for name in self.denominator)


@dataclass(frozen=True)
class KpiValue:
    """A value and its sample size; without a denominator the value is None, never 0."""

    value: float | None
    n: int


def matching_measures(
    tally: Mapping[str, int], names: tuple[str, ...]
) -> Iterator[tuple[str, int]]:
    """Yield the measures of the tally that match the names."""
    prefixes = tuple(name[:-1] for name in names if name.endswith(".*"))
    for measure, n in tally.items():
        if measure in names or (prefixes and measure.startswith(prefixes)):
            yield measure, n


def total(tally: Mapping[str, int], names: tuple[str, ...]) -> int:
    """Sum the named measures."""
    return sum(n for _, n in matching_measures(tally, names))


def histogram(tally: Mapping[str, int], names: tuple[str, ...]) -> dict[int, int]:
    """Count each value; the value is the last part of the measure name."""
    bars: dict[int, int] = {}
    for measure, n in matching_measures(tally, names):
        value = int(measure.rpartition(".")[2])
        bars[value] = bars.get(value, 0) + n
    return {value: bars[value] for value in sorted(bars) if bars[value] > 0}


def evaluate(kpi: Kpi, tally: Mapping[str, int]) -> KpiValue:
    """Evaluate an additive KPI on one tally. The sample size of a count is the count, of a ratio the denominator."""
    if kpi.kind == "count":
        count = total(tally, kpi.numerator)
        return KpiValue(count / kpi.scale, count)
    if kpi.kind == "ratio":
        denominator = total(tally, kpi.denominator)
        defined = denominator and (not kpi.requires or total(tally, kpi.requires))
        numerator = total(tally, kpi.numerator)
        value = numerator * kpi.scale / denominator if defined else None
        return KpiValue(value, int(denominator / kpi.scale))
    bars = histogram(tally, kpi.numerator)
    n = sum(bars.values())
    if not n:
        return KpiValue(None, 0)
    if kpi.kind == "mean":
        return KpiValue(sum(value * count for value, count in bars.items()) / n / kpi.scale, n)
    if kpi.kind == "within":
        return KpiValue(sum(c for value, c in bars.items() if value <= kpi.limit) / n, n)
    return KpiValue(quantile(bars, kpi.share), n)


def quantile(bars: Mapping[int, int], share: float) -> float:
    """Return the quantile of a histogram by linear interpolation (type 7 in Hyndman and Fan 1996, the pandas default)."""
    n = sum(bars.values())
    position = (n - 1) * share
    low = int(position)
    below, above = _value_at(bars, low), _value_at(bars, min(low + 1, n - 1))
    return below + (above - below) * (position - low)


def _value_at(bars: Mapping[int, int], position: int) -> int:
    cumulative = 0
    for value in sorted(bars):
        cumulative += bars[value]
        if cumulative > position:
            return value
    raise IndexError(position)
