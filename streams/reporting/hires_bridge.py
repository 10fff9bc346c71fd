"""The section that says why the number of hires changed: contributions of applications and of each stage (LMDI)."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.reporting.model import ReportCell
from schemas.statistics.lmdi import VOLUME, FunnelPeriod, HiresDecomposition, decompose_hires
from schemas.text.languages import Language, translate
from schemas.text.units import format_number
from schemas.text.words import MILESTONES, TOO_FEW_CASES
from streams.reading.change import DayRange, read_funnel, read_tallies
from streams.reporting.own_content import OwnContent, OwnPanel, first_day, text_cell
from streams.reporting.request import ReportRequest

NOTHING_BEFORE = ("前の期間のデータがそろわず、比較なし", "The window before has no complete data")
KPIS = ("applications", "stage_pass_rate")
EFFECTS = OwnPanel(
    id="report/hires_change",
    title=("採用の増減は何によるか", "What changed the number of hires?"),
    columns=(
        ("factor", ("要因", "Factor"), False),
        ("effect", ("増減への寄与(人)", "Contribution (hires)"), True),
    ),
    empty=NOTHING_BEFORE,
    note=(
        "期待採用数 = 応募数 × 各段階の通過率。寄与の合計は期待採用数の差に等しい(LMDI)。",
        "Expected hires = applications × pass rates of the stages. Contributions add up to the difference (LMDI).",
    ),
    chart="bar",
    kpis=KPIS,
)
FACTORS = OwnPanel(
    id="report/hires_factors",
    title=("要因はどう変わったか", "How did the factors change?"),
    columns=(
        ("factor", ("要因", "Factor"), False),
        ("before", ("前の期間", "Before"), True),
        ("after", ("この期間", "Period"), True),
        ("effect", ("寄与(人)", "Contribution"), True),
    ),
    empty=NOTHING_BEFORE,
    kpis=KPIS,
)
CHANGE = (
    "応募が各段階の通過率どおりに進んだ場合の採用数(期待採用数) {before} → {after}({change}人)。最大の要因は{factor}({effect}人)。",
    "Hires expected if applications pass the stages at these rates: {before} → {after} ({change}). The largest factor: {factor} ({effect}).",
)
CAUTION = (
    "寄与には偶然の変動を含む。",
    "Contributions include chance.",
)


def read_hires_bridge(client: Any, request: ReportRequest) -> OwnContent:
    """Compare the counted days with as many before; nothing is compared without complete data or a single hire."""
    after_days = DayRange(request.counted.first, request.counted.last)
    before_days = DayRange(request.before.first, request.before.last)
    empty = OwnContent(panels=(EFFECTS.filled(request, ()), FACTORS.filled(request, ())))
    if first_day(client, request) > before_days.first:
        return empty
    before, after = (
        read_funnel(client, request.tenant.id, days, read_tallies(client, request.tenant.id, days))
        for days in (before_days, after_days)
    )
    bridge = decompose_hires(before, after)
    if not any(bridge.contributions.values()):
        return OwnContent(
            panels=empty.panels, sentences=(translate(TOO_FEW_CASES, request.language),)
        )
    language = request.language
    return OwnContent(
        panels=(
            EFFECTS.filled(
                request,
                [
                    (text_cell(factor_name(name, language)), _effect(effect))
                    for name, effect in bridge.contributions.items()
                ],
            ),
            FACTORS.filled(request, list(_rows(before, after, bridge, language))),
        ),
        sentences=(_sentence(bridge, language), translate(CAUTION, language)),
    )


def factor_name(name: str, language: Language) -> str:
    """Return the name of a factor: applications, or the pass rate of a stage."""
    if name == VOLUME:
        return translate(("応募数", "Applications"), language)
    stage = translate(MILESTONES[name], language)
    return translate(("{stage}の通過率", "Pass rate of {stage}"), language).format(
        stage=translate((stage, stage.lower()), language)
    )


def _sentence(bridge: HiresDecomposition, language: Language) -> str:
    factor, effect = max(bridge.contributions.items(), key=lambda row: abs(row[1]))
    name = factor_name(factor, language)
    return translate(CHANGE, language).format(
        before=f"{bridge.before:.1f}",
        after=f"{bridge.after:.1f}",
        change=f"{bridge.after - bridge.before:+.1f}",
        factor=translate((name, name[:1].lower() + name[1:]), language),
        effect=f"{effect:+.1f}",
    )


def _rows(
    before: FunnelPeriod, after: FunnelPeriod, bridge: HiresDecomposition, language: Language
) -> Iterator[tuple[ReportCell, ...]]:
    for name, effect in bridge.contributions.items():
        unit = "count" if name == VOLUME else "share"
        yield (
            text_cell(factor_name(name, language)),
            *(_value(period, name, unit, language) for period in (before, after)),
            _effect(effect),
        )


def _value(period: FunnelPeriod, name: str, unit: str, language: Language) -> ReportCell:
    rates: Mapping[str, float | None] = period.rates
    value = period.volume if name == VOLUME else rates.get(name)
    text = format_number(value, unit, language, 0 if name == VOLUME else None)
    return ReportCell(text=text, value=value, unit="count" if name == VOLUME else "ratio")


def _effect(effect: float) -> ReportCell:
    return ReportCell(text=f"{effect:+.1f}", value=effect, unit="count")
