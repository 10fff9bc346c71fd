"""What became of suggestions as text, in Japanese or English."""

from collections.abc import Iterator, Sequence

from schemas.alerting.messages import points
from schemas.text.languages import translate
from schemas.text.units import format_number
from streams.reading.play_outcomes import PlayOutcome


def play_lines(outcomes: Sequence[PlayOutcome], days: int, language: str) -> Iterator[str]:
    """Each suggestion with its hit rate, beside breaches that nobody acted on."""
    if not outcomes:
        yield translate(
            ("まだアラートがありません。", "No alert has suggested anything yet."), language
        )
    for row in outcomes:
        yield f"{row.play.suggestion(language)} ({row.play.owner(language)})"
        ja = f"  アラート {row.breaches} 件: 採用 {row.accepted}、見送り {row.ignored}、実施 {row.done}。"
        en = f"  {row.breaches} alerts: {row.accepted} accepted, {row.ignored} ignored, {row.done} done."
        yield translate((ja, en), language)
        yield f"  {_effect(row, days, language)}"


def _effect(row: PlayOutcome, days: int, language: str) -> str:
    if not row.judged:
        return translate(
            ("効果: 結果の出た実施がまだありません。", "Effect: nothing done can be judged yet."),
            language,
        )
    rate = format_number(row.hit_rate, "ratio", language, 0)
    low, high = (points(bound, language) for bound in (row.effect.low, row.effect.high))
    ja = f"効果: 実施後 {days} 日以内に目標へ戻ったもの {row.helped}/{row.judged}(的中率 {rate})、何もせずに戻ったもの {row.recovered_alone}/{row.untouched}。差の 90% 区間 {low}〜{high}。"
    en = f"Effect: back on target within {days} days {row.helped} of {row.judged} (hit rate {rate}), without any action {row.recovered_alone} of {row.untouched}; difference, 90% interval {low} to {high}."
    return translate((ja, en), language)
