"""Vega-Lite charts of panels, over rows that the page supplies with names in the reader's language.

The page adds to each row `_say` (tooltip text), `_text` (label beside a bar), `_at` (bar length), `_chosen` (whether the board
is filtered to this row), `_part` (whether its period is not whole), `_member` (the id that a click follows), `_colour` and
`_name` of the points of a plot, and for stacks `_rank` (order of the series).
"""

from typing import Any

from babel.dates import get_month_names

from schemas.text.languages import translate
from schemas.text.units import MYRIADS
from streams.boards.spec import Column, Panel

HEIGHT = 232
PLOT_HEIGHT = 360
NUMBER_FORMATS = {"ratio": ".0%", "count": ",.4~r", "days": ",.3~r", "hours": ",.3~r"}
# Parsed from the ISO text: a Date object could fall on another day in another time zone.
_MONTH, _DAY = "toNumber(slice(datum.value, 5, 7))", "toNumber(slice(datum.value, 8, 10))"
# The first day of a week by language: the name of the month only where days are written with it.
_WEEKS = (f"{_MONTH} + '/' + {_DAY}", f"{{month}} + ' ' + {_DAY}")
MAX_BAR_PX = 24  # so that a few bars do not become blocks
MIN_CELL_PX = 11  # below this height a cell shows no number
Chart = dict[str, Any]


def chart(panel: Panel, language: str) -> Chart | None:
    """Return the chart specification without colours; None for tiles and tables."""
    build = BUILDERS.get(panel.kind)
    if build is None:
        return None
    spec = build(panel, language)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"name": "rows"},
        "width": "container",
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        **spec,
    }


def _title(column: Column, language: str) -> str:
    return translate((column.ja, column.en), language)


def _period_label(grain: str, language: str) -> str:
    """Return the expression for the label of a month, or of a week by its first day."""
    names = ",".join(
        f"'{name}'" for name in get_month_names("abbreviated", locale=language).values()
    )
    month = f"[{names}][{_MONTH} - 1]"
    return month if grain == "month" else translate(_WEEKS, language).format(month=month)


def _money_label(language: str) -> str:
    """Return the expression for an amount: in myriads where readers count by them, otherwise with an SI prefix."""
    if not MYRIADS[language]:
        return "format(datum.value, '~s')"
    _, divisor, word, _ = MYRIADS[language][-1]
    return f"datum.value >= {divisor:.0f} ? format(datum.value / {divisor:.0f}, ',.4~r') + '{word}' : format(datum.value, ',')"


def _axis(column: Column, language: str) -> Chart:
    axis = {"title": None, "tickCount": 5, "grid": True}
    if column.unit == "money":
        return axis | {"labelExpr": _money_label(language)}
    tick = {"tickMinStep": 1} if column.unit == "count" else {}
    return axis | tick | {"format": NUMBER_FORMATS.get(column.unit, ",")}


