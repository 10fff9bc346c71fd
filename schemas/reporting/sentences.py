"""Sentences about a period. They follow from the numbers by rule and claim no more than the 90 % interval allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.kpis.definition import Kpi
from schemas.statistics.change import Interval, count_ratio, rate_difference
from schemas.text.languages import Language, translate
from schemas.text.units import format_number, format_value
from schemas.text.words import TOO_FEW_CASES, Table

MOST_SENTENCES = 3
UNCHANGED = (
    "そのほかの件数と率に、偶然では説明できない変化なし。",
    "No other count or rate changed by more than chance.",
)
NOTHING_BEFORE = (
    "前の期間のデータがそろわず、比較なし。",
    "The window before has no complete data to compare with.",
)
NOT_COMPARABLE = ("偶然との区別はつかない。", "It cannot be told from chance.")
WITHIN_CHANCE = ("差は偶然の範囲。", "The difference is within chance.")
SHARE_WORDS: Table = {
    "up": (
        "偶然を超える上昇(差の90%区間 {low}〜{high})。",
        "A rise beyond chance (90% interval of the difference: {low} to {high}).",
    ),
    "down": (
        "偶然を超える低下(差の90%区間 {low}〜{high})。",
        "A fall beyond chance (90% interval of the difference: {low} to {high}).",
    ),
}
COUNT_WORDS: Table = {
    "up": (
        "偶然を超える増加(90%区間 {low}〜{high}倍)。",
        "A rise beyond chance (90% interval: {low} to {high} times).",
    ),
    "down": (
        "偶然を超える減少(90%区間 {low}〜{high}倍)。",
        "A fall beyond chance (90% interval: {low} to {high} times).",
    ),
}


@dataclass(frozen=True, kw_only=True)
class WindowComparison:
    """A KPI in the period and in the window before it; a value is None without a number, in major units of the currency."""

    kpi: Kpi
    value: float | None
    n: int
    before: float | None
    n_before: int

    @property
    def thin(self) -> bool:
        """Whether either period has too few cases to compare."""
        fewest = min(self.n, self.n_before)
        return self.kpi.kind != "count" and fewest < self.kpi.minimum_n

    @property
    def change(self) -> Interval | None:
        """The interval of the difference of a share, or of the ratio of a count; None where neither applies."""
        if self.value is None or self.before is None or self.thin:
            return None
        if self.kpi.is_share:
            passes, before = round(self.value * self.n), round(self.before * self.n_before)
            return rate_difference(passes, self.n, before, self.n_before)
        if self.kpi.kind == "count" and self.kpi.unit == "count":
            return count_ratio(max(self.n, 0), max(self.n_before, 0))
        return None

    @property
    def beyond_chance(self) -> bool:
        """Whether the change is larger than chance explains."""
        unchanged = 0.0 if self.kpi.is_share else 1.0
        return self.change is not None and self.change.excludes(unchanged)

    @property
    def is_compared_amount(self) -> bool:
        """Whether it is a sum of money known in both periods, which has no chance in it."""
        is_sum = self.kpi.unit == "money" and self.kpi.kind == "count"
        return is_sum and self.value is not None and self.before is not None

    @property
    def value_rose(self) -> bool:
        """Whether the value is above the one before; False if either is missing."""
        return self.value is not None and self.before is not None and self.value > self.before


def summary(
    comparisons: Sequence[WindowComparison], language: Language, currency: str
) -> tuple[str, ...]:
    """Say the first KPI, what else changed by more than chance, and the cost, in at most `MOST_SENTENCES` sentences."""
    first, *others = comparisons
    moved = [comparison for comparison in others if comparison.beyond_chance]
    lines = [compare(comparison, language, currency) for comparison in (first, *moved)]
    if not any(comparison.change for comparison in comparisons):
        lines.append(translate(NOTHING_BEFORE, language))
    elif not moved:
        lines.append(translate(UNCHANGED, language))
    lines += [compare(cost, language, currency) for cost in others if cost.is_compared_amount]
    return tuple(lines[:MOST_SENTENCES])


def compare(comparison: WindowComparison, language: Language, currency: str) -> str:
    """Say a KPI beside the window before it, and whether the difference is more than chance."""
    kpi = comparison.kpi
    name = translate((kpi.ja, kpi.en), language)
    if comparison.value is None or comparison.thin:
        return f"{name}: {translate(TOO_FEW_CASES, language)} (n = {comparison.n:,})"
    if comparison.before is None:
        now = format_value(comparison.value, kpi.unit, language, currency)
        return translate(("{name} {now}。", "{name}: {now}."), language).format(name=name, now=now)
    now, before = (
        format_value(value, kpi.unit, language, currency)
        for value in (comparison.value, comparison.before)
    )
    size = "" if kpi.kind == "count" else f" (n = {comparison.n:,})"
    template = translate(
        (
            "{name} {now}{size}、前の期間 {before}。{verdict}",
            "{name}: {now}{size}, against {before} in the window before. {verdict}",
        ),
        language,
    )
    verdict = _verdict(comparison, language)
    return template.format(name=name, now=now, size=size, before=before, verdict=verdict).rstrip()


def _verdict(comparison: WindowComparison, language: Language) -> str:
    if comparison.is_compared_amount:
        return ""
    if comparison.change is None:
        return translate(NOT_COMPARABLE, language)
    if not comparison.beyond_chance:
        return translate(WITHIN_CHANCE, language)
    direction = "up" if comparison.value_rose else "down"
    words, unit, factor = (
        (SHARE_WORDS, "points", 100) if comparison.kpi.is_share else (COUNT_WORDS, "count", 1)
    )
    low, high = (
        format_number(factor * end, unit, language)
        for end in (comparison.change.low, comparison.change.high)
    )
    return translate(words[direction], language).format(low=low, high=high)
