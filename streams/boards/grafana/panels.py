"""Grafana panels: one builder per kind of panel."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from schemas.kpis.catalogue import BY_ID
from schemas.text.languages import translate
from schemas.text.words import BASES, TOO_FEW_CASES
from streams.boards.grafana.fields import (
    Json,
    column_overrides,
    column_title,
    null_mapping,
    override,
    uid,
)
from streams.boards.grafana.queries import MONEY_REF, SOURCE, panel_targets
from streams.boards.grafana.units import unit_properties
from streams.boards.spec import Panel
from streams.boards.words import label

DEFINITIONS = "definitions"
LEGEND = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
NO_LEGEND = LEGEND | {"showLegend": False}
TOOLTIP = {"mode": "single", "sort": "none"}
FIRST_ROW = {"calcs": ["lastNotNull"], "fields": "", "values": False}
GREY = {"mode": "fixed", "fixedColor": "text"}


def panel_id(id_: str) -> int:
    """Return the id of a panel, independent of its position on the board."""
    return 1 + crc32(id_.encode()) % 1_000_000


def render_panel(panel: Panel, language: str) -> Json:
    """Return the Grafana panel without its position."""
    panel = panel.of_sql()
    kind, config, options, transformations = BUILDERS[panel.kind](panel, language)
    fields = {"defaults": DEFAULTS | config["defaults"], "overrides": config["overrides"]}
    money_columns = [column.name for column in panel.columns if column.unit == "money"]
    if money_columns:
        transformations = [_money_units(panel, money_columns), *transformations]
    return {
        "id": panel_id(panel.id),
        "type": kind,
        "title": translate((panel.ja, panel.en), language),
        "description": description(panel, language),
        "datasource": SOURCE,
        "targets": panel_targets(panel, language),
        "fieldConfig": fields,
        "options": options,
        "transformations": transformations,
        "links": [definition_link(panel, language)] if panel.kpis else [],
    }


DEFAULTS: Json = {
    "color": {"mode": "palette-classic"},
    "thresholds": {"mode": "absolute", "steps": [{"color": "text", "value": None}]},
}


def description(panel: Panel, language: str) -> str:
    """Describe the basis, KPI definitions and minimum sample size of the panel."""
    kpis = [BY_ID[id_] for id_ in panel.kpis]
    names = ", ".join(f"{translate((kpi.ja, kpi.en), language)} (`{kpi.id}`)" for kpi in kpis)
    minimum = f"n ≥ {panel.minimum_n} ({label('below', language)})"
    paragraphs = [
        f"{label('basis', language)}: {translate(BASES[panel.basis], language)}",
        f"{label('definition', language)}: {names}" if kpis else "",
        f"{label('minimum', language)}: {minimum}" if panel.minimum_n > 1 else "",
        translate((panel.note_ja, panel.note_en), language),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def definition_link(panel: Panel, language: str) -> Json:
    """Link to the KPI definitions behind the panel."""
    variables = "&".join(f"var-kpi={id_}" for id_ in panel.kpis)
    return {
        "title": label("definition", language),
        "url": f"/d/{uid(DEFINITIONS, language)}?{variables}",
        "targetBlank": False,
    }


def _money_units(panel: Panel, names: list[str]) -> Json:
    """Apply the unit of the tenant's currency to all money columns; a stack has no other numbers."""
    matcher = {"id": "byRegexp", "options": f"^({'|'.join(names)})$"}
    if panel.kind == "stack":
        matcher = {"id": "byType", "options": "number"}
    mappings = [{"fieldName": "unit", "handlerKey": "unit"}]
    options = {"configRefId": MONEY_REF, "applyTo": matcher, "mappings": mappings}
    return {"id": "configFromData", "options": options}


PanelParts = tuple[str, Json, Json, list[Json]]


def _tiles(_: Panel, language: str) -> PanelParts:
    columns = (
        ("kpi", "field.name"),
        ("value", "field.value"),
        ("unit", "unit"),
        ("decimals", "decimals"),
    )
    mappings = [{"fieldName": name, "handlerKey": key} for name, key in columns]
    options = {
        "colorMode": "none",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "vertical",
        "textMode": "value_and_name",
        "wideLayout": True,
        "reduceOptions": FIRST_ROW,
        "text": {"titleSize": 13},
    }
    defaults = {
        "mappings": [null_mapping(translate(TOO_FEW_CASES, language))],
        "noValue": translate(TOO_FEW_CASES, language),
    }
    config = {"defaults": defaults, "overrides": []}
    return "stat", config, options, [{"id": "rowsToFields", "options": {"mappings": mappings}}]


