"""The colours of the charts' series are seen on their card, and told apart by readers without green receptors."""

import itertools
import re

import pytest

from streams.boards.static_files import STATIC

Colour = tuple[float, float, float]
# Linear sRGB as a deuteranope sees it (Machado, Oliveira and Fernandes 2009, severity 1), and to CIE XYZ under D65.
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))  # fmt: skip
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))  # fmt: skip
WHITE = (0.95047, 1.0, 1.08883)
CONTRAST = 3.0  # of graphics, WCAG 2.2 criterion 1.4.11
DIFFERENCE = 15.0  # CIE76 between any two series


def palettes() -> list[tuple[str, list[str]]]:
    """Return the card and the series of every theme of the style sheet."""
    css = (STATIC / "board.css").read_text()
    blocks = re.findall(r"\{([^{}]*--series:[^{}]*)\}", css)
    return [
        (
            re.findall(r"--card: (#\w+)", block)[0],
            re.findall(r"--series: ([^;]+)", block)[0].split(),
        )
        for block in blocks
    ]


def linear(text: str) -> Colour:
    """Return the linear sRGB of `#rrggbb` or `#rgb`."""
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    parts = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def times(matrix: tuple[Colour, ...], colour: Colour) -> Colour:
    """Multiply a matrix with a colour."""
    first, second, third = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return first, second, third


def lab(colour: Colour) -> Colour:
    """Return CIE L*a*b* of linear sRGB."""
    ratios = (max(0.0, x) / w for x, w in zip(times(TO_XYZ, colour), WHITE, strict=True))
    x, y, z = (r ** (1 / 3) if r > 0.008856 else 7.787 * r + 16 / 116 for r in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Colour, other: Colour) -> float:
    """Return how far apart two colours look (CIE76)."""
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


@pytest.mark.parametrize(("card", "series"), palettes())
def test_series_are_told_apart(card: str, series: list[str]) -> None:
    """Every series has a contrast of 3 to its card, and differs from every other, also for deuteranopes."""
    ground = times(TO_XYZ, linear(card))[1]
    for colour in series:
        lighter, darker = sorted((ground, times(TO_XYZ, linear(colour))[1]), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= CONTRAST, colour
    for one, other in itertools.combinations(map(linear, series), 2):
        seen = [times(DEUTERANOPIA, colour) for colour in (one, other)]
        assert min(difference(one, other), difference(*seen)) >= DIFFERENCE


def test_both_themes_and_print_have_a_palette() -> None:
    """Light, dark (chosen and preferred) and print have the same number of series."""
    assert [len(series) for _, series in palettes()] == [7, 7, 7, 7]
