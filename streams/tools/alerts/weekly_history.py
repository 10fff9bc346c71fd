"""The weeks of a breach as a text chart."""

from collections.abc import Sequence

from rich.cells import cell_len

from schemas.alerting.breach import Breach
from schemas.alerting.chart import Week
from schemas.alerting.kinds import kind_of
from schemas.kpis.catalogue import BY_ID
from schemas.text.units import format_number

WIDTH = 30
VALUE_WIDTH = 8


def draw_chart(breach: Breach, weeks: Sequence[Week]) -> list[str]:
    """One line per week: the day on which the window ended, a bar with the target marked, the value and its n."""
    if not weeks:
        return []
    kpi = BY_ID[breach.kpi]
    reference = kind_of(breach).reference_value(breach)
    scale_max = max([reference, *(week.value or 0 for week in weeks)], default=0)
    if scale_max <= 0:
        return []
    target_position = round(WIDTH * reference / scale_max)
    unit = kind_of(breach).chart_unit(breach)
    return [
        f"{week.last}  {_bar(week.value, scale_max, target_position)}  {_right_aligned(format_number(week.value, unit, breach.language))}"
        + ("" if kpi.kind == "count" or not kpi.counts_cases else f"  n = {week.n}")
        for week in weeks
    ]


def _right_aligned(text: str) -> str:
    """The text in `VALUE_WIDTH` columns of the terminal; Japanese characters take two."""
    return " " * (VALUE_WIDTH - cell_len(text)) + text


def _bar(value: float | None, scale_max: float, target_position: int) -> str:
    filled = round(WIDTH * max(0.0, value or 0) / scale_max)
    characters = ["█" if position < filled else " " for position in range(WIDTH + 1)]
    characters[target_position] = "┃" if target_position < filled else "┊"
    return "".join(characters)
