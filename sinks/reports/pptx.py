"""A report as PPTX: one slide per section with native, editable charts and tables; the notes name every source."""

import io
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches

from schemas.reporting.model import Report, ReportPanel, Section
from sinks.reports import labels
from sinks.reports.charts import series
from sinks.reports.pptx_chart import Box, add_chart
from sinks.reports.pptx_marks import mark
from sinks.reports.pptx_package import saved
from sinks.reports.pptx_table import add_table
from sinks.reports.pptx_text import SOFT, add_text, set_font
from sinks.reports.text_extents import text_height

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
MARGIN = Inches(0.5)
INNER = Emu(WIDTH - 2 * MARGIN)
GAP, BOTTOM = Inches(0.3), Inches(6.95)
LOGO_WIDTH, LOGO_HEIGHT = Inches(1.8), Inches(0.45)
TITLE_SIZE = 14  # of a panel, in points
FEW_SENTENCES = 3
MOST_COLUMNS = 6  # of a table beside another panel
DEFINITIONS_PER_SLIDE = 9
# Ids of the marks of texts; that of the sentences is followed by their section.
SENTENCES, WINDOW, FOOTER = "sentences/", "window", "footer"


def to_pptx(report: Report) -> bytes:
    """Return the deck in 16:9."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    for number, section in enumerate(report.sections, start=1):
        add_section(deck, report, section, number)
    for number, section in enumerate(definition_sections(report), start=len(report.sections) + 1):
        _add_definitions(deck, report, section, number)
    return saved(deck)


def add_section(deck: Any, report: Report, section: Section, number: int) -> None:
    """Add the slide of a section; `number` is that of its page."""
    slide = _add_slide(deck, report, section.title, number)
    top = Emu(Inches(1.25))
    if section.sentences:
        text = "\n".join(section.sentences)
        size = 15 if len(section.sentences) <= FEW_SENTENCES else 13
        height = Emu(text_height(text, INNER - Inches(0.2), size) + Inches(0.12))
        shape = add_text(slide, text, (MARGIN, top, INNER, height), size)
        mark(shape, "text", f"{SENTENCES}{section.id}", text)
        top = Emu(top + height + Inches(0.1))
    places = list(_places(section, Emu(top)))
    titles = {panel.id: labels.title_with_basis(report, panel) for panel in section.panels}
    line = max((_title_height(titles[panel.id], box) for panel, box in places), default=0)
    for panel, box in places:
        add_text(slide, titles[panel.id], (box[0], box[1], box[2], Emu(line)), TITLE_SIZE)
        body = (box[0], Emu(box[1] + line), box[2], Emu(box[3] - line))
        if panel.chart and series(panel):
            add_chart(slide, panel, body, report.brand.colour)
        else:
            add_table(slide, report, panel, body)
    slide.notes_slide.notes_text_frame.text = notes(report, section)


def _title_height(title: str, box: Box) -> int:
    return text_height(title, box[2] - Inches(0.2), TITLE_SIZE) + int(Inches(0.1))


def _places(section: Section, top: int) -> Iterator[tuple[ReportPanel, Box]]:
    """Yield the box of each panel: two beside each other, a third below the second; stacked where a table has many columns."""
    if any(len(panel.columns) > MOST_COLUMNS for panel in section.panels):
        yield from zip(
            section.panels, _stack(len(section.panels), (MARGIN, top, INNER)), strict=True
        )
        return
    columns = [section.panels[:1], section.panels[1:]] if section.panels[1:] else [section.panels]
    width = (INNER - GAP * (len(columns) - 1)) // len(columns)
    for at, panels in enumerate(columns):
        place = (MARGIN + at * (width + GAP), top, width)
        yield from zip(panels, _stack(len(panels), place), strict=True)


def _stack(count: int, place: tuple[int, int, int]) -> Iterator[Box]:
    """Yield boxes of the same height, one above the other, from `place` (left, top and width) to the bottom."""
    left, top, width = place
    height = (BOTTOM - top) // max(count, 1)
    for at in range(count):
        yield Emu(left), Emu(top + at * height), Emu(width), Emu(height)


def _add_slide(deck: Any, report: Report, heading: str, number: int) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])  # title only
    slide.shapes.title.left, slide.shapes.title.top = MARGIN, Inches(0.3)
    slide.shapes.title.width = Emu(INNER - LOGO_WIDTH - GAP)
    slide.shapes.title.height = Inches(0.56)
    frame = slide.shapes.title.text_frame
    frame.text = heading
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    set_font(
        frame.paragraphs[0].runs,
        26,
        RGBColor.from_string(report.brand.colour[1:].upper()),
        bold=True,
    )
    _add_logo(slide, report)
    window, footer = labels.window_line(report), f"{labels.title(report)}  ·  {number}"
    shape = add_text(slide, window, (MARGIN, Inches(0.88), INNER, Inches(0.3)), 11, SOFT)
    mark(shape, "text", WINDOW, window)
    shape = add_text(slide, footer, (MARGIN, Inches(7.05), INNER, Inches(0.3)), 10, SOFT)
    mark(shape, "text", FOOTER, footer)
    return slide


def _add_logo(slide: Any, report: Report) -> None:
    """Place the logo at the top right, in its own proportions."""
    if not report.brand.logo:
        return
    image = io.BytesIO(b64decode(report.brand.logo.partition(",")[2]))
    picture = slide.shapes.add_picture(image, 0, Inches(0.3), height=LOGO_HEIGHT)
    if picture.width > LOGO_WIDTH:
        picture.height = Emu(picture.height * LOGO_WIDTH // picture.width)
        picture.width = LOGO_WIDTH
    picture.left = Emu(WIDTH - MARGIN - picture.width)


def notes(report: Report, section: Section) -> str:
    """Return the sources of every number on the slide."""
    lines = [labels.window_line(report)]
    for panel in section.panels:
        lines.append(f"{panel.title}: {labels.source_line(report, panel)}")
        lines += [text for text in (panel.note, panel.link) if text]
    return "\n".join(lines)


def definition_sections(report: Report) -> Iterator[Section]:
    """Yield the appendix: definitions as sentences, as many as a slide has room for."""
    for start in range(0, len(report.definitions), DEFINITIONS_PER_SLIDE):
        entries = report.definitions[start : start + DEFINITIONS_PER_SLIDE]
        lines = (f"{entry.name} ({entry.kpi}): {entry.explanation}" for entry in entries)
        heading = labels.label(report, "definitions")
        yield Section(id="definitions", title=heading, sentences=tuple(lines), panels=())


def _add_definitions(deck: Any, report: Report, section: Section, number: int) -> None:
    slide = _add_slide(deck, report, section.title, number)
    add_text(slide, "\n".join(section.sentences), (MARGIN, Inches(1.3), INNER, Inches(5.5)), 11)
