"""Tables of a deck: as many rows as fit with their lines, and how many more there are."""

import re
from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from schemas.reporting.model import Report, ReportPanel
from sinks.reports import labels
from sinks.reports.pptx_chart import Box
from sinks.reports.pptx_marks import mark
from sinks.reports.pptx_text import INK, PAPER, SOFT, add_text, set_font
from sinks.reports.text_extents import text_height, text_width

SIZE = 10  # of the font, in points
SIDES, EDGES = Inches(0.2), Pt(6)  # margins of a cell, left with right and above with below
LINE = Inches(0.35)
WORD = re.compile(r"[!-~¥€£–]+|[^!-~¥€£–\s]")


def add_table(slide: Any, report: Report, panel: ReportPanel, box: Box) -> None:
    """Add the rows that fit into the box, or the text for none."""
    left, top, width, height = box
    if not panel.rows:
        add_text(slide, panel.empty, (left, top, width, LINE), 13, SOFT)
        return
    texts = [[column.label for column in panel.columns]]
    texts += [[labels.cell_text(cell, report.language) for cell in row] for row in panel.rows]
    widths = column_widths(texts, width)
    heights = [row_height(row, widths) for row in texts]
    count = _rows_that_fit(heights, height - LINE)
    shape = slide.shapes.add_table(count, len(widths), left, top, width, sum(heights[:count]))
    mark(shape, "table", panel.id)
    for at, column_width in enumerate(widths):
        shape.table.columns[at].width = Emu(column_width)
    for row_at, row in enumerate(texts[:count]):
        shape.table.rows[row_at].height = Emu(heights[row_at])
        for at, text in enumerate(row):
            cell = shape.table.cell(row_at, at)
            _fill_cell(cell, text, INK if row_at else PAPER, numeric=panel.columns[at].numeric)
            if row_at == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = RGBColor.from_string(report.brand.colour[1:].upper())
    if len(texts) > count:
        rest = labels.label(report, "more").format(n=len(texts) - count)
        add_text(slide, rest, (left, Emu(top + sum(heights[:count])), width, LINE), SIZE, SOFT)


def column_widths(texts: Sequence[Sequence[str]], width: int) -> list[int]:
    """Divide the width: every column has room for its longest word, the rest goes by the longest text."""
    columns = list(zip(*texts, strict=True))
    words = [
        SIDES + max(text_width(word, SIZE) for text in column for word in unbreakable(text))
        for column in columns
    ]
    wishes = [SIDES + max(text_width(text, SIZE) for text in column) for column in columns]
    if sum(words) >= width:
        widths = [word * width // sum(words) for word in words]
    else:
        more = [wish - word for wish, word in zip(wishes, words, strict=True)]
        spare = width - sum(words)
        share = [part * spare // sum(more) if sum(more) else spare // len(more) for part in more]
        widths = [word + part for word, part in zip(words, share, strict=True)]
    return [*widths[:-1], width - sum(widths[:-1])]


def unbreakable(text: str) -> list[str]:
    """Return the parts within which no line breaks: Latin words and numbers, each Japanese character."""
    return WORD.findall(text) or [""]


def row_height(row: Sequence[str], widths: Sequence[int]) -> int:
    """Return the height of a row whose texts break within their columns."""
    heights = (
        text_height(text, width - SIDES, SIZE) for text, width in zip(row, widths, strict=True)
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


def _fill_cell(cell: Any, text: str, colour: RGBColor, *, numeric: bool) -> None:
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.margin_left = cell.margin_right = SIDES // 2
    cell.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if numeric else PP_ALIGN.LEFT
    set_font(paragraph.runs, SIZE, colour)