def _table(panel: Panel, language: str) -> PanelParts:
    options = {"showHeader": True, "cellHeight": "sm"}
    defaults = {"custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False}}
    return (
        "table",
        {"defaults": defaults, "overrides": column_overrides(panel, language)},
        options,
        [],
    )


def _bar(panel: Panel, language: str) -> PanelParts:
    category = next(column for column in panel.names if not column.hidden)
    options = {
        "xField": category.name,
        "orientation": "horizontal",
        "showValue": "always",
        "stacking": "none",
        "barWidth": 0.8,
        "groupWidth": 0.7,
        "barRadius": 0.1,
        "xTickLabelRotation": 0,
        "xTickLabelMaxLength": 24,
        "xTickLabelSpacing": 0,
        "fullHighlight": False,
        "legend": NO_LEGEND,
        "tooltip": TOOLTIP | {"mode": "multi"},
    }
    custom = {"fillOpacity": 80, "lineWidth": 0, "axisBorderShow": False}
    defaults = {"custom": custom, "color": {"mode": "fixed", "fixedColor": "blue"}, "min": 0}
    return (
        "barchart",
        {"defaults": defaults, "overrides": column_overrides(panel, language)},
        options,
        [],
    )


def _line(panel: Panel, language: str) -> PanelParts:
    custom = {"drawStyle": "line", "lineWidth": 2, "showPoints": "always", "pointSize": 6, "spanNulls": False}  # fmt: skip
    config = {
        "defaults": {"custom": custom, "min": 0},
        "overrides": column_overrides(panel, language),
    }
    return "timeseries", config, SERIES, []


def _stack(panel: Panel, language: str) -> PanelParts:
    name, value = panel.names[-1], panel.numbers[0]
    stacking = {"mode": "normal", "group": "A"}
    custom = {"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "barAlignment": 0, "stacking": stacking}  # fmt: skip
    defaults = {"custom": custom, "min": 0, "displayName": f"${{__field.labels.{name.name}}}"}
    if value.unit != "money":
        defaults |= unit_properties(value.unit, language)
    return "timeseries", {"defaults": defaults, "overrides": []}, SERIES, []


SERIES = {"legend": LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}


def _plot(panel: Panel, language: str) -> PanelParts:
    """A funnel plot: members as points over their n, control limits as lines."""
    x, points, *limits = panel.numbers
    rules = column_overrides(panel, language)
    for limit, line in zip(limits, _dashes(limits), strict=True):
        style = [("custom.show", "lines"), ("custom.lineWidth", 1), ("custom.lineStyle", line), ("color", GREY)]  # fmt: skip
        rules.append(override(limit.name, style))
    style = [("custom.show", "points"), ("custom.pointSize", {"fixed": 9})]
    rules.append(override(points.name, [*style, ("color", {"mode": "fixed", "fixedColor": "blue"})]))  # fmt: skip
    rules.append(override(x.name, [("custom.axisLabel", column_title(x, language))]))
    series = [_xy_series(x.name, y.name, column_title(y, language)) for y in (*limits, points)]
    options = {"mapping": "manual", "series": series, "legend": LEGEND, "tooltip": TOOLTIP}
    return "xychart", {"defaults": {"custom": {}}, "overrides": rules}, options, []


def _dashes(limits: list[Any]) -> list[Json]:
    """Dash the inner limits."""
    return [
        {"fill": "dash", "dash": [6, 6]} if "95" in limit.name else {"fill": "solid"}
        for limit in limits
    ]


def _xy_series(x: str, y: str, name: str) -> Json:
    return {
        "x": {"matcher": {"id": "byName", "options": x}},
        "y": {"matcher": {"id": "byName", "options": y}},
        "frame": {"matcher": {"id": "byIndex", "options": 0}},
        "name": {"fixed": name},
    }


def _triangle(panel: Panel, language: str) -> PanelParts:
    """Cohorts as rows, ages as columns; future ages are empty, and too few cases are labelled."""
    period, age, value = panel.columns[0], panel.columns[1], panel.numbers[-1]
    kind, config, options, _ = _table(panel, language)
    corner = f"{period.name}\\{age.name}"
    head = [("displayName", column_title(period, language)), ("custom.cellOptions", {"type": "auto"}), ("custom.width", 150)]  # fmt: skip
    config["overrides"] = [override(corner, head)]
    config["defaults"] |= {
        "custom": {"align": "center", "cellOptions": {"type": "color-background", "mode": "basic"}},
        "color": {"mode": "continuous-blues"},
        **unit_properties("share", language),
        "min": 0,
        "max": 1,
        "mappings": [EMPTY_CELL, null_mapping(translate(TOO_FEW_CASES, language))],
    }
    cells = {"columnField": age.name, "rowField": period.name, "valueField": value.name, "emptyValue": "empty"}  # fmt: skip
    return kind, config, options, [{"id": "groupingToMatrix", "options": cells}]


# An age that the cohort has not reached.
EMPTY_CELL = {
    "type": "special",
    "options": {"match": "empty", "result": {"text": "", "color": "transparent", "index": 1}},
}


BUILDERS: dict[str, Callable[[Panel, str], PanelParts]] = {
    "tiles": _tiles,
    "table": _table,
    "bar": _bar,
    "funnel": _bar,
    "line": _line,
    "stack": _stack,
    "plot": _plot,
    "triangle": _triangle,
}
