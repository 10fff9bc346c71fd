"""What people read of a breach, in Japanese or English: never a name, an address or an id of a person."""

from schemas.alerting.breach import Breach, Segment
from schemas.alerting.playbook import play_of
from schemas.cells import CHANNEL, DEPARTMENT, JOB, LOCATION, SOURCE_DETAIL, TOTAL
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Unit
from schemas.kpis.definitions.times import STAGES

JA = {
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
    "no_cases": ("期間内の対象がなくなりました", "No case is left in the window"),
    "corrected": (
        "後から届いた情報により、目標未達ではありませんでした",
        "Late events say that it never was off target",
    ),
    "withdrawn": ("アラートの規則が変更または削除されました", "The rule was changed or removed"),
}


# What stands before the sentence, of those that have not got well again.
OVER = {"corrected": ("訂正", "Corrected"), "withdrawn": ("取り下げ", "Withdrawn")}
# Who waits for what: cases of a service level, in Japanese and English (one, many).
CASES = {
    "scorecard": ("面接から {days} 日を超えて未提出の評価", "scorecard", "scorecards", "owed since an interview"),
    "feedback": ("実施から {days} 日を超えて評価が一つもない面接", "interview", "interviews", "without any feedback"),
    "answer": ("提示から {days} 日を超えて回答のない内定", "offer", "offers", "unanswered"),
}  # fmt: skip
MOST_DECIMALS = 4
STAGE_NAMES = {stage: (ja, en) for stage, ja, en in STAGES}


def summary(breach: Breach) -> str:
    """One sentence: what of whom, its value and its target."""
    if breach.limit_days is not None:
        return _overdue(breach, breach.limit_days)
    kpi = BY_ID[breach.kpi]
    value, target = _apart(breach.evidence.value, breach.target, kpi.unit)
    measured = breach.evidence.value is not None
    if breach.language == "ja":
        word = "以上" if breach.direction == "at_least" else "以下"
        said = f"が {value} です" if measured else "を測る対象がありません"
        return f"{_ended(breach)}{whose(breach)}の{kpi.ja}{said}(目標 {target} {word})"
    word = "at least" if breach.direction == "at_least" else "at most"
    said = f"is {value}" if measured else "has no cases"
    return f"{_ended(breach)}{kpi.en} of {whose(breach)} {said} (target: {word} {target})"


def _ended(breach: Breach) -> str:
    """What stands before the sentence of a breach that is over."""
    if breach.active:
        return ""
    ja, en = OVER.get(breach.ending or "", ("解消", "Resolved"))
    return f"【{ja}】" if breach.language == "ja" else f"{en}: "


def _overdue(breach: Breach, days: int) -> str:
    """How many wait too long, of whom, and since when the longest."""
    of, n, oldest = BY_ID[breach.kpi].of, int(breach.evidence.value or 0), breach.evidence.oldest
    allowed = int(breach.target)
    if breach.language == "ja":
        stage = STAGE_NAMES.get(of, ("", ""))[0]
        case = CASES[of][0] if of in CASES else f"{stage}に {{days}} 日を超えて留まる応募"
        longest = f"、最長 {oldest} 日" if oldest is not None else ""
        return f"{_ended(breach)}{whose(breach)}で{case.format(days=days)}が {n} 件です(上限 {allowed} 件{longest})"
    stage = f"in {STAGE_NAMES[of][1]}" if of in STAGE_NAMES else ""
    one, many, how = CASES[of][1:] if of in CASES else ("application", "applications", stage)
    longest = f"; the longest: {oldest} d" if oldest is not None else ""
    case = one if n == 1 else many
    return f"{_ended(breach)}{n} {case} {how} for more than {days} d, of {whose(breach)} (allowed: {allowed}{longest})"


def description(breach: Breach) -> str:
    """The evidence: n, interval, certainty, window, since when, who contributes most, and the first check."""
    between = "" if breach.language == "ja" else " "
    return between.join(part for part in _parts(breach) if part)


