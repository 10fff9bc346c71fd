"""Charts of a deck: native, so that readers can edit their data in PowerPoint."""

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.util import Pt

from schemas.reporting.model import ChartKind, ReportPanel
from sinks.reports.charts import COLOURS, categories, percent, series
from sinks.reports.fonts import PPTX_FAMILY
from sinks.reports.pptx_marks import mark

Box = tuple[int, int, int, int]  # left, top, width and height in EMU
WHOLE_STEPS_FROM = 5  # an axis that reaches this has no step below 1
CHARTS: dict[ChartKind, Any] = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "funnel": XL_CHART_TYPE.BAR_CLUSTERED,
    "stack": XL_CHART_TYPE.COLUMN_STACKED,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}


def add_chart(slide: Any, panel: ReportPanel, box: Box, colour: str) -> None:
    """Add the chart of a panel to a slide; `panel.chart` is its kind, `colour` that of its first series."""
    if panel.chart is None:
        return
    shape = slide.shapes.add_chart(CHARTS[panel.chart], *box, chart_data(panel))
    mark(shape, "chart", panel.id)
    chart = shape.chart
    chart.font.name, chart.font.size = PPTX_FAMILY, Pt(11)
    chart.has_title = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.tick_labels.number_format = _axis_format(panel)
    chart.value_axis.tick_labels.number_format_is_linked = False
    chart.has_legend = len(series(panel)) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    if _has_negative(panel):
        chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        chart.value_axis.minimum_scale = _room_below(panel)
    elif panel.chart != "line":
        chart.value_axis.minimum_scale = 0  # the length of a bar is its value
    if panel.chart in {"bar", "funnel"}:
        chart.category_axis.reverse_order = True
        chart.value_axis.visible = False
        chart.plots[0].has_data_labels, chart.plots[0].gap_width = True, 40
    for at, plot_series in enumerate(chart.plots[0].series):
        _paint(plot_series.format, panel.chart, COLOURS[at % len(COLOURS)] if at else colour)


def chart_data(panel: ReportPanel) -> CategoryChartData:
    """Return what a reader of the deck sees when editing the chart."""
    data = CategoryChartData(number_format=_number_format(panel))
    data.categories = categories(panel)
    for name, values in series(panel).items():
        data.add_series(name, [values.get(category) for category in categories(panel)])
    return data


def _numbers(panel: ReportPanel) -> list[float]:
    by_series = series(panel).values()
    return [value for values in by_series for value in values.values() if value is not None]


def _number_format(panel: ReportPanel) -> str:
    if percent(panel):
        return "0%"
    whole = all(value == round(value) for value in _numbers(panel))
    return "#,##0" if whole else "#,##0.0"


def _axis_format(panel: ReportPanel) -> str:
    """Return the format of an axis: without decimals where its steps are whole."""
    steps_are_whole = max(map(abs, _numbers(panel)), default=0) >= WHOLE_STEPS_FROM
    return "#,##0" if steps_are_whole and not percent(panel) else _number_format(panel)


def _has_negative(panel: ReportPanel) -> bool:
    return any(value < 0 for value in _numbers(panel))


def _room_below(panel: ReportPanel) -> float:
    """Return where an axis begins, so that the number of the longest negative bar covers no name."""
    low, high = min(_numbers(panel)), max(_numbers(panel))
    return low - (high - low) * 0.15


def _paint(form: Any, kind: ChartKind, colour: str) -> None:
    rgb = RGBColor.from_string(colour[1:].upper())
    if kind == "line":
        form.line.color.rgb = rgb
        return
    form.fill.solid()
    form.fill.fore_color.rgb = rgb
