"""How much room a text needs on a slide, by the widths of its characters: nothing may overlap or be clipped."""

from math import ceil
from unicodedata import east_asian_width

# Widths by the font size in DejaVu Sans, the widest of the fonts that take the place of the one a deck names.
NARROW, NARROW_WIDTH = frozenset(" fijlrtI.,:;'!|()[]/-"), 0.42
BROAD, BROAD_WIDTH = frozenset("mwMW%=+@±→×÷"), 0.99
CAPITAL_WIDTH, OTHER_WIDTH = 0.79, 0.64
LINE_HEIGHT = 1.25
POINTS_PER_INCH, EMU_PER_INCH = 72, 914_400


def text_width(text: str, size: float) -> int:
    """Return the width in EMU of one line of text in a font of `size` points."""
    ems = sum(map(_width, text))
    return ceil(ems * size / POINTS_PER_INCH * EMU_PER_INCH)


def _width(char: str) -> float:
    if char in NARROW:
        return NARROW_WIDTH
    if char in BROAD:
        return BROAD_WIDTH
    if east_asian_width(char) in "WFA":
        return 1.0
    return CAPITAL_WIDTH if char.isupper() else OTHER_WIDTH


def line_count(text: str, width: int, size: float) -> int:
    """Return how many lines the text takes in a box of `width` EMU without its margins."""
    lines = text.split("\n")
    return sum(max(1, ceil(text_width(line, size) / max(width, 1))) for line in lines)


def text_height(text: str, width: int, size: float) -> int:
    """Return the height in EMU of the text in such a box, without margins."""
    height = line_count(text, width, size) * size * LINE_HEIGHT
    return ceil(height / POINTS_PER_INCH * EMU_PER_INCH)
