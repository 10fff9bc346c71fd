"""The specification of a board: questions, each with its query and how the answer is drawn.

Boards are data. One renderer produces Grafana JSON, the other the local page; neither knows any KPI.
Queries read only views (`v_…`) and take these parameters: `tenant`, `first`, `last` and `as_of` (local days of the tenant, both
inclusive), `before` (the last day of the preceding window of equal length), `dimension` and `member` (whose numbers; `total` and
`all` for the whole company), `minor` (minor units per unit of the tenant's currency).
"""

from dataclasses import dataclass, replace
from typing import Literal

from schemas.cells import FULL_DIMENSIONS, INTERVIEWER, Basis

# tiles: one number per KPI. plot: a funnel plot with control limits. triangle: cohorts by age.
Kind = Literal["tiles", "table", "bar", "stack", "line", "funnel", "plot", "triangle"]
# text, milestone, spending and word (a key of `words.VALUE_NAMES`, otherwise a plain name) are names; period is the first day of one; the rest are numbers,
# a forecast four of them: mean, low and high of the 80 % interval, probability of the target.
Unit = Literal[
    "text", "milestone", "spending", "word", "kpi", "period", "time", "count", "ratio", "days", "hours", "money", "forecast",
]  # fmt: skip
Now = Literal["now"]
DIMENSIONS = (*FULL_DIMENSIONS, INTERVIEWER)  # dimensions that a board can be filtered by
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
    A count column of a row about one KPI has that KPI's unit, unless it is a `tally` of something else.
    A hidden column holds only the n of another column, or the id of the row. A `page_only` column is last, and not in the SQL.
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
    page_only: bool = False
    tally: bool = False

    @property
    def is_name(self) -> bool:
        """Whether its values are names or dates; the others are numbers."""
        return self.unit in (*NAMES, "period", "time")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One question. `basis` is the day on which facts count; `now` is for applications in flight.

    `kpis` are the definitions behind the numbers, of tiles and table columns in their order; none if all of them were deleted.
    `minimum_n` is the sample size below which a rate is hidden, `width` is in twelfths. `none` is shown without rows, if that is a result and not
    missing data. `own_dimension` is the dimension of its rows, if those can be filtered by that one alone. `answered_by` says what reads the
    rows of the page: its SQL, or `plan_rows`, which knows what no SQL does; Grafana always has the SQL.
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
    own_dimension: str = ""
    answered_by: Literal["sql", "plan"] = "sql"

    @property
    def filtered_by(self) -> tuple[str, ...]:
        """The dimensions by which the panel can be filtered; it shows the whole company on a board filtered by another."""
        if self.own_dimension:
            return (self.own_dimension,)
        return DIMENSIONS if "{member:String}" in self.sql else ()

    def of_sql(self) -> "Panel":
        """Return the panel with the columns of its SQL."""
        columns = tuple(column for column in self.columns if not column.page_only)
        return replace(self, columns=columns)

    @property
    def visible(self) -> tuple[Column, ...]:
        """The columns that readers see."""
        return tuple(column for column in self.columns if not column.hidden)

    @property
    def names(self) -> tuple[Column, ...]:
        """The columns that identify a row."""
        return tuple(column for column in self.columns if column.unit in (*NAMES, "period"))

    @property
    def numbers(self) -> tuple[Column, ...]:
        """The visible numeric columns of its SQL."""
        return tuple(
            column
            for column in self.columns
            if not (column.is_name or column.hidden or column.page_only)
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
