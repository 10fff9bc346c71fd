"""Alert texts in Japanese and English; they never contain a person's name, address or id."""

from math import nextafter

from schemas.alerting.breach import Breach, Segment
from schemas.alerting.playbook import play_for
from schemas.cells import TOTAL
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definitions.times import STAGES
from schemas.text.languages import translate
from schemas.text.units import format_number, format_probability
from schemas.text.words import DIRECTIONS, anonymous_member, dimension_name

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
# Overdue cases of a service level, in Japanese and English (singular, plural, condition).
CASES = {
    "scorecard": ("面接から {days} 日を超えて未提出の評価", "scorecard", "scorecards", "missing since the interview"),
    "feedback": ("実施から {days} 日を超えて評価が一つもない面接", "interview", "interviews", "without any feedback"),
    "answer": ("提示から {days} 日を超えて回答のない内定", "offer", "offers", "unanswered"),
}  # fmt: skip
MAX_DECIMALS = 4
STAGE_NAMES = {stage: (ja, en) for stage, ja, en in STAGES}


def summary(breach: Breach) -> str:
    """One sentence: the KPI, the member, the value and the target."""
    if breach.limit_days is not None:
        return _overdue_summary(breach, breach.limit_days)
    value, target = _format_distinct(breach)
    write = translate((_summary_ja, _summary_en), breach.language)
    return _resolution_prefix(breach) + write(breach, value, target)


def _summary_ja(breach: Breach, value: str, target: str) -> str:
    measured = breach.evidence.value is not None
    clause = f"が {_before_japanese(value)}です" if measured else "を測る対象がありません"
    comparison = translate(DIRECTIONS[breach.direction], "ja")
    return f"{member_label(breach)}の{BY_ID[breach.kpi].ja}{clause}(目標 {_before_japanese(target)}{comparison})"


def _summary_en(breach: Breach, value: str, target: str) -> str:
    clause = "has no cases" if breach.evidence.value is None else f"is {value}"
    comparison = translate(DIRECTIONS[breach.direction], "en")
    return (
        f"{BY_ID[breach.kpi].en} of {member_label(breach)} {clause} (target: {comparison} {target})"
    )


def _before_japanese(text: str) -> str:
    """The text with the space that separates figures from Japanese; a Japanese unit needs none."""
    return f"{text} " if text.isascii() else text


def _resolution_prefix(breach: Breach) -> str:
    """The prefix of the summary of a breach that has ended; empty while it is active."""
    if breach.active:
        return ""
    ja, en = PREFIXES.get(breach.ending or "", ("解消", "Resolved"))
    return translate((f"【{ja}】", f"{en}: "), breach.language)


def _overdue_summary(breach: Breach, days: int) -> str:
    """How many cases are overdue, of which member, and the age of the oldest."""
    write = translate((_overdue_ja, _overdue_en), breach.language)
    return _resolution_prefix(breach) + write(breach, days)


def _overdue_ja(breach: Breach, days: int) -> str:
    of, oldest = BY_ID[breach.kpi].of, breach.evidence.oldest
    stage = STAGE_NAMES.get(of, ("", ""))[0]
    case = CASES[of][0] if of in CASES else f"{stage}に {{days}} 日を超えて留まる応募"
    longest = f"、最長 {oldest} 日" if oldest is not None else ""
    n, allowed = int(breach.evidence.value or 0), int(breach.target)
    return (
        f"{member_label(breach)}で{case.format(days=days)}が {n} 件です(上限 {allowed} 件{longest})"
    )


def _overdue_en(breach: Breach, days: int) -> str:
    of, oldest = BY_ID[breach.kpi].of, breach.evidence.oldest
    stage = f"in {STAGE_NAMES[of][1]}" if of in STAGE_NAMES else ""
    singular, plural, condition = (
        CASES[of][1:] if of in CASES else ("application", "applications", stage)
    )
    longest = f"; longest: {oldest} d" if oldest is not None else ""
    n, allowed = int(breach.evidence.value or 0), int(breach.target)
    case = singular if n == 1 else plural
    return f"{n} {case} of {member_label(breach)} {condition} for more than {days} d (allowed: {allowed}{longest})"


def description(breach: Breach) -> str:
    """The evidence: n, interval, probability, window, start day, main contributor and first check."""
    separator, write = translate(
        (("", _sentences_ja), (" ", _sentences_en)),
        breach.language,
    )
    return separator.join(part for part in write(breach) if part)


