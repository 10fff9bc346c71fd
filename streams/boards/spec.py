"""What a board is: questions, each with the query that answers it and how the answer is drawn.

Boards are data. One renderer makes Grafana's JSON of them, another the local page; neither knows a KPI.
Queries read views only (`v_…`) and take these parameters: `tenant`, `first`, `last` and `as_of` (local days of the tenant, both
ends included), `before` (the day before as many days as the window has), `dimension` with `member` (whose numbers, `total` with
`all` for the whole company), `minor` (minor units in one unit of the tenant's currency).
"""

from dataclasses import dataclass
from typing import Literal

from schemas.cells import FULL, Basis

# tiles: one number a KPI. plot: a funnel plot with its limits. triangle: cohorts by age.
Kind = Literal["tiles", "table", "bar", "stack", "line", "funnel", "plot", "triangle"]
# text, milestone, spending and word (of `OF_BREACHES`, or a name where it is none of them) are names; period is a day that begins one; the rest are numbers.
Unit = Literal[
    "text", "milestone", "spending", "word", "kpi", "period", "time", "count", "ratio", "days", "hours", "money",
]  # fmt: skip
Use = Literal["now"]
NAMES = ("text", "milestone", "spending", "word", "kpi")
PARAMETERS = {
    "tenant": "String",
    "first": "Date",
    "last": "Date",
    "as_of": "Date",
    "before": "Date",
    "dimension": "String",
    "member": "String",
    "minor": "UInt32",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of an answer, in the order of the query.

    `n` names the column with the cases behind the number; a number that is null with fewer cases than `minimum` (0: that of
    the panel) is of too few of them. `leads` is the board that a member of `dimension` leads to; who has no id (`member` is
    empty) leads nowhere. A hidden column is only the n of another, or what a row is known by.
    """

    name: str
    unit: Unit
    ja: str = ""
    en: str = ""
    n: str = ""
    minimum: int = 0
    leads: str = ""
    dimension: str = ""
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One question. `basis` is the day on which its facts count, `now` for what is in flight.

    `kpi` is the definition behind the numbers, `kpis` those of tiles and of a table's columns in their order, `minimum_n` the cases below which a rate is not shown, `width` of 12.
    `none` is said where there is no row, if that is news and not a lack of numbers.
    """

    id: str
    ja: str
    en: str
    kind: Kind
    sql: str
    columns: tuple[Column, ...]
    basis: Basis | Use
    kpi: str
    kpis: tuple[str, ...] = ()
    minimum_n: int = 1
    width: int = 6
    note_ja: str = ""
    note_en: str = ""
    none_ja: str = ""
    none_en: str = ""

    @property
    def names(self) -> tuple[Column, ...]:
        """The columns that say whose numbers a row holds."""
        return tuple(each for each in self.columns if each.unit in (*NAMES, "period"))

    @property
    def numbers(self) -> tuple[Column, ...]:
        """The columns that are drawn."""
        return tuple(
            each
            for each in self.columns
            if each.unit not in (*NAMES, "period", "time") and not each.hidden
        )


@dataclass(frozen=True, kw_only=True)
class Board:
    """One audience and the questions it asks, most general first. `dimensions` are those of whose members it can tell alone."""

    id: str
    ja: str
    en: str
    for_ja: str
    for_en: str
    panels: tuple[Panel, ...]
    dimensions: tuple[str, ...] = FULL
