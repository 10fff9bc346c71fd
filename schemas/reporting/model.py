"""A report as data: every number with its text, sample size, basis, definition and the board on which it stands."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.cells import Basis
from schemas.events.application import FrozenModel
from schemas.text.languages import Language

Share = Annotated[float, Field(ge=0, le=1)]
ChartKind = Literal["bar", "stack", "line", "funnel"]


class ReportCell(FrozenModel):
    """One value of a panel: `text` as readers see it, `value` as the view returned it; None is no number.

    `n` is the sample size behind the value. `low` and `high` are the 90 % Jeffreys interval of a rate, None elsewhere.
    """

    text: str
    value: str | float | None
    unit: str
    n: int | None = None
    kpi: str = ""
    low: Share | None = None
    high: Share | None = None


class ReportColumn(FrozenModel):
    """A visible column: `name` in the query, `label` for readers; `numeric` columns are aligned right."""

    name: str
    label: str
    numeric: bool


class ReportPanel(FrozenModel):
    """One question with its answer. `rows` have a cell per column; `empty` is the text shown without rows.

    `basis` is the day on which facts count and `basis_label` its name. `link` leads to the live panel, and is empty if the
    report was made without a board. `kpis` are the ids of the definitions behind the numbers. `chart` says how it is drawn.
    """

    id: str
    title: str
    basis: Basis | Literal["now"]
    basis_label: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[ReportCell, ...], ...]
    empty: str
    note: str = ""
    link: str = ""
    kpis: tuple[str, ...] = ()
    chart: ChartKind | None = None


class Section(FrozenModel):
    """One slide: a title, the sentences that the numbers allow, and the panels they rest on."""

    id: str
    title: str
    sentences: tuple[str, ...]
    panels: tuple[ReportPanel, ...]


class Definition(FrozenModel):
    """The definition of a KPI that the report shows."""

    kpi: str
    name: str
    explanation: str


class Brand(FrozenModel):
    """A company's colour as #rrggbb, and its logo as a data URI of a PNG or an empty text."""

    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] = "#0072b2"
    logo: Annotated[str, Field(pattern="^(data:image/png;base64,[A-Za-z0-9+/=]+)?$")] = ""


class Report(FrozenModel):
    """A report of one company and period, in one language; all days are the company's and included.

    `before_first` to `before_last` is the preceding window of equal length, with which numbers are compared. `as_of` is the
    last day that was counted, before `last` if the period still runs. `data_as_of` is when the last event arrived. `epoch` is
    the one whose cells were read: another epoch is another configuration. A report that is issued again has a higher `version`.
    """

    tenant: str
    company: str
    language: Language
    currency: str
    period: str
    first: date
    last: date
    before_first: date
    before_last: date
    as_of: date
    data_as_of: datetime | None
    definitions_version: str
    epoch: int = 0
    version: int = 1
    brand: Brand = Brand()
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]

    @property
    def running(self) -> bool:
        """Whether the period had not ended when it was counted."""
        return self.as_of < self.last
