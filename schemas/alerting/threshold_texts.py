"""Thresholds in words: the KPI, its value and its target, and what supports the value."""

from schemas.alerting.breach import Breach
from schemas.alerting.messages import before_japanese, format_distinct, last_days, member_label
from schemas.kpis.catalogue import definition_of
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import DIRECTIONS


def threshold_summary(breach: Breach) -> str:
    """The KPI, the member, the value and the target."""
    return translate((_summary_ja, _summary_en), breach.language)(breach)


def threshold_assumptions(breach: Breach) -> str:
    """What the bound on false alarms takes for granted, for a count and for a share."""
    if definition_of(breach.kpi).kind == "count":
        ja = "曜日・祝日の形とばらつきは対象自身の過去と同じ、という仮定に基づきます。終わっていない日は少ない証拠としません。"
        en = "Assumes the week, the holidays and the scatter of the member's own past; a day that is not over is no evidence of few."
    else:
        ja = "目標ちょうどの率のもとで判定が互いに独立、という仮定に基づきます。すべての日を数え、何度見ても予算は変わりません。"
        en = "Assumes decisions that are independent at a rate exactly on target; all days count, and looking often costs nothing."
    return translate((ja, en), breach.language)


def threshold_evidence(breach: Breach) -> list[str]:
    """The window and its cases, and the interval."""
    return translate((_evidence_ja, _evidence_en), breach.language)(breach)


def _summary_ja(breach: Breach) -> str:
    value, target = _value_and_target(breach)
    measured = breach.evidence.value is not None
    clause = f"が {before_japanese(value)}です" if measured else "を測る対象がありません"
    comparison = translate(DIRECTIONS[breach.direction], "ja")
    return f"{member_label(breach)}の{definition_of(breach.kpi).ja}{clause}(目標 {before_japanese(target)}{comparison})"


def _summary_en(breach: Breach) -> str:
    value, target = _value_and_target(breach)
    clause = "has no cases" if breach.evidence.value is None else f"is {value}"
    comparison = translate(DIRECTIONS[breach.direction], "en")
    return f"{definition_of(breach.kpi).en} of {member_label(breach)} {clause} (target: {comparison} {target})"


def _value_and_target(breach: Breach) -> tuple[str, str]:
    unit = definition_of(breach.kpi).unit
    return format_distinct(breach.evidence.value, breach.target, unit, breach.language)


def _evidence_ja(breach: Breach) -> list[str]:
    low, high, cases = _interval(breach)
    interval = f"90% 区間 {low}〜{high}。" if breach.evidence.low is not None else ""
    return [f"直近 {breach.window_days} 日{cases and '、'}{cases}。", interval]


def _evidence_en(breach: Breach) -> list[str]:
    low, high, cases = _interval(breach)
    interval = f"90% interval {low} to {high}." if breach.evidence.low is not None else ""
    return [f"{last_days(breach.window_days)}{cases and ', '}{cases}.", interval]


def _interval(breach: Breach) -> tuple[str, str, str]:
    """The bounds of the interval in the unit of the KPI, and n if it counts cases."""
    kpi, evidence = definition_of(breach.kpi), breach.evidence
    low, high = (
        format_number(bound, kpi.unit, breach.language) for bound in (evidence.low, evidence.high)
    )
    return low, high, f"n = {evidence.n}" if kpi.counts_cases else ""


def threshold_ends(breach: Breach) -> str:
    """What ends a breach: better odds than not for a rate or a median, the rule's margin for other KPIs."""
    days = breach.window_days
    if breach.false_alarms_a_year is not None:
        ja = f"直近 {days} 日で見て、目標を満たしている見込みのほうが高くなるまで続きます(規則の `clear`)。目標をわずかに上回った日だけでは終わりません。"
        en = f"It stays open until the last {days} days make it likelier on target than off it (`clear` of the rule); one good day does not end it."
    else:
        ja = f"直近 {days} 日の値が目標を余裕(規則の `margin`、通常 5%)をもって満たすまで続きます。"
        en = f"It stays open until the last {days} days meet the target with the rule's `margin`, usually 5 %."
    return translate((ja, en), breach.language)
