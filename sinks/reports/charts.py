"""Charts of panels as SVG: horizontal bars, stacked columns and lines."""

from collections.abc import Iterator
from typing import Any

import vl_convert

from schemas.reporting.model import ReportCell, ReportPanel
from sinks.reports.fonts import FAMILY, font_directory

WIDTH, HEIGHT, BAR_PX = 420, 220, 30
NUMBER_PX = 36  # room for the number beside a bar
# Okabe and Ito: distinct for readers with any colour vision, ordered so that neighbours differ in lightness.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")
Chart = dict[str, Any]


def draw(panel: ReportPanel, colour: str = COLOURS[0]) -> str:
    """Return the chart of the panel as SVG; an empty string for a table or without a single number. `colour` is that of bars."""
    if panel.chart is None or not series(panel):
        return ""
    vl_convert.register_font_directory(str(font_directory()))
    svg: str = vl_convert.vegalite_to_svg(_specification(panel, colour))
    return svg


def series(panel: ReportPanel) -> dict[str, dict[str, float | None]]:
    """Return the numbers of a chart by series and category; the first column is the category.

    A stack has the series in its second column; otherwise each numeric column is one.
    """
    rows: dict[str, dict[str, float | None]] = {}
    numeric = [at for at, column in enumerate(panel.columns) if column.numeric]
    for row in panel.rows:
        for at in numeric:
            name = row[1].text if panel.chart == "stack" else panel.columns[at].label
            rows.setdefault(name, {})[row[0].text] = number_of(row[at])
    if all(value is None for values in rows.values() for value in values.values()):
        return {}
    return rows


def number_of(cell: ReportCell) -> float | None:
    """Return the number of a cell; None if it has none."""
    return cell.value if isinstance(cell.value, float) else None


def categories(panel: ReportPanel) -> list[str]:
    """Return the categories of a chart in the order of the panel's rows."""
    return list(dict.fromkeys(row[0].text for row in panel.rows))


def percent(panel: ReportPanel) -> bool:
    """Whether the numbers of the chart are rates."""
    return any(
        cell.unit == "ratio"
        for row in panel.rows
        for cell, column in zip(row, panel.columns, strict=True)
        if column.numeric
    )


def _specification(panel: ReportPanel, colour: str) -> Chart:
    by_series = series(panel)
    form = ".0%" if percent(panel) else ",.4~r"
    category = {"field": "category", "type": "nominal", "sort": None, "title": None}
    axis = {"format": form, "tickCount": 4, "labelFontSize": 11}
    if not percent(panel):
        axis["tickMinStep"] = 1
    value = {"field": "value", "type": "quantitative", "title": None, "axis": axis}
    marks = (
        _bars(panel, category, colour)
        if panel.chart in {"bar", "funnel"}
        else _columns(panel, category, value, legend=len(by_series) > 1)
    )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": list(_values(panel))},
        "config": {"font": FAMILY, "view": {"stroke": None}, "axis": {"grid": False}},
    } | marks


def _values(panel: ReportPanel) -> Iterator[dict[str, object]]:
    """Yield the numbers of the chart, each with its text in the panel and the rank of its series."""
    texts = {(row[0].text, cell.value): cell.text for row in panel.rows for cell in row}
    for rank, (name, by_category) in enumerate(series(panel).items()):
        for category, number in by_category.items():
            text = texts.get((category, number), "")
            yield {
                "category": category,
                "series": name,
                "value": number,
                "text": text,
                "rank": rank,
            }


def _bars(panel: ReportPanel, category: Chart, colour: str) -> Chart:
    """Bars with their numbers as tables write them; room for those of negative bars, which would cover the names."""
    bar = {"mark": {"type": "bar", "color": colour}}
    number = {
        "mark": {
            "type": "text",
            "align": {"expr": "datum.value < 0 ? 'right' : 'left'"},
            "dx": {"expr": "datum.value < 0 ? -4 : 4"},
            "fontSize": 12,
        },
        "encoding": {"text": {"field": "text"}},
    }
    below = any(
        value < 0 for values in series(panel).values() for value in values.values() if value
    )
    value = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"padding": NUMBER_PX if below else 0},
    }
    axis = {"labelLimit": 160, "labelFontSize": 12, "ticks": False, "domain": False}
    return {
        "height": {"step": BAR_PX},
        "encoding": {"y": {**category, "axis": axis}, "x": value},
        "layer": [bar, number],
    }


def _columns(panel: ReportPanel, category: Chart, value: Chart, *, legend: bool) -> Chart:
    colour = {
        "field": "series",
        "type": "nominal",
        "sort": None,
        "scale": {"range": list(COLOURS)},
        "legend": {"title": None, "orient": "bottom", "columns": 3, "labelFontSize": 11}
        if legend
        else None,
    }
    # Of lines, the order would be that of their points.
    order = {"order": {"field": "rank"}} if panel.chart == "stack" else {}
    axis = {"labelAngle": 0, "labelOverlap": True, "labelFontSize": 11}
    return {
        "mark": {"type": "line", "point": True}
        if panel.chart == "line"
        else {"type": "bar", "width": {"band": 0.7}},
        "encoding": {"x": {**category, "axis": axis}, "y": value, "color": colour} | order,
    }