def suggestion(breach: Breach) -> str:
    """What usually helps, and whose it is."""
    play, language = play_of(breach.kpi), breach.language
    owner = play.owner(language)
    return (
        f"{play.suggestion(language)}({owner})"
        if language == "ja"
        else (f"{play.suggestion(language)} ({owner})")
    )


def _parts(breach: Breach) -> list[str]:
    found, kpi = breach.evidence, BY_ID[breach.kpi]
    unit, cases = kpi.unit, f"n = {found.n}" if kpi.of_cases else ""
    low, high = number(found.low, unit), number(found.high, unit)
    check = play_of(breach.kpi).check(breach.language)
    waits = breach.limit_days is not None
    if breach.language == "ja":
        return [
            f"いま待っているのは全部で {found.n} 件。"
            if waits
            else f"直近 {breach.window_days} 日{cases and '、'}{cases}。",
            f"90% 区間 {low}〜{high}。" if found.low is not None else "",
            f"目標に届いていない確率 {_certainty(found.probability)}。"
            if found.probability is not None
            else "",
            f"{breach.since} から。",
            f"最も影響が大きいのは{_segment(breach.segment, breach)}。" if breach.segment else "",
            f"{ENDINGS[breach.ending][0]}。" if breach.ending else f"まず確認: {check}",
        ]
    return [
        f"{found.n} {'waits' if found.n == 1 else 'wait'} in all."
        if waits
        else f"{_last(breach.window_days)}{cases and ', '}{cases}.",
        f"90 % interval {low} to {high}." if found.low is not None else "",
        f"P(off target) {_certainty(found.probability)}." if found.probability is not None else "",
        f"Since {breach.since}.",
        f"Most of it comes from {_segment(breach.segment, breach)}." if breach.segment else "",
        f"{ENDINGS[breach.ending][1]}." if breach.ending else f"Look first: {check}",
    ]


def _last(days: int) -> str:
    return "Last day" if days == 1 else f"Last {days} days"


def whose(breach: Breach) -> str:
    """The company or the member; a person is only said to be one."""
    if breach.dimension == TOTAL:
        return "全社" if breach.language == "ja" else "the whole company"
    kind = JA[breach.dimension] if breach.language == "ja" else breach.dimension.replace("_", " ")
    if breach.personal:
        return f"{kind} 1 名" if breach.language == "ja" else f"one {kind}"
    return f"{kind}「{breach.member}」" if breach.language == "ja" else f'{kind} "{breach.member}"'


def _certainty(probability: float) -> str:
    """A probability; nothing is certain."""
    return ">99.9%" if probability > 0.999 else f"{probability:.1%}"


def _segment(segment: Segment, breach: Breach) -> str:
    waits = breach.limit_days is not None
    value = number(segment.value, "count" if waits else "ratio")
    if breach.language == "ja":
        value += " 件" if waits else ""
        return f"{JA[segment.dimension]}「{segment.member}」({value}、n = {segment.n})"
    return f'{segment.dimension} "{segment.member}" ({value}, n = {segment.n})'


def _apart(value: float | None, target: float, unit: Unit) -> tuple[str, str]:
    """A value and its target, with as many decimals as it takes to tell one from the other."""
    for decimals in range(1, MOST_DECIMALS):
        shown = number(value, unit, decimals), number(target, unit, decimals)
        if shown[0] != shown[1] or value == target:
            return shown
    return number(value, unit, MOST_DECIMALS), number(target, unit, MOST_DECIMALS)


def number(value: float | None, unit: Unit, decimals: int = 1) -> str:
    """A number in its unit; of a rate all decimals, else those that are not 0."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value:.{decimals}%}"
    shown = f"{value:,.{decimals}f}".rstrip("0").removesuffix(".")
    return shown + {"days": " d", "hours": " h"}.get(unit, "")
