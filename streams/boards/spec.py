"""The specification of a board: questions, each with its query and how the answer is drawn.

Boards are data. One renderer produces Grafana JSON, the other the local page; neither knows any KPI.
Queries read only views (`v_…`) and take these parameters: `tenant`, `first`, `last` and `as_of` (local days of the tenant, both
inclusive), `before` (the last day of the preceding window of equal length), `dimension` and `member` (whose numbers; `total` and
`all` for the whole company), `minor` (minor units per unit of the tenant's currency).
"""

from dataclasses import dataclass
from typing import Literal

from schemas.cells import FULL_DIMENSIONS, Basis

# tiles: one number per KPI. plot: a funnel plot with control limits. triangle: cohorts by age.
Kind = Literal["tiles", "table", "bar", "stack", "line", "funnel", "plot", "triangle"]
# text, milestone, spending and word (a key of `BREACH_LABELS`, `QUALITY_LABELS` or `RELAY_LABELS`, otherwise a plain name) are names; period is the first day of one; the rest are numbers.
Unit = Literal[
    "text", "milestone", "spending", "word", "kpi", "period", "time", "count", "ratio", "days", "hours", "money",
]  # fmt: skip
Now = Literal["now"]
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
    """One result column, in query order.

    `n` names the column with the sample size; null with fewer cases than `minimum` (0: the panel's) means too few cases.
    `leads` is the board that a member of `dimension` links to; a row with an empty `member` id has no link.
    A hidden column holds only the n of another column, or the id of the row.
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
    """One question. `basis` is the day on which facts count; `now` is for applications in flight.

    `kpis` are the definitions behind the numbers, of tiles and table columns in their order; none if all of them were deleted.
    `minimum_n` is the sample size below which a rate is hidden, `width` is in twelfths. `none` is shown without rows, if that is a result and not
    missing data.
    """

    id: str
    ja: str
    en: str
    kind: Kind
    sql: str
    columns: tuple[Column, ...]
    basis: Basis | Now
    kpis: tuple[str, ...] = ()
    minimum_n: int = 1
    width: int = 6
    note_ja: str = ""
    note_en: str = ""
    none_ja: str = ""
    none_en: str = ""

    @property
    def names(self) -> tuple[Column, ...]:
        """The columns that identify a row."""
        return tuple(column for column in self.columns if column.unit in (*NAMES, "period"))

    @property
    def numbers(self) -> tuple[Column, ...]:
        """The visible numeric columns."""
        return tuple(
            column
            for column in self.columns
            if column.unit not in (*NAMES, "period", "time") and not column.hidden
        )


@dataclass(frozen=True, kw_only=True)
class Board:
    """One audience and its questions, most general first; `dimensions` are those it can be filtered by."""

    id: str
    ja: str
    en: str
    for_ja: str
    for_en: str
    panels: tuple[Panel, ...]
    dimensions: tuple[str, ...] = FULL_DIMENSIONS
