"""A report as PPTX: one slide per section with native, editable charts and tables; the notes name every source."""

import io
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from schemas.reporting.model import Report, ReportPanel, Section
from sinks.reports import labels
from sinks.reports.charts import series
from sinks.reports.fonts import PPTX_FAMILY
from sinks.reports.pptx_chart import Box, add_chart

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
MARGIN = Inches(0.5)
INNER = Emu(WIDTH - 2 * MARGIN)
LINE = Inches(0.35)
GAP, ROW, BOTTOM = Inches(0.3), Inches(0.36), Inches(6.95)
MOST_COLUMNS = 6  # of a table beside another panel
DEFINITIONS_PER_SLIDE = 9
INK, SOFT, PAPER = (
    RGBColor(*colour) for colour in ((0x1B, 0x1F, 0x24), (0x57, 0x60, 0x6A), (0xFF, 0xFF, 0xFF))
)


def to_pptx(report: Report) -> bytes:
    """Return the deck in 16:9."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    for number, section in enumerate(report.sections, start=1):
        _add_section(deck, report, section, number)
    for start in range(0, len(report.definitions), DEFINITIONS_PER_SLIDE):
        _add_definitions(deck, report, start)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _add_section(deck: Any, report: Report, section: Section, number: int) -> None:
    slide = _add_slide(deck, report, section.title, number)
    top = Emu(Inches(1.25))
    if section.sentences:
        height = Inches(0.42 * len(section.sentences))
        _add_text(slide, "\n".join(section.sentences), (MARGIN, top, INNER, height), 15)
        top = Emu(top + height + Inches(0.15))
    for panel, box in _places(section, Emu(top)):
        _add_text(slide, panel.title, (box[0], box[1], box[2], LINE), 14)
        body = (box[0], Emu(box[1] + LINE), box[2], Emu(box[3] - LINE))
        if panel.chart and series(panel):
            add_chart(slide, panel, body)
        else:
            _add_table(slide, report, panel, body)
    slide.notes_slide.notes_text_frame.text = _notes(report, section)


def _places(section: Section, top: int) -> Iterator[tuple[ReportPanel, Box]]:
    """Yield the box of each panel: beside each other, or one above the other where a table has many columns."""
    count = max(len(section.panels), 1)
    stacked = any(len(panel.columns) > MOST_COLUMNS for panel in section.panels)
    width = INNER if stacked else Emu((INNER - GAP * (count - 1)) // count)
    height = Emu((BOTTOM - top) // count) if stacked else Emu(BOTTOM - top)
    for at, panel in enumerate(section.panels):
        left = MARGIN if stacked else Emu(MARGIN + at * (width + GAP))
        yield panel, (left, Emu(top + at * height) if stacked else top, width, height)


def _add_slide(deck: Any, report: Report, heading: str, number: int) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])  # title only
    slide.shapes.title.left, slide.shapes.title.top = MARGIN, Inches(0.3)
    slide.shapes.title.width, slide.shapes.title.height = INNER, Inches(0.6)
    frame = slide.shapes.title.text_frame
    frame.text = heading
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    _set_font(frame.paragraphs[0].runs, 26, INK, bold=True)
    _add_text(
        slide, labels.window_line(report), (MARGIN, Inches(0.88), INNER, Inches(0.3)), 11, SOFT
    )
    footer = f"{labels.title(report)}  ·  {number}"
    _add_text(slide, footer, (MARGIN, Inches(7.05), INNER, Inches(0.3)), 10, SOFT)
    return slide


def _add_text(slide: Any, text: str, box: Box, size: int, colour: RGBColor = INK) -> None:
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.word_wrap = True
    frame.text = text
    for paragraph in frame.paragraphs:
        _set_font(paragraph.runs, size, colour)


def _set_font(runs: Any, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    """Set size, colour and the font of Latin, East Asian and complex scripts: python-pptx sets only Latin."""
    for run in runs:
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour
        run.font.name = PPTX_FAMILY
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 no public way to the other scripts
        for tag in ("a:ea", "a:cs"):
            element = properties.makeelement(qn(tag), {"typeface": PPTX_FAMILY})
            properties.append(element)


def _add_table(slide: Any, report: Report, panel: ReportPanel, box: Box) -> None:
    left, top, width, height = box
    room = height // ROW - 2  # for the header and the line below
    rows = panel.rows[:room]
    if not rows:
        _add_text(slide, panel.empty, (left, top, width, LINE), 13, SOFT)
        return
    size = (len(rows) + 1, len(panel.columns))
    shape = slide.shapes.add_table(*size, left, top, width, Emu(ROW * size[0]))
    texts = [[column.label for column in panel.columns]]
    texts += [[labels.cell_text(cell, report.language) for cell in row] for row in rows]
    for row_at, row in enumerate(texts):
        for at, text in enumerate(row):
            cell = shape.table.cell(row_at, at)
            _fill_cell(cell, text, PAPER if row_at == 0 else INK, numeric=panel.columns[at].numeric)
    if len(panel.rows) > room:
        rest = labels.label(report, "more").format(n=len(panel.rows) - room)
        _add_text(slide, rest, (left, Emu(top + ROW * size[0]), width, LINE), 10, SOFT)


def _fill_cell(cell: Any, text: str, colour: RGBColor, *, numeric: bool) -> None:
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if numeric else PP_ALIGN.LEFT
    _set_font(paragraph.runs, 10, colour)


def _notes(report: Report, section: Section) -> str:
    """Return the sources of every number on the slide."""
    lines = [labels.window_line(report)]
    for panel in section.panels:
        lines.append(f"{panel.title}: {labels.source_line(report, panel)}")
        lines += [text for text in (panel.note, panel.link) if text]
    return "\n".join(lines)


def _add_definitions(deck: Any, report: Report, start: int) -> None:
    heading = labels.label(report, "definitions")
    number = len(report.sections) + 1 + start // DEFINITIONS_PER_SLIDE
    slide = _add_slide(deck, report, heading, number)
    chosen = report.definitions[start : start + DEFINITIONS_PER_SLIDE]
    text = "\n".join(f"{entry.name} ({entry.kpi}): {entry.explanation}" for entry in chosen)
    _add_text(slide, text, (MARGIN, Inches(1.3), INNER, Inches(5.5)), 11)
