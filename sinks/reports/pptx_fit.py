"""Makes a text fit the placeholder of a template: in the template's own size, or smaller where that has no room."""

from typing import Any

from pptx.util import Inches, Pt

from sinks.reports.text_extents import text_height

MARGIN = Inches(0.2)  # left with right, and above with below
SPACING = 1.25  # of paragraphs, by the lines of their text
SIZES = (28, 24, 20, 18, 16, 14, 12, 11, 10, 9, 8)  # in points
DEFAULT_SIZE = 18.0  # of PowerPoint, where a template names none


def fit_text(shape: Any, text: str) -> None:
    """Set the text of a placeholder; its runs get a size only if the template's own is too large."""
    frame = shape.text_frame
    frame.text = text
    own = inherited_size(shape)
    room = shape.height - MARGIN
    smaller = [own, *(size for size in SIZES if size < own)]
    size = next((size for size in smaller if _height(text, shape.width, size) <= room), SIZES[-1])
    if size == own:
        return
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)


def inherited_size(placeholder: Any) -> float:
    """Return the size in points that layout and master give the first level of a placeholder of texts."""
    layout = placeholder.part.slide_layout
    index = placeholder.placeholder_format.idx
    of_layout = [p._element for p in layout.placeholders if p.placeholder_format.idx == index]  # noqa: SLF001 no public way to styles
    level = ".//a:lstStyle/a:lvl1pPr/a:defRPr/@sz"
    sizes = [size for element in of_layout for size in element.xpath(level)]
    master = layout.slide_master._element  # noqa: SLF001
    sizes += master.xpath("./p:txStyles/p:bodyStyle/a:lvl1pPr/a:defRPr/@sz")
    return float(sizes[0]) / 100 if sizes else DEFAULT_SIZE


def _height(text: str, width: int, size: float) -> float:
    indent = Pt(size)  # of a bullet
    return text_height(text, width - MARGIN - indent, size) * SPACING
