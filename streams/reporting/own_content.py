"""What a section shows beside the panels of boards: panels and sentences of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.cells import Basis
from schemas.reporting.model import ChartKind, ReportCell, ReportColumn, ReportPanel
from schemas.text.languages import Words, translate
from schemas.text.words import BASES
from streams.reporting.request import ReportRequest

FIRST_DAY = """
select min(day), count()
from v_cells
where tenant = {tenant:String} and dimension = 'total' and basis = 'decision'
"""


@dataclass(frozen=True, kw_only=True)
class OwnContent:
    """Panels that no board has, and sentences about them."""

    panels: tuple[ReportPanel, ...] = ()
    sentences: tuple[str, ...] = ()


ContentReader = Callable[[Any, ReportRequest], OwnContent]


@dataclass(frozen=True, kw_only=True)
class OwnPanel:
    """The specification of such a panel; `columns` are name, label and whether they are numbers."""

    id: str
    title: Words
    columns: Sequence[tuple[str, Words, bool]]
    empty: Words
    note: Words = ("", "")
    basis: Basis = "decision"
    chart: ChartKind | None = None
    kpis: tuple[str, ...] = ()

    def filled(self, request: ReportRequest, rows: Sequence[Sequence[ReportCell]]) -> ReportPanel:
        """Return the panel with these rows."""
        language = request.language
        return ReportPanel(
            id=self.id,
            title=translate(self.title, language),
            basis=self.basis,
            basis_label=translate(BASES[self.basis], language),
            columns=tuple(
                ReportColumn(name=name, label=translate(words, language), numeric=numeric)
                for name, words, numeric in self.columns
            ),
            rows=tuple(tuple(row) for row in rows),
            empty=translate(self.empty, language),
            note=translate(self.note, language),
            kpis=self.kpis,
            chart=self.chart,
        )


def text_cell(text: str) -> ReportCell:
    """Return a cell with a name."""
    return ReportCell(text=text, value=text, unit="text")


def first_day(client: Any, request: ReportRequest) -> date:
    """Return the first day with any number; the day after the period if there is none."""
    rows = client.query(FIRST_DAY, parameters={"tenant": request.tenant.id}).result_rows
    first: date = rows[0][0] if rows[0][1] else request.days.last + timedelta(days=1)
    return first
