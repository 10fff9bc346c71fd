"""Why two numbers differ, as text in Japanese or English."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from schemas.cells import TOTAL
from schemas.money import to_major
from schemas.text.languages import Language, translate
from schemas.text.units import format_instant, format_number, format_value
from schemas.text.words import BASES, Table, dimension_name
from streams.tools.explaining.quotes import QuotedNumber
from streams.tools.explaining.two_numbers import NumberDifference

CAUSES: Table = {
    "recounted": (
        "設定・マッピング・定義の違い(第1の数字の当時)",
        "another configuration, mapping or definition when the first was counted",
    ),
    "data": (
        "あいだに届いたデータ、進んだ日数",
        "data that arrived, and days that passed, between the two",
    ),
    "days": ("対象期間の違い", "other days"),
    "basis": ("集計基準の違い", "another basis"),
    "member": ("対象の違い", "of whom it is"),
    "recounted_since": (
        "設定・マッピング・定義の違い(第2の数字の当時)、まだ反映されていないデータ",
        "another configuration, mapping or definition when the second was counted, or data not shown yet",
    ),
}


def difference_lines(difference: NumberDifference, language: Language) -> Iterator[str]:
    """Both numbers with what decides them, then the amount of each cause and their sum."""
    first, second = difference.first, difference.second
    yield translate((first.kpi.ja, first.kpi.en), language)
    for label, number in (("A", first), ("B", second)):
        yield f"  {label}  {_value(number, number.value or 0, language)}  {_conditions(number, language)}"
    if not difference.steps:
        yield translate(("差はありません", "The two are equal."), language)
        return
    total = sum(step.amount for step in difference.steps)
    yield translate(("B − A の内訳:", "B − A is made of:"), language)
    width = max(len(_amount(first, step.amount, language)) for step in difference.steps)
    for step in difference.steps:
        amount = _amount(first, step.amount, language)
        causes = translate((" と ", " and "), language).join(
            translate(CAUSES[cause], language) for cause in step.causes
        )
        yield f"  {amount:>{width}}  {causes}"
    yield f"  = {_amount(first, total, language)}"
    if difference.arrived:
        examples = ", ".join(difference.examples)
        ja = f"あいだに届いたイベント: {difference.arrived} 件(例: {examples})"
        en = f"Events that arrived between the two: {difference.arrived} (such as {examples})"
        yield translate((ja, en), language)


def _conditions(number: QuotedNumber, language: Language) -> str:
    """The days, the basis, whose it is, and as of when."""
    parts = [f"{number.first}..{number.last}", translate(BASES[number.basis], language)]
    if number.dimension != TOTAL:
        parts.append(f"{dimension_name(number.dimension, language)} {number.member}")
    if number.heard is None:
        parts.append(translate(("現在", "now"), language))
    else:
        as_of = format_instant(number.heard, ZoneInfo(number.timezone))
        parts.append(translate((f"{as_of} 時点", f"as of {as_of}"), language))
    return f"{', '.join(parts)}  [{number.source}]"


def _value(number: QuotedNumber, value: float, language: Language) -> str:
    unit = number.kpi.unit
    if unit == "money":
        return format_value(to_major(value, number.currency), unit, language, number.currency)
    return format_number(value, unit, language)


def _amount(number: QuotedNumber, amount: float, language: Language) -> str:
    """A signed amount; a difference of rates is in points."""
    sign = "+" if amount > 0 else "−"
    if number.kpi.unit == "ratio":
        return sign + format_number(100 * abs(amount), "points", language)
    return sign + _value(number, abs(amount), language)
