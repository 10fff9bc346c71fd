"""The chart of a breach as SVG: a bar per week and a line at what it is compared with. The page has the numbers as text too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from schemas.alerting.chart import Week

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 250, 8, 26, 52
LONGEST_LABEL = (
    6  # characters of a value that fit above each bar; of longer ones only the last is written
)


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Weeks with their values as texts, and the line's value with its text."""

    weeks: Sequence[Week]
    texts: Sequence[str]
    line: float
    line_text: str


def draw_svg(bars: Bars) -> str:
    """Return the chart; empty without a value above 0. Bars of weeks without a value are left out."""
    highest = max([bars.line, *(week.value or 0.0 for week in bars.weeks)], default=0.0)
    if not bars.weeks or highest <= 0:
        return ""
    parts = "".join([*_bars(bars, highest), *_line(bars, highest)])
    return f'<svg class="weeks" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{parts}</svg>'


def _y(value: float, highest: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / highest


def _bars(bars: Bars, highest: float) -> Iterator[str]:
    crowded = max(map(len, bars.texts)) > LONGEST_LABEL
    step = (WIDTH - 2 * LEFT) / len(bars.weeks)
    for number, (week, text) in enumerate(zip(bars.weeks, bars.texts, strict=True)):
        middle = LEFT + step * (number + 0.5)
        yield _text(middle, HEIGHT - 7, _day(week.last))
        if week.value is not None:
            top = _y(max(week.value, 0.0), highest)
            left, width, height = middle - step * 0.3, step * 0.6, HEIGHT - BOTTOM - top
            yield f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
            if not crowded:
                yield _text(middle, top - 5, text)
            elif number == len(bars.weeks) - 1:
                yield f'<text x="{WIDTH - LEFT}" y="{top - 5:.1f}" text-anchor="end">{escape(text)}</text>'


def _line(bars: Bars, highest: float) -> Iterator[str]:
    y = _y(bars.line, highest)
    yield f'<line x1="{LEFT}" x2="{WIDTH - LEFT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield f'<text class="target" x="{LEFT}" y="20">– – {escape(bars.line_text)}</text>'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"
