"""What a KPI definition is, and its value from a tally: numerators and denominators are sums of measures, never ratios."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.cells import COHORT, DECISION, Basis

# count: the sum. ratio: sum ÷ sum. quantile, mean and within: of the integer histogram `<measure>.<value>`; within is the
# share of values up to `limit`. The last three read durations by entry day, in-flight cases included (`schemas.statistics.survival`):
# waiting is a median, retention who is left after `limit` days, incidence whom the outcome reached within `limit` days.
Kind = Literal["count", "ratio", "quantile", "mean", "within", "waiting", "retention", "incidence"]
Unit = Literal["count", "ratio", "days", "hours", "money", "score"]
BOTH: tuple[Basis, ...] = (DECISION, COHORT)
DECIDED: tuple[Basis, ...] = (DECISION,)
AMOUNTS = ("cost.*", "compensation")  # measures that are sums of money
OF_DURATIONS = ("waiting", "retention", "incidence")


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One definition, as a reader sees it beside the number.

    `numerator` and `denominator` name measures; `x.*` sums all that start with `x.`. `scale` divides the value. Money is in
    minor units. `of` and `outcome` name the durations `days.<of>.<outcome>.<age>` and `entered` the measure of who began.
    Where nothing of `requires` was counted there is no value: no cost known is not a cost of 0.
    `minimum_n` is the smallest sample that is shown without the mark for thin data. `people` KPIs make sense of an
    interviewer, `only` lists the dimensions of one that makes sense of few. A `quiet` KPI is shown only where it is not zero.
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
    people: bool = False
    only: tuple[str, ...] = ()
    quiet: bool = False
    standards: tuple[str, ...] = ()
    explain_ja: str
    explain_en: str

    @property
    def additive(self) -> bool:
        """Whether a tally alone gives the value."""
        return self.kind not in OF_DURATIONS

    @property
    def of_cases(self) -> bool:
        """Whether its sample is a number of cases: a sum of money is none."""
        return not any(each in AMOUNTS for each in self.denominator)


@dataclass(frozen=True)
class Measured:
    """A value and its sample size; None where there is no denominator, never 0."""

    value: float | None
    n: int


def named(tally: Mapping[str, int], names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """The measures of the tally that the names mean."""
    prefixes = tuple(name[:-1] for name in names if name.endswith(".*"))
    for measure, n in tally.items():
        if measure in names or (prefixes and measure.startswith(prefixes)):
            yield measure, n


def total(tally: Mapping[str, int], names: tuple[str, ...]) -> int:
    """The sum of the named measures."""
    return sum(n for _, n in named(tally, names))


def histogram(tally: Mapping[str, int], names: tuple[str, ...]) -> dict[int, int]:
    """How often each value was counted; the value is the last part of a measure's name."""
    bars: dict[int, int] = {}
    for measure, n in named(tally, names):
        value = int(measure.rpartition(".")[2])
        bars[value] = bars.get(value, 0) + n
    return {value: bars[value] for value in sorted(bars) if bars[value] > 0}


def measure(kpi: Kpi, tally: Mapping[str, int]) -> Measured:
    """The additive KPI of one tally. A count is its own sample size; of a ratio it is the denominator."""
    if kpi.kind == "count":
        counted = total(tally, kpi.numerator)
        return Measured(counted / kpi.scale, counted)
    if kpi.kind == "ratio":
        below = total(tally, kpi.denominator)
        known = below and (not kpi.requires or total(tally, kpi.requires))
        above = total(tally, kpi.numerator)
        return Measured(above * kpi.scale / below if known else None, int(below / kpi.scale))
    bars = histogram(tally, kpi.numerator)
    n = sum(bars.values())
    if not n:
        return Measured(None, 0)
    if kpi.kind == "mean":
        return Measured(sum(value * count for value, count in bars.items()) / n / kpi.scale, n)
    if kpi.kind == "within":
        return Measured(sum(c for value, c in bars.items() if value <= kpi.limit) / n, n)
    return Measured(quantile(bars, kpi.share), n)


def quantile(bars: Mapping[int, int], share: float) -> float:
    """The quantile of a histogram, linear between neighbours (type 7 of Hyndman and Fan 1996, as pandas' default)."""
    n = sum(bars.values())
    place = (n - 1) * share
    low = int(place)
    below, above = _at(bars, low), _at(bars, min(low + 1, n - 1))
    return below + (above - below) * (place - low)


def _at(bars: Mapping[int, int], place: int) -> int:
    seen = 0
    for value in sorted(bars):
        seen += bars[value]
        if seen > place:
            return value
    raise IndexError(place)
