"""The explanation of a change as text, in Japanese or English."""

from collections.abc import Iterator

from schemas.alerting.messages import points
from schemas.statistics.lmdi import VOLUME, HiresDecomposition
from schemas.statistics.rate_decomposition import RateDecomposition
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import MILESTONES, dimension_name
from streams.reading.change import Explanation, StageGain

MAX_SEGMENTS = 5  # of a dimension, the largest effects first
MIN_CASES = 20  # of both periods, for a reversal to be called one
SMALLEST_EFFECT = 0.05  # hires; below, a factor is left out


def explanation_lines(explanation: Explanation, language: str) -> Iterator[str]:
    """The KPI before and after, the split by dimension, and the bridge of hires."""
    kpi = explanation.kpi
    before, after = (
        format_number(value.value, kpi.unit, language)
        for value in (explanation.before, explanation.after)
    )
    sizes = f"n = {explanation.before.n} → {explanation.after.n}"
    yield f"{translate((kpi.ja, kpi.en), language)}: {before} → {after} ({sizes})"
    for dimension, split in explanation.splits.items():
        yield from _split_lines(explanation, dimension, split, language)
    yield from _bridge_lines(explanation.bridge, language)
    for gain in explanation.gains:
        yield _gain_line(gain, language)


def _split_lines(
    explanation: Explanation, dimension: str, split: RateDecomposition, language: str
) -> Iterator[str]:
    name = dimension_name(dimension, language)
    rate, mix = points(split.rate, language), points(split.mix, language)
    yield translate(
        (f"{name}別: 率の変化 {rate}、構成の変化 {mix}", f"By {name}: rates {rate}, mix {mix}"),
        language,
    )
    sizes = explanation.sizes[dimension]
    if split.simpson and min(explanation.before.n, explanation.after.n) >= MIN_CASES:
        ja = "  シンプソンの逆説: 各対象の率と全体の率が逆に動いています(構成の変化によるもの)"
        en = "  Simpson's paradox: the members moved one way and the whole the other, because of the mix"
        yield translate((ja, en), language)
    ordered = sorted(split.by_segment.items(), key=lambda row: -abs(sum(row[1])))
    for member, effects in ordered[:MAX_SEGMENTS]:
        if any(effects):
            n = f"n = {sizes[member][0]} → {sizes[member][1]}"
            own_rate, own_mix = (points(effect, language) for effect in effects)
            ja = f"  {member}: 率 {own_rate}、構成 {own_mix}({n})"
            en = f"  {member}: rate {own_rate}, mix {own_mix} ({n})"
            yield translate((ja, en), language)


def _bridge_lines(bridge: HiresDecomposition, language: str) -> Iterator[str]:
    before, after = (f"{hires:.1f}" for hires in (bridge.before, bridge.after))
    change = f"{bridge.after - bridge.before:+.1f}"
    ja = f"期待採用数(応募 × 各段階の通過率): {before} → {after}({change})"
    en = f"Expected hires (applications × pass rates): {before} → {after} ({change})"
    yield translate((ja, en), language)
    for factor, effect in bridge.contributions.items():
        if abs(effect) >= SMALLEST_EFFECT:
            words = ("応募数", "Applications") if factor == VOLUME else MILESTONES[factor]
            yield f"  {translate(words, language)}: {effect:+.1f}"


def _gain_line(gain: StageGain, language: str) -> str:
    stage = translate(MILESTONES[gain.milestone], language)
    rate, better = (format_number(value, "ratio", language) for value in (gain.rate, gain.better))
    ja = f"打ち手: {stage}が上位 4 分の 1 の媒体並み({rate} → {better})なら採用 {gain.more_hires:+.1f}"
    en = f"If {stage} passed as in the best quarter of channels ({rate} → {better}): {gain.more_hires:+.1f} hires"
    return translate((ja, en), language)
