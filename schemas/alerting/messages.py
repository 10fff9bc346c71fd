"""Alert texts in Japanese and English; they never contain a person's name, address or id."""

from schemas.alerting.breach import Breach, Segment
from schemas.cells import CHANNEL, DEPARTMENT, JOB, LOCATION, SOURCE_DETAIL, TOTAL
from schemas.kpis.catalogue import definition_of
from schemas.kpis.definition import Overdue, Unit

DIMENSIONS_JA = {
    TOTAL: "全社",
    CHANNEL: "媒体",
    JOB: "求人",
    SOURCE_DETAIL: "流入元",
    DEPARTMENT: "部署",
    LOCATION: "勤務地",
    "recruiter": "採用担当",
    "interviewer": "面接官",
    "hiring_manager": "採用責任者",
}
ENDINGS = {
    "recovered": ("目標の水準に戻りました", "It is back on target"),
    "no_cases": ("期間内の対象がなくなりました", "No cases are left in the window"),
    "corrected": (
        "後から届いた情報により、目標未達ではありませんでした",
        "Late events show that it was never off target",
    ),
    "withdrawn": ("アラートの規則が変更または削除されました", "The rule was changed or removed"),
}


# Prefixes of the summary for endings other than recovery.
PREFIXES = {"corrected": ("訂正", "Corrected"), "withdrawn": ("取り下げ", "Withdrawn")}
# A service level on a KPI that was deleted since.
OVERDUE = Overdue("待ち時間が {days} 日を超えるもの", "case", "cases", "waiting")
MAX_DECIMALS = 4


def summary(breach: Breach) -> str:
    """One sentence: the KPI, the member, the value and the target."""
    if breach.limit_days is not None:
        return _overdue_summary(breach, breach.limit_days)
    kpi = definition_of(breach.kpi)
    value, target = _format_distinct(breach.evidence.value, breach.target, kpi.unit)
    measured = breach.evidence.value is not None
    if breach.language == "ja":
        comparison = "以上" if breach.direction == "at_least" else "以下"
        clause = f"が {value} です" if measured else "を測る対象がありません"
        return f"{_resolution_prefix(breach)}{member_label(breach)}の{kpi.ja}{clause}(目標 {target} {comparison})"
    comparison = "at least" if breach.direction == "at_least" else "at most"
    clause = f"is {value}" if measured else "has no cases"
    return f"{_resolution_prefix(breach)}{kpi.en} of {member_label(breach)} {clause} (target: {comparison} {target})"


def _resolution_prefix(breach: Breach) -> str:
    """The prefix of the summary of a breach that has ended; empty while it is active."""
    if breach.active:
        return ""
    ja, en = PREFIXES.get(breach.ending or "", ("解消", "Resolved"))
    return f"【{ja}】" if breach.language == "ja" else f"{en}: "


def _overdue_summary(breach: Breach, days: int) -> str:
    """How many cases are overdue, of which member, and the age of the oldest."""
    words = definition_of(breach.kpi).overdue or OVERDUE
    n, oldest = int(breach.evidence.value or 0), breach.evidence.oldest
    allowed = int(breach.target)
    if breach.language == "ja":
        longest = f"、最長 {oldest} 日" if oldest is not None else ""
        return f"{_resolution_prefix(breach)}{member_label(breach)}で{words.ja.format(days=days)}が {n} 件です(上限 {allowed} 件{longest})"
    longest = f"; longest: {oldest} d" if oldest is not None else ""
    case = words.singular if n == 1 else words.plural
    return f"{_resolution_prefix(breach)}{n} {case} of {member_label(breach)} {words.condition} for more than {days} d (allowed: {allowed}{longest})"


def description(breach: Breach) -> str:
    """The evidence: n, interval, probability, window, start day, main contributor and first check."""
    separator = "" if breach.language == "ja" else " "
    return separator.join(part for part in _sentences(breach) if part)


