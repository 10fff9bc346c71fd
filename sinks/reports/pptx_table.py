"""Tables of a deck: as many rows as fit with their lines, and how many more there are."""

from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from schemas.reporting.model import Report, ReportPanel
from sinks.reports import labels
from sinks.reports.column_widths import column_widths, whole_widths
from sinks.reports.pptx_chart import Box
from sinks.reports.pptx_marks import mark
from sinks.reports.pptx_text import INK, PAPER, SOFT, add_text, set_font
from sinks.reports.text_extents import text_height

SIZES = (14, 12, 11, 10)  # of the font in points: the largest at which every row fits in one line
SIDES, EDGES, SLACK = (
    Inches(0.2),
    Pt(6),
    Pt(5),
)  # margins of a cell, left with right and above with below; fonts differ
LINE = Inches(0.35)


def add_table(slide: Any, report: Report, panel: ReportPanel, box: Box) -> None:
    """Add the rows that fit into the box, or the text for none."""
    left, top, width, height = box
    if not panel.rows:
        add_text(slide, panel.empty, (left, top, width, LINE), 13, SOFT)
        return
    texts = [[column.label for column in panel.columns]]
    texts += [[labels.cell_text(cell, report.language) for cell in row] for row in panel.rows]
    size, widths, heights = _fit(texts, width, height)
    count = _rows_that_fit(heights, height - LINE)
    shape = slide.shapes.add_table(count, len(widths), left, top, width, sum(heights[:count]))
    mark(shape, "table", panel.id)
    for at, column_width in enumerate(widths):
        shape.table.columns[at].width = Emu(column_width)
    for row_at, row in enumerate(texts[:count]):
        shape.table.rows[row_at].height = Emu(heights[row_at])
        for at, text in enumerate(row):
            cell = shape.table.cell(row_at, at)
            _fill_cell(cell, text, size, INK if row_at else PAPER)
            if panel.columns[at].numeric:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            if row_at == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = RGBColor.from_string(report.brand.colour[1:].upper())
    if len(texts) > count:
        rest = labels.label(report, "more").format(n=len(texts) - count)
        add_text(slide, rest, (left, Emu(top + sum(heights[:count])), width, LINE), size, SOFT)


def _fit(
    texts: Sequence[Sequence[str]], width: int, height: int
) -> tuple[int, list[int], list[int]]:
    """Return the size of the font, the widths of the columns and the heights of the rows."""
    for size in SIZES:
        widths = column_widths(texts, width, size, SIDES + SLACK)
        heights = [row_height(row, widths, size) for row in texts]
        whole = sum(whole_widths(texts, size, SIDES + SLACK)) <= width
        if whole and sum(heights) <= height - LINE:
            break
    return size, widths, heights


def row_height(row: Sequence[str], widths: Sequence[int], size: float) -> int:
    """Return the height of a row whose texts break within their columns."""
    heights = (
        text_height(text, width - SIDES, size) for text, width in zip(row, widths, strict=True)
    )
    return int(EDGES) + max(heights)


def _rows_that_fit(heights: Sequence[int], room: int) -> int:
    """Return how many rows fit; the header and one row always stand."""
    total = 0
    for count, height in enumerate(heights):
        total += height
        if total > room and count > 1:
            return count
    return len(heights)


def _fill_cell(cell: Any, text: str, size: int, colour: RGBColor) -> None:
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.margin_left = cell.margin_right = SIDES // 2
    cell.text = text
    set_font(cell.text_frame.paragraphs[0].runs, size, colour)