def _bar(panel: Panel, language: str) -> Chart:
    category = next(column for column in panel.names if not column.hidden)
    y = {"field": category.name, "type": "nominal", "sort": None, "title": None}
    x = {"field": "_at", "type": "quantitative", "axis": None, "scale": {"nice": False}}
    return {
        "encoding": {"y": y | {"axis": {"labelLimit": 150, "ticks": False, "domain": False}}},
        "layer": [
            {
                "mark": {
                    "type": "bar",
                    **({"cursor": "pointer"} if category.leads else {}),
                    "cornerRadiusEnd": 3,
                    "height": {"expr": f"min({MAX_BAR_PX}, bandwidth('y') * 0.72)"},
                },
                "encoding": {"x": x, "tooltip": {"field": "_say"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
                "encoding": {"x": x, "text": {"field": "_text"}},
            },
        ],
    }


def _period(panel: Panel, language: str, **more: Any) -> Chart:
    period = panel.columns[0]
    grain = "month" if period.en == "Month" else "week"
    label_expr = _period_label(grain, language)
    axis = {
        "title": None,
        "labelExpr": label_expr,
        "labelAngle": 0,
        "labelOverlap": "parity",
        "labelSeparation": 5,
    }
    return {"field": period.name, "type": "ordinal", "axis": axis, **more}


def _line(panel: Panel, language: str) -> Chart:
    numbers = panel.numbers
    titles = [_title(column, language) for column in numbers]
    axis = _axis(numbers[0], language)
    pairs = [[column.name, title] for column, title in zip(numbers, titles, strict=True)]
    series_names = " : ".join(f"datum.key === '{name}' ? '{title}'" for name, title in pairs)
    series = {"field": "series", "type": "nominal", "sort": titles}
    scale = {"domain": titles, "range": [[1, 0], [5, 4]][: len(titles)]}
    dashes = {**series, "scale": scale}
    return {
        "transform": [
            {"fold": [column.name for column in numbers], "as": ["key", "drawn"]},
            {"calculate": f"{series_names} : ''", "as": "series"},
        ],
        "encoding": {
            "x": _period(panel, language, scale={"type": "point", "padding": 0.3}),
            "y": {"field": "drawn", "type": "quantitative", "axis": axis, "scale": {"zero": True}},
            "color": {**series, "legend": STROKE_LEGEND},
            "tooltip": {"field": "_say"},
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {"strokeDash": dashes | {"legend": STROKE_LEGEND}},
            },
            _points("!datum._part", {"filled": True}),
            _points("datum._part", {"filled": False, "style": "part", "strokeWidth": 2}),
        ],
    }


def _points(test: str, mark: Chart) -> Chart:
    """Draw the points that pass the test; the others are transparent, as a layer without rows has no extent."""
    return {
        "mark": {"type": "point", **mark},
        "encoding": {"opacity": {"condition": {"test": test, "value": 1}, "value": 0}},
    }


LEGEND = {"title": None, "orient": "top", "direction": "horizontal", "labelLimit": 180}
STROKE_LEGEND = LEGEND | {"symbolType": "stroke", "symbolSize": 260, "symbolStrokeWidth": 2.5}


def _stack(panel: Panel, language: str) -> Chart:
    series, value = panel.names[-1], panel.numbers[0]
    return {
        "mark": {"type": "bar", "stroke": None, "width": {"band": 0.8}},
        "encoding": {
            "x": _period(panel, language),
            "y": {"field": value.name, "type": "quantitative", "axis": _axis(value, language)},
            "color": {"field": series.name, "type": "nominal", "sort": {"field": "_rank", "op": "min"}, "legend": LEGEND},
            "order": {"field": "_rank", "type": "quantitative"},
            "opacity": {"condition": {"test": "datum._part", "value": 0.45}, "value": 1},
            "tooltip": {"field": "_say"},
        },
    }  # fmt: skip


def _plot(panel: Panel, language: str) -> Chart:
    columns = {column.name: column for column in panel.columns}
    x = {
        "field": "n",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {
            "title": _title(columns["n"], language),
            "grid": False,
            "tickMinStep": 1,
            "tickCount": 8,
        },
    }
    return {
        "height": PLOT_HEIGHT,
        "layer": [
            _limit(x, "rate_of_all", [1, 0]),
            *(_limit(x, f"limit_95_{end}", [4, 4]) for end in ("low", "high")),
            *(_limit(x, f"limit_998_{end}", [1, 0]) for end in ("low", "high")),
            _rates(x, _axis(columns["rate"], language)),
            {
                "mark": {"type": "text", "dy": -12},
                "encoding": {
                    "x": x,
                    "y": {"field": "rate", "type": "quantitative"},
                    "text": {"field": "_name"},
                },
            },
        ],
    }


def _limit(x: Chart, name: str, dash: list[int]) -> Chart:
    return {
        "mark": {"type": "line", "strokeDash": dash, "strokeWidth": 1.2, "color": "#8a94a6"},
        "encoding": {"x": x, "y": {"field": name, "type": "quantitative"}},
    }


def _rates(x: Chart, axis: Chart) -> Chart:
    y = {"field": "rate", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    return {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"field": "_colour", "type": "nominal", "scale": None},
            "size": {"condition": {"test": "datum._chosen", "value": 320}, "value": 90},
            "tooltip": {"field": "_say"},
        },
    }


def _triangle(panel: Panel, language: str) -> Chart:
    week, age = panel.columns[0], panel.columns[1]
    value = panel.numbers[-1].name
    bare = {"domain": False, "ticks": False}
    age_axis = {"title": _title(age, language), "labelAngle": 0, **bare}
    labels = {"labelExpr": _period_label("week", language), "labelOverlap": "greedy"}
    week_axis = {"title": None, **labels, **bare}
    return {
        "height": PLOT_HEIGHT,
        "encoding": {
            "x": {"field": age.name, "type": "ordinal", "axis": age_axis},
            "y": {"field": week.name, "type": "ordinal", "axis": week_axis},
        },
        "layer": [_shaded_cells(value), _cell_labels(value)],
    }


def _shaded_cells(value: str) -> Chart:
    return {
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {
            "color": {
                "field": value,
                "type": "quantitative",
                "scale": {"domain": [0, 1], "scheme": "blues"},
                "legend": None,
            },
            "tooltip": {"field": "_say"},
        },
    }


def _cell_labels(value: str) -> Chart:
    opacity = {"expr": f"bandwidth('y') < {MIN_CELL_PX} ? 0 : 1"}
    return {
        "mark": {"type": "text", "fontSize": 11, "opacity": opacity},
        "encoding": {
            "text": {"field": "_text"},
            "color": {
                "condition": [
                    {"test": f"datum.{value} === null", "value": "#8a94a6"},
                    {"test": f"datum.{value} > 0.7", "value": "white"},
                ],
                "value": "#111",
            },
        },
    }


BUILDERS = {
    "bar": _bar,
    "funnel": _bar,
    "line": _line,
    "stack": _stack,
    "plot": _plot,
    "triangle": _triangle,
}
