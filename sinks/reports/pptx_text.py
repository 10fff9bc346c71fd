"""Texts of a deck, with the font set for every script."""

from typing import Any

from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

from sinks.reports.fonts import PPTX_FAMILY
from sinks.reports.pptx_chart import Box

INK, SOFT, PAPER = (
    RGBColor(*colour) for colour in ((0x1B, 0x1F, 0x24), (0x57, 0x60, 0x6A), (0xFF, 0xFF, 0xFF))
)


def add_text(slide: Any, text: str, box: Box, size: int, colour: RGBColor = INK) -> Any:
    """Add a text box and return its shape; its lines become paragraphs."""
    shape = slide.shapes.add_textbox(*box)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.text = text
    for paragraph in frame.paragraphs:
        set_font(paragraph.runs, size, colour)
    return shape


def set_font(runs: Any, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    """Set size, colour and the font of Latin, East Asian and complex scripts: python-pptx sets only Latin."""
    for run in runs:
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour
        run.font.name = PPTX_FAMILY
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 no public way to the other scripts
        for tag in ("a:ea", "a:cs"):
            element = properties.makeelement(qn(tag), {"typeface": PPTX_FAMILY})
            properties.append(element)