def suggestion(breach: Breach) -> str:
    """The usual remedy and the role that owns it."""
    play, language = play_for(breach.kpi), breach.language
    return play.suggestion(language) + translate(("({})", " ({})"), language).format(
        play.owner(language)
    )


def _sentences_ja(breach: Breach) -> list[str]:
    evidence = breach.evidence
    low, high, cases = _interval(breach)
    check = play_for(breach.kpi).check("ja")
    return [
        f"いま待っているのは全部で {evidence.n} 件。"
        if breach.limit_days is not None
        else f"直近 {breach.window_days} 日{cases and '、'}{cases}。",
        f"90% 区間 {low}〜{high}。" if evidence.low is not None else "",
        f"目標に届いていない確率 {_format_doubt(evidence.probability)}。"
        if evidence.probability is not None
        else "",
        f"{breach.since} から。",
        f"最も影響が大きいのは{_describe_segment(breach.segment, breach)}。"
        if breach.segment
        else "",
        f"{ENDINGS[breach.ending][0]}。" if breach.ending else f"まず確認: {check}",
    ]


def _sentences_en(breach: Breach) -> list[str]:
    evidence = breach.evidence
    low, high, cases = _interval(breach)
    check = play_for(breach.kpi).check("en")
    return [
        f"{evidence.n} {'case is' if evidence.n == 1 else 'cases are'} waiting in total."
        if breach.limit_days is not None
        else f"{_last_days(breach.window_days)}{cases and ', '}{cases}.",
        f"90% interval {low} to {high}." if evidence.low is not None else "",
        f"P(off target) {_format_doubt(evidence.probability)}."
        if evidence.probability is not None
        else "",
        f"Since {breach.since}.",
        f"Main contributor: {_describe_segment(breach.segment, breach)}." if breach.segment else "",
        f"{ENDINGS[breach.ending][1]}." if breach.ending else f"Check first: {check}",
    ]


def _interval(breach: Breach) -> tuple[str, str, str]:
    """The bounds of the interval in the unit of the KPI, and n if it counts cases."""
    kpi, evidence = BY_ID[breach.kpi], breach.evidence
    low, high = (
        format_number(bound, kpi.unit, breach.language) for bound in (evidence.low, evidence.high)
    )
    return low, high, f"n = {evidence.n}" if kpi.counts_cases else ""


def _last_days(days: int) -> str:
    return "Last day" if days == 1 else f"Last {days} days"


def member_label(breach: Breach) -> str:
    """The company or the member; a person is shown only by role."""
    name = dimension_name(breach.dimension, breach.language)
    if breach.dimension == TOTAL:
        return translate((name, f"the {name}"), breach.language)
    if breach.personal:
        return translate(anonymous_member(breach.dimension), breach.language)
    return _quoted(breach.dimension, breach.member, breach.language)


def _quoted(dimension: str, member: str, language: str) -> str:
    name = dimension_name(dimension, language)
    return translate((f"{name}「{member}」", f'{name} "{member}"'), language)


def _format_doubt(probability: float) -> str:
    """A probability that is never shown as certain, even where its computation is rounded to 1."""
    return format_probability(min(probability, nextafter(1, 0)), "ratio", "en")


def _describe_segment(segment: Segment, breach: Breach) -> str:
    is_service_level, language = breach.limit_days is not None, breach.language
    value = format_number(segment.value, "count" if is_service_level else "ratio", language)
    if is_service_level:
        value += translate((" 件", ""), language)
    cases = translate(("({}、n = {})", " ({}, n = {})"), language).format(value, segment.n)
    return _quoted(segment.dimension, segment.member, language) + cases


def _format_distinct(breach: Breach) -> tuple[str, str]:
    """The value and the target, with as many decimals as are needed to tell them apart."""
    unit, value = BY_ID[breach.kpi].unit, breach.evidence.value

    def texts(places: int) -> tuple[str, str]:
        value_text = format_number(value, unit, breach.language, places)
        return value_text, format_number(breach.target, unit, breach.language, places)

    for places in range(1, MAX_DECIMALS):
        value_text, target_text = texts(places)
        if value_text != target_text or value == breach.target:
            return value_text, target_text
    return texts(MAX_DECIMALS)
