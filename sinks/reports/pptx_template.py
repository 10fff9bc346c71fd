"""A report in a company's own template: each section on the layout of its name, in that layout's placeholders.

A layout is named as a section, by id or title, such as `plan` or 採用計画の予実; `standard` or 標準 serves every section without
its own. Its placeholders are named `text`, `chart` and `table` (本文, グラフ, 表), further ones of a kind `chart 2`, `chart 3`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pptx.util import Emu, Inches

from schemas.errors import Malformed
from schemas.reporting.model import Report, ReportPanel, Section
from sinks.reports import labels
from sinks.reports.charts import series
from sinks.reports.pptx import SENTENCES, TITLE_SIZE, definition_sections, notes
from sinks.reports.pptx_chart import Box, add_chart
from sinks.reports.pptx_fit import fit_text
from sinks.reports.pptx_marks import mark
from sinks.reports.pptx_package import open_pptx, saved
from sinks.reports.pptx_table import add_table
from sinks.reports.pptx_text import add_text
from sinks.reports.text_extents import text_height

SIDES = ("left", "top", "width", "height")
STANDARD = ("standard", "標準")
KINDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "本文"),
    "chart": ("chart", "グラフ"),
    "table": ("table", "表"),
}


def to_templated_pptx(report: Report, template: bytes) -> bytes:
    """Return the deck in the template; raise Malformed with every section for which it has no place."""
    advice = "the file is no PPTX; save the template as .pptx"
    deck = open_pptx(template, "template", advice)
    problems = [line for section in _sections(report) for line in _problems(deck, section)]
    if problems:
        raise Malformed("template", "; ".join(problems))
    _remove_slides(deck)
    for section in _sections(report):
        _add_slide(deck, report, section)
    return saved(deck)


def _sections(report: Report) -> Iterator[Section]:
    yield from report.sections
    yield from definition_sections(report)


def _layout(deck: Any, section: Section) -> Any:
    """Return the section's layout, else the standard one, else None."""
    layouts = {layout.name.strip().casefold(): layout for layout in deck.slide_layouts}
    names = (section.id, section.title, *STANDARD)
    return next((layouts[name.casefold()] for name in names if name.casefold() in layouts), None)


def _problems(deck: Any, section: Section) -> Iterator[str]:
    layout = _layout(deck, section)
    if layout is None:
        yield f"no layout {section.id!r}, {section.title!r} or {STANDARD[0]!r}"
        return
    places = _placeholders(layout)
    for name in _needed(section):
        if name not in places:
            kind, _, number = name.partition(" ")
            words = " or ".join(repr(f"{word} {number}".strip()) for word in KINDS[kind])
            yield f"layout {layout.name!r} has no placeholder {words}"


def _needed(section: Section) -> list[str]:
    """Return the names of the placeholders that the section fills, in the order of its panels."""
    names = ["text"] if section.sentences else []
    return names + list(_places_of_panels(section.panels))


def _places_of_panels(panels: Sequence[ReportPanel]) -> Iterator[str]:
    count = dict.fromkeys(KINDS, 0)
    for panel in panels:
        kind = "chart" if panel.chart else "table"
        count[kind] += 1
        yield kind if count[kind] == 1 else f"{kind} {count[kind]}"


def _placeholders(layout: Any) -> dict[str, int]:
    """Return the index of each placeholder of ours by its English name."""
    places = {}
    for placeholder in layout.placeholders:
        word, _, number = placeholder.name.strip().casefold().partition(" ")
        for kind, words in KINDS.items():
            if word in words:
                places[f"{kind} {number}".strip()] = placeholder.placeholder_format.idx
    return places


def _remove_slides(deck: Any) -> None:
    """Remove the examples that the template has."""
    slides = deck.slides._sldIdLst  # noqa: SLF001 python-pptx cannot remove a slide
    for entry in list(slides):
        deck.part.drop_rel(entry.rId)
        slides.remove(entry)


def _add_slide(deck: Any, report: Report, section: Section) -> None:
    layout = _layout(deck, section)
    slide = deck.slides.add_slide(layout)
    if slide.shapes.title is not None:
        slide.shapes.title.text_frame.text = section.title
    places = _placeholders(layout)
    by_index = {shape.placeholder_format.idx: shape for shape in slide.placeholders}
    shapes = {name: by_index[index] for name, index in places.items() if index in by_index}
    if section.sentences:
        text = "\n".join(section.sentences)
        shape = shapes.pop("text")
        fit_text(shape, text)
        mark(shape, "text", f"{SENTENCES}{section.id}", text)
    for name, panel in zip(_places_of_panels(section.panels), section.panels, strict=True):
        _fill(slide, report, panel, shapes.pop(name))
    for shape in shapes.values():  # readers of the deck would be asked to click there
        _remove(shape)
    slide.notes_slide.notes_text_frame.text = notes(report, section)


def _fill(slide: Any, report: Report, panel: ReportPanel, placeholder: Any) -> None:
    left, top, width, height = (getattr(placeholder, name) for name in SIDES)
    _remove(placeholder)
    title = labels.title_with_basis(report, panel)
    line = text_height(title, width - Inches(0.2), TITLE_SIZE) + int(Inches(0.1))
    add_text(slide, title, (left, top, width, Emu(line)), TITLE_SIZE)
    box: Box = (left, Emu(top + line), width, Emu(height - line))
    if panel.chart and series(panel):
        add_chart(slide, panel, box, report.brand.colour)
    else:
        add_table(slide, report, panel, box)


def _remove(shape: Any) -> None:
    shape._element.getparent().remove(shape._element)  # noqa: SLF001 python-pptx cannot remove a shape