def suggestion(breach: Breach) -> str:
    """The usual remedy and the role that owns it; empty if the KPI was deleted since."""
    play, language = definition_of(breach.kpi).play, breach.language
    if play is None:
        return ""
    owner = play.owner(language)
    return (
        f"{play.suggestion(language)}({owner})"
        if language == "ja"
        else (f"{play.suggestion(language)} ({owner})")
    )


def _sentences(breach: Breach) -> list[str]:
    evidence, kpi = breach.evidence, definition_of(breach.kpi)
    unit, cases = kpi.unit, f"n = {evidence.n}" if kpi.counts_cases else ""
    low, high = format_number(evidence.low, unit), format_number(evidence.high, unit)
    check = kpi.play.check(breach.language) if kpi.play else ""
    is_service_level = breach.limit_days is not None
    if breach.language == "ja":
        return [
            f"いま待っているのは全部で {evidence.n} 件。"
            if is_service_level
            else f"直近 {breach.window_days} 日{cases and '、'}{cases}。",
            f"90% 区間 {low}〜{high}。" if evidence.low is not None else "",
            f"目標に届いていない確率 {_format_probability(evidence.probability)}。"
            if evidence.probability is not None
            else "",
            f"{breach.since} から。",
            f"最も影響が大きいのは{_describe_segment(breach.segment, breach)}。"
            if breach.segment
            else "",
            f"{ENDINGS[breach.ending][0]}。" if breach.ending else check and f"まず確認: {check}",
        ]
    return [
        f"{evidence.n} {'case is' if evidence.n == 1 else 'cases are'} waiting in total."
        if is_service_level
        else f"{_last_days(breach.window_days)}{cases and ', '}{cases}.",
        f"90 % interval {low} to {high}." if evidence.low is not None else "",
        f"P(off target) {_format_probability(evidence.probability)}."
        if evidence.probability is not None
        else "",
        f"Since {breach.since}.",
        f"Main contributor: {_describe_segment(breach.segment, breach)}." if breach.segment else "",
        f"{ENDINGS[breach.ending][1]}." if breach.ending else check and f"Check first: {check}",
    ]


def _last_days(days: int) -> str:
    return "Last day" if days == 1 else f"Last {days} days"


def member_label(breach: Breach) -> str:
    """The company or the member; a person is shown only by role."""
    if breach.dimension == TOTAL:
        return "全社" if breach.language == "ja" else "the whole company"
    kind = (
        DIMENSIONS_JA[breach.dimension]
        if breach.language == "ja"
        else breach.dimension.replace("_", " ")
    )
    if breach.personal:
        return f"{kind} 1 名" if breach.language == "ja" else f"one {kind}"
    return f"{kind}「{breach.member}」" if breach.language == "ja" else f'{kind} "{breach.member}"'


def _format_probability(probability: float) -> str:
    """A probability; it is never shown as 100 %."""
    return ">99.9%" if probability > 0.999 else f"{probability:.1%}"


def _describe_segment(segment: Segment, breach: Breach) -> str:
    is_service_level = breach.limit_days is not None
    value = format_number(segment.value, "count" if is_service_level else "ratio")
    if breach.language == "ja":
        value += " 件" if is_service_level else ""
        return f"{DIMENSIONS_JA[segment.dimension]}「{segment.member}」({value}、n = {segment.n})"
    return f'{segment.dimension} "{segment.member}" ({value}, n = {segment.n})'


def _format_distinct(value: float | None, target: float, unit: Unit) -> tuple[str, str]:
    """A value and its target, with as many decimals as are needed to tell them apart."""
    for decimals in range(1, MAX_DECIMALS):
        formatted = format_number(value, unit, decimals), format_number(target, unit, decimals)
        if formatted[0] != formatted[1] or value == target:
            return formatted
    return format_number(value, unit, MAX_DECIMALS), format_number(target, unit, MAX_DECIMALS)


def format_number(value: float | None, unit: Unit, decimals: int = 1) -> str:
    """A number in its unit; a rate shows all decimals, other units omit trailing zeros."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value:.{decimals}%}"
    text = f"{value:,.{decimals}f}".rstrip("0").removesuffix(".")
    return text + {"days": " d", "hours": " h"}.get(unit, "")
