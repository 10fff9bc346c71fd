"""Decks: whatever the numbers are, nothing leaves its slide or overlaps, and charts keep their data."""

import io
from base64 import b64encode
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_TICK_LABEL_POSITION

from schemas.reporting.model import (
    Brand,
    ChartKind,
    Report,
    ReportCell,
    ReportColumn,
    ReportPanel,
    Section,
)
from sinks.reports.charts import draw
from sinks.reports.column_widths import column_widths, fitting_size, unbreakable, whole_widths
from sinks.reports.html import to_html
from sinks.reports.pdf import to_pdf
from sinks.reports.pptx import to_pptx
from sinks.reports.pptx_table import SIDES
from sinks.reports.text_extents import text_width

WIDTH = 6_000_000
TITLES = st.text("採用支援枠の価値 cases", min_size=1, max_size=60)
TEXTS = st.text("日本語 words 1,234.5%–", min_size=1, max_size=40)


def panel_of(
    rows: list[tuple[str, float]], title: str = "何人か", chart: ChartKind | None = None
) -> ReportPanel:
    """Return a panel of names and numbers."""
    return ReportPanel(
        id="test/panel",
        title=title,
        basis="decision",
        basis_label="判定日",
        columns=(
            ReportColumn(name="name", label="区分", numeric=False),
            ReportColumn(name="value", label="人数", numeric=True),
        ),
        rows=tuple(
            (
                ReportCell(text=name, value=name, unit="text"),
                ReportCell(text=f"{value:,}", value=value, unit="count"),
            )
            for name, value in rows
        ),
        empty="なし",
        chart=chart,
    )


def report_of(
    *panels: ReportPanel, sentences: tuple[str, ...] = (), brand: Brand | None = None
) -> Report:
    """Return a report of one section."""
    day = date(2026, 4, 30)
    return Report(
        tenant="acme",
        company="株式会社サンプル",
        language="ja",
        currency="JPY",
        period="2026-04",
        first=date(2026, 4, 1),
        last=day,
        before_first=date(2026, 3, 2),
        before_last=date(2026, 3, 31),
        as_of=day,
        data_as_of=None,
        definitions_version="1",
        brand=brand or Brand(),
        sections=(Section(id="one", title="要約", sentences=sentences, panels=panels),),
        definitions=(),
    )


def open_deck(report: Report) -> Any:
    """Write and open the deck."""
    return Presentation(io.BytesIO(to_pptx(report)))


def bottom(shape: Any) -> int:
    """Return where the shape ends; of a table the sum of its rows."""
    height = sum(row.height for row in shape.table.rows) if shape.has_table else shape.height
    return int(shape.top + height)


@settings(max_examples=6, phases=[Phase.generate])
@given(
    st.lists(
        st.tuples(TITLES, st.lists(st.tuples(TEXTS, st.floats(0, 1e9)), max_size=30)),
        min_size=1,
        max_size=3,
    ),
    st.lists(TITLES, max_size=4),
)
def test_nothing_overlaps_or_leaves_the_slide(
    panels: list[tuple[str, list[tuple[str, float]]]], sentences: list[str]
) -> None:
    """Long titles, long texts and many rows get their room, or are counted as more."""
    report = report_of(
        *(panel_of(rows, title) for title, rows in panels), sentences=tuple(sentences)
    )
    deck = open_deck(report)
    shapes = list(deck.slides[0].shapes)
    for shape in shapes:
        assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
        assert bottom(shape) <= deck.slide_height
    for one, other in combinations(shapes, 2):
        beside = one.left + one.width <= other.left or other.left + other.width <= one.left
        apart = bottom(one) <= other.top or bottom(other) <= one.top
        assert beside or apart, (one.name, other.name)


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_no_word_is_broken_where_there_is_room(texts: list[list[str]]) -> None:
    """Each column of a table is as wide as its longest word, and together they fill the table."""
    widths = column_widths(texts, 4 * WIDTH, 10, SIDES)

    assert sum(widths) == 4 * WIDTH
    for width, column in zip(widths, zip(*texts, strict=True), strict=True):
        words = [word for text in column for word in unbreakable(text)]
        assert all(text_width(word, 10) <= width - SIDES for word in words)


def test_bars_below_zero_leave_their_names_readable() -> None:
    """Names stand at the edge of the chart, with room for the numbers beside bars below zero; others begin at zero."""
    deck = open_deck(
        report_of(
            panel_of([("応募数", -0.9), ("通過率", 2.5)], chart="bar"),
            panel_of([("応募数", 3.0)], chart="bar"),
        )
    )
    below, above = (shape.chart for shape in deck.slides[0].shapes if shape.has_chart)

    assert below.category_axis.tick_label_position == XL_TICK_LABEL_POSITION.LOW
    assert below.value_axis.minimum_scale < -1.2
    assert above.value_axis.minimum_scale == 0


def test_a_bar_has_its_number_as_tables_write_it() -> None:
    """The chart of HTML and PDF writes the text of the cell, not the digits of the computer."""
    picture = draw(panel_of([("応募数", -1234.5)], chart="bar"))

    assert "-1,234.5<" in picture


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_table_is_written_as_large_as_fits(texts: list[list[str]]) -> None:
    """No text breaks in the chosen size, unless it does in the smallest one too; the next larger size would break one."""
    sizes = (14, 12, 11, 10)
    size = fitting_size(texts, 2 * WIDTH, sizes, SIDES)
    fits = {each: sum(whole_widths(texts, each, SIDES)) <= 2 * WIDTH for each in sizes}

    assert fits[size] or not fits[sizes[-1]]
    assert not any(fits[larger] for larger in sizes if larger > size)


def test_an_edited_chart_keeps_its_data() -> None:
    """Its workbook has the numbers, and a deck with other numbers opens with those."""
    deck = open_deck(report_of(panel_of([("応募数", 4.0), ("採用", 1.0)], chart="bar")))
    (chart,) = (shape.chart for shape in deck.slides[0].shapes if shape.has_chart)
    assert chart.part.chart_workbook.xlsx_part is not None
    data = CategoryChartData()
    data.categories = ["応募数", "採用"]
    data.add_series("人数", [5, 2])
    chart.replace_data(data)
    buffer = io.BytesIO()
    deck.save(buffer)

    again = Presentation(io.BytesIO(buffer.getvalue()))
    (chart,) = (shape.chart for shape in again.slides[0].shapes if shape.has_chart)
    assert list(chart.plots[0].series[0].values) == [5, 2]


@pytest.mark.parametrize("size", [(400, 120), (100, 400)])
def test_the_logo_keeps_its_proportions(size: tuple[int, int]) -> None:
    """It stands in every format, and the company's colour with it."""
    image = io.BytesIO()
    Image.new("RGB", size, "red").save(image, "png")
    logo = f"data:image/png;base64,{b64encode(image.getvalue()).decode()}"
    report = report_of(panel_of([("採用", 1.0)]), brand=Brand(colour="#0b6e4f", logo=logo))
    pictures = [shape for shape in open_deck(report).slides[0].shapes if shape.shape_type == 13]
    page = to_html(report)

    assert pictures[0].width / pictures[0].height == pytest.approx(size[0] / size[1], rel=0.01)
    assert logo in page and "#0b6e4f" in page
    assert to_pdf(report).startswith(b"%PDF")
