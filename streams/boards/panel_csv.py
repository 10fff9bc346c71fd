"""A panel as CSV: the rows that the page shows, and beside every number its unit, n and interval; each line says of what it is."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas.cells import TOTAL
from schemas.kpis.catalogue import VERSION
from schemas.reporting.model import ReportCell
from schemas.text.languages import Language, translate
from schemas.text.spreadsheet import quote_formula
from schemas.text.units import NO_VALUE
from schemas.text.words import BASES, UNITS, Table
from streams.boards.cells import CellReader
from streams.boards.query import PanelRequest
from streams.boards.spec import Board, Column, Panel
from streams.boards.words import dimension_label

BYTE_ORDER_MARK = "\ufeff"  # spreadsheets read Japanese in UTF-8 only after it
COMPANIONS: Table = {
    "unit": ("単位", "unit"),
    "n": ("n", "n"),
    "low": ("90%区間の下限", "low end of the 90% interval"),
    "high": ("90%区間の上限", "high end of the 90% interval"),
    "forecast_low": ("80%区間の下限", "low end of the 80% interval"),
    "forecast_high": ("80%区間の上限", "high end of the 80% interval"),
    "reach": ("達成確率", "probability of the target"),
}
CONTEXT: Table = {
    "company": ("会社", "Company"),
    "board": ("ボード", "Board"),
    "panel": ("問い", "Question"),
    "member": ("集計範囲", "Scope"),
    "first": ("開始日", "From"),
    "last": ("終了日", "To"),
    "compared": ("比較期間の終了日", "Compared with the days to"),
    "basis": ("基準", "Basis"),
    "definitions": ("定義", "Definitions"),
    "version": ("定義の版", "Version of the definitions"),
    "as_of": ("時点", "As of"),
}


@dataclass(frozen=True, kw_only=True)
class PanelExport:
    """The rows of a panel as its query returned them, of which request, and for which readers.

    `member_name` is the name of the member that the board is filtered by. `as_of` is the instant up to which everything counted is
    in the rows; None without numbers.
    """

    board: Board
    panel: Panel
    request: PanelRequest
    rows: Sequence[Sequence[Any]]
    language: Language
    member_name: str
    as_of: datetime | None

    @property
    def file_name(self) -> str:
        """The name of the file, of ASCII letters; member names stay out of it."""
        request = self.request
        return f"{request.tenant.id}-{self.board.id}-{self.panel.id}-{request.first}-{request.last}.csv"


def panel_csv(export: PanelExport) -> str:
    """Return a header and one line per row, as spreadsheets read them.

    Numbers are exact, in the unit that stands beside them. Where the page says that there are too few cases, so does the line; a
    cell without a value is empty. Texts that look like formulas begin with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    context = _context(export)
    writer.writerow([*_header(export), *context])
    for row in export.rows:
        writer.writerow([*_values(export, row), *context.values()])
    return BYTE_ORDER_MARK + buffer.getvalue()


def _header(export: PanelExport) -> Iterator[str]:
    for column in export.panel.visible:
        title = translate((column.ja, column.en), export.language) or column.name
        yield title
        for name in _companions(export.panel, column):
            yield f"{title}: {translate(COMPANIONS[name], export.language)}"


def _companions(panel: Panel, column: Column) -> Iterator[str]:
    """Yield what stands beside the numbers of a column; nothing beside names."""
    if column.is_name:
        return
    if column.unit == "forecast":
        yield from ("forecast_low", "forecast_high", "reach")
        return
    yield "unit"
    if not column.n:
        return
    if column.n not in {other.name for other in panel.visible}:
        yield "n"
    follows_kpi = column.unit == "count" and any(other.unit == "kpi" for other in panel.columns)
    if column.unit == "ratio" or follows_kpi:
        yield from ("low", "high")


def _values(export: PanelExport, row: Sequence[Any]) -> Iterator[object]:
    """Yield the values of a row, each followed by its companions."""
    panel = export.panel
    cells = CellReader(panel, export.request.tenant, export.language).cells(row)
    for column, cell in zip(panel.visible, cells, strict=True):
        yield _value(cell, is_name=column.is_name)
        if column.unit == "forecast":
            forecast = row[panel.columns.index(column)] or (None,) * 4
            yield from forecast[1:]
            continue
        beside = {
            "unit": translate(UNITS[cell.unit], export.language) if cell.unit in UNITS else "",
            "n": cell.n,
            "low": cell.low,
            "high": cell.high,
        }
        if cell.unit == "money":
            beside["unit"] = export.request.tenant.currency
        yield from (beside[name] for name in _companions(panel, column))


def _value(cell: ReportCell, *, is_name: bool) -> object:
    if is_name:
        return quote_formula(str(cell.value) if cell.unit == "period" else cell.text)
    if isinstance(cell.value, float):
        return int(cell.value) if cell.value.is_integer() else cell.value
    return "" if cell.text == NO_VALUE else cell.text


def _context(export: PanelExport) -> dict[str, str]:
    """Return by title what every line says of the panel as a whole."""
    request, panel, language = export.request, export.panel, export.language
    zone = ZoneInfo(request.tenant.timezone)
    filtered = request.dimension in panel.filtered_by
    compared = request.parameters()["before"] if "{before:Date}" in panel.sql else ""
    texts = {
        "company": request.tenant.name,
        "board": translate((export.board.ja, export.board.en), language),
        "panel": translate((panel.ja, panel.en), language),
        "member": f"{dimension_label(request.dimension, language)}: {export.member_name}"
        if filtered and request.dimension != TOTAL
        else dimension_label(TOTAL, language),
        "first": request.first.isoformat(),
        "last": request.last.isoformat(),
        "compared": str(compared),
        "basis": translate(BASES[panel.basis], language),
        "definitions": " ".join(panel.kpis),
        "version": str(VERSION),
        "as_of": export.as_of.astimezone(zone).isoformat(timespec="seconds")
        if export.as_of
        else "",
    }
    return {translate(CONTEXT[key], language): quote_formula(text) for key, text in texts.items()}
