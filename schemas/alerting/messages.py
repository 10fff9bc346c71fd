"""Phrases of alert texts that all kinds of rules share; they never contain a person's name, address or id."""

from schemas.alerting.breach import Breach
from schemas.cells import CHANNEL, DEPARTMENT, JOB, LOCATION, SOURCE_DETAIL, TOTAL
from schemas.kpis.definition import Unit

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
MAX_DECIMALS = 4


def resolution_prefix(breach: Breach) -> str:
    """The prefix of the summary of a breach that has ended; empty while it is active."""
    if breach.active:
        return ""
    ja, en = PREFIXES.get(breach.ending or "", ("解消", "Resolved"))
    return f"【{ja}】" if breach.language == "ja" else f"{en}: "


def last_days(days: int) -> str:
    """The window, as the beginning of an English sentence."""
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


def format_probability(probability: float) -> str:
    """A probability; it is never shown as 100 %."""
    return ">99.9%" if probability > 0.999 else f"{probability:.1%}"


def format_distinct(value: float | None, target: float, unit: Unit) -> tuple[str, str]:
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
