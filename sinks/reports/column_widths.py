"""How wide the columns of a table are: every one has room for its longest word, the rest goes by the longest text."""

import re
from collections.abc import Sequence

from sinks.reports.text_extents import text_width

# Latin words and numbers; Japanese breaks anywhere, but a short name is not read in two lines.
WORD = re.compile(r"[!-~¥€£–]+|[^!-~¥€£–\s]{1,6}")


def column_widths(texts: Sequence[Sequence[str]], width: int, size: float, sides: int) -> list[int]:
    """Divide `width` EMU among the columns of rows in a font of `size` points; `sides` are the margins of a cell with some slack."""
    words = [
        sides + max(text_width(word, size) for text in column for word in unbreakable(text))
        for column in zip(*texts, strict=True)
    ]
    wishes = whole_widths(texts, size, sides)
    if sum(words) >= width:
        widths = [word * width // sum(words) for word in words]
    else:
        more = [wish - word for wish, word in zip(wishes, words, strict=True)]
        spare = width - sum(words)
        share = [part * spare // sum(more) if sum(more) else spare // len(more) for part in more]
        widths = [word + part for word, part in zip(words, share, strict=True)]
    return [*widths[:-1], width - sum(widths[:-1])]


def whole_widths(texts: Sequence[Sequence[str]], size: float, sides: int) -> list[int]:
    """Return the width in EMU with which no text of a column breaks."""
    return [
        sides + max(text_width(text, size) for text in column)
        for column in zip(*texts, strict=True)
    ]


def fitting_size(
    texts: Sequence[Sequence[str]], width: int, sizes: Sequence[float], sides: int
) -> float:
    """Return the first of the sizes in which no text of the rows breaks, otherwise the last."""
    fitting = (size for size in sizes if sum(whole_widths(texts, size, sides)) <= width)
    return next(fitting, sizes[-1])


def unbreakable(text: str) -> list[str]:
    """Return the parts that stand in one line where there is room."""
    return WORD.findall(text) or [""]
