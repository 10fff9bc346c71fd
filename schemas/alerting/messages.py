"""Phrases of alert texts that all kinds of rules share; they never contain a person's name, address or id."""

from schemas.alerting.breach import Breach
from schemas.cells import TOTAL
from schemas.kpis.definition import Unit
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import anonymous_member, dimension_name

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
    return translate((f"【{ja}】", f"{en}: "), breach.language)


def last_days(days: int) -> str:
    """The window, as the beginning of an English sentence."""
    return "Last day" if days == 1 else f"Last {days} days"


def before_japanese(text: str) -> str:
    """The text with the space that separates figures from Japanese; a Japanese unit needs none."""
    return f"{text} " if text.isascii() else text


def member_label(breach: Breach) -> str:
    """The company or the member; a person is shown only by role."""
    name = dimension_name(breach.dimension, breach.language)
    if breach.dimension == TOTAL:
        return translate((name, f"the {name}"), breach.language)
    if breach.personal:
        return translate(anonymous_member(breach.dimension), breach.language)
    return quoted_member(breach.dimension, breach.member, breach.language)


def quoted_member(dimension: str, member: str, language: str) -> str:
    """A member by its name, with its dimension."""
    name = dimension_name(dimension, language)
    return translate((f"{name}「{member}」", f'{name} "{member}"'), language)


def points(effect: float, language: str) -> str:
    """A difference of two rates with its sign, in percentage points."""
    unit = translate(("ポイント", "points"), language)
    return f"{100 * effect:+.1f} {unit}"


def budget_sentence(breach: Breach) -> str:
    """How many false alarms the rule allows a year; empty if it has no budget."""
    budget, members = breach.false_alarms_a_year, breach.evidence.members
    if budget is None:
        return ""
    times = format_number(budget, "count", breach.language, 2)
    if members is None or members < 2:
        ja, en = f"誤報は年 {times} 回まで。", f"At most {times} false {_alarms(budget)} a year."
    else:
        ja = f"誤報は対象 {members} 件あわせて年 {times} 回まで。"
        en = f"At most {times} false {_alarms(budget)} a year over {members} members."
    return translate((ja, en), breach.language)


def _alarms(budget: float) -> str:
    return "alarm" if budget == 1 else "alarms"


def format_distinct(
    value: float | None, target: float, unit: Unit, language: str
) -> tuple[str, str]:
    """A value and its target, with as many decimals as are needed to tell them apart."""

    def texts(places: int) -> tuple[str, str]:
        return (
            format_number(value, unit, language, places),
            format_number(target, unit, language, places),
        )

    for places in range(1, MAX_DECIMALS):
        value_text, target_text = texts(places)
        if value_text != target_text or value == target:
            return value_text, target_text
    return texts(MAX_DECIMALS)
