"""A panel of a board as a panel of Grafana: one maker a kind."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from schemas.kpis.catalogue import BY_ID
from streams.boards.grafana.fields import Json, nothing, override, overrides, title, uid
from streams.boards.grafana.queries import MONEY_REF, SOURCE, asked
from streams.boards.grafana.words import of, unit, word
from streams.boards.spec import Panel
from streams.boards.specs.labels import BASES, THIN

DEFINITIONS = "definitions"
LEGEND = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
NO_LEGEND = LEGEND | {"showLegend": False}
TOOLTIP = {"mode": "single", "sort": "none"}
FIRST_ROW = {"calcs": ["lastNotNull"], "fields": "", "values": False}
GREY = {"mode": "fixed", "fixedColor": "text"}


def number(id_: str) -> int:
    """The id of a panel, the same wherever it stands on its board."""
    return 1 + crc32(id_.encode()) % 1_000_000


def drawn(panel: Panel, language: str) -> Json:
    """The panel without its place."""
    kind, config, options, transformations = MAKERS[panel.kind](panel, language)
    fields = {"defaults": DEFAULTS | config["defaults"], "overrides": config["overrides"]}
    money = [each.name for each in panel.columns if each.unit == "money"]
    if money:
        transformations = [_money(panel, money), *transformations]
    return {
        "id": number(panel.id),
        "type": kind,
        "title": of((panel.ja, panel.en), language),
        "description": described(panel, language),
        "datasource": SOURCE,
        "targets": asked(panel, language),
        "fieldConfig": fields,
        "options": options,
        "transformations": transformations,
        "links": [definition(panel, language)],
    }


DEFAULTS: Json = {
    "color": {"mode": "palette-classic"},
    "thresholds": {"mode": "absolute", "steps": [{"color": "text", "value": None}]},
}


def described(panel: Panel, language: str) -> str:
    """On which day its facts count, what its numbers are, how many cases they need."""
    kpis = [BY_ID[each] for each in panel.kpis or (panel.kpi,)]
    names = ", ".join(f"{of((kpi.ja, kpi.en), language)} (`{kpi.id}`)" for kpi in kpis)
    said = [
        f"{word('basis', language)}: {of(BASES[panel.basis], language)}",
        f"{word('definition', language)}: {names}",
        f"{word('minimum', language)}: n ≥ {panel.minimum_n} ({word('below', language)})",
    ]
    if panel.minimum_n <= 1:
        del said[-1]
    note = of((panel.note_ja, panel.note_en), language)
    return "\n\n".join([*said, note] if note else said)


def definition(panel: Panel, language: str) -> Json:
    """To the definitions behind the panel."""
    chosen = "&".join(f"var-kpi={each}" for each in panel.kpis or (panel.kpi,))
    return {
        "title": word("definition", language),
        "url": f"/d/{uid(DEFINITIONS, language)}?{chosen}",
        "targetBlank": False,
    }


def _money(panel: Panel, names: list[str]) -> Json:
    """The unit of the company's currency, on every column that is money; series of a stack have no other numbers."""
    matcher = {"id": "byRegexp", "options": f"^({'|'.join(names)})$"}
    if panel.kind == "stack":
        matcher = {"id": "byType", "options": "number"}
    mappings = [{"fieldName": "unit", "handlerKey": "unit"}]
    options = {"configRefId": MONEY_REF, "applyTo": matcher, "mappings": mappings}
    return {"id": "configFromData", "options": options}


Made = tuple[str, Json, Json, list[Json]]


def _tiles(_: Panel, language: str) -> Made:
    columns = (("kpi", "field.name"), ("value", "field.value"), ("unit", "unit"))
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
    defaults = {"mappings": [nothing(of(THIN, language))], "noValue": of(THIN, language)}
    config = {"defaults": defaults, "overrides": []}
    return "stat", config, options, [{"id": "rowsToFields", "options": {"mappings": mappings}}]


def _table(panel: Panel, language: str) -> Made:
    options = {"showHeader": True, "cellHeight": "sm"}
    defaults = {"custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False}}
    return "table", {"defaults": defaults, "overrides": overrides(panel, language)}, options, []


def _bar(panel: Panel, language: str) -> Made:
    name = next(each for each in panel.names if not each.hidden)
    options = {
        "xField": name.name,
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
    return "barchart", {"defaults": defaults, "overrides": overrides(panel, language)}, options, []


def _line(panel: Panel, language: str) -> Made:
    custom = {"drawStyle": "line", "lineWidth": 2, "showPoints": "always", "pointSize": 6, "spanNulls": False}  # fmt: skip
    config = {"defaults": {"custom": custom, "min": 0}, "overrides": overrides(panel, language)}
    return "timeseries", config, SERIES, []


def _stack(panel: Panel, language: str) -> Made:
    name, value = panel.names[-1], panel.numbers[0]
    stacking = {"mode": "normal", "group": "A"}
    custom = {"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "barAlignment": 0, "stacking": stacking}  # fmt: skip
    defaults = {"custom": custom, "min": 0, "displayName": f"${{__field.labels.{name.name}}}"}
    if value.unit != "money":
        defaults["unit"] = unit(value.unit, language)
    return "timeseries", {"defaults": defaults, "overrides": []}, SERIES, []


SERIES = {"legend": LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}


def _plot(panel: Panel, language: str) -> Made:
    """A funnel plot: members as points over their n, what chance allows as lines."""
    x, points, *limits = panel.numbers
    known = overrides(panel, language)
    for each, line in zip(limits, _dashes(limits), strict=True):
        style = [("custom.show", "lines"), ("custom.lineWidth", 1), ("custom.lineStyle", line), ("color", GREY)]  # fmt: skip
        known.append(override(each.name, style))
    shown = [("custom.show", "points"), ("custom.pointSize", {"fixed": 9})]
    known.append(override(points.name, [*shown, ("color", {"mode": "fixed", "fixedColor": "blue"})]))  # fmt: skip
    known.append(override(x.name, [("custom.axisLabel", title(x, language))]))
    series = [_pair(x.name, each.name, title(each, language)) for each in (*limits, points)]
    options = {"mapping": "manual", "series": series, "legend": LEGEND, "tooltip": TOOLTIP}
    return "xychart", {"defaults": {"custom": {}}, "overrides": known}, options, []


def _dashes(limits: list[Any]) -> list[Json]:
    """The inner limits are dashed."""
    return [
        {"fill": "dash", "dash": [6, 6]} if "95" in each.name else {"fill": "solid"}
        for each in limits
    ]


def _pair(x: str, y: str, name: str) -> Json:
    return {
        "x": {"matcher": {"id": "byName", "options": x}},
        "y": {"matcher": {"id": "byName", "options": y}},
        "frame": {"matcher": {"id": "byIndex", "options": 0}},
        "name": {"fixed": name},
    }


def _triangle(panel: Panel, language: str) -> Made:
    """Cohorts below each other, ages side by side; what has not come yet is empty, what is of too few is said."""
    period, age, value = panel.columns[0], panel.columns[1], panel.numbers[-1]
    kind, config, options, _ = _table(panel, language)
    corner = f"{period.name}\\{age.name}"
    head = [("displayName", title(period, language)), ("custom.cellOptions", {"type": "auto"}), ("custom.width", 150)]  # fmt: skip
    config["overrides"] = [override(corner, head)]
    config["defaults"] |= {
        "custom": {"align": "center", "cellOptions": {"type": "color-background", "mode": "basic"}},
        "color": {"mode": "continuous-blues"},
        "unit": unit(value.unit, language),
        "decimals": 0,
        "min": 0,
        "max": 1,
        "mappings": [UNREACHED, nothing(of(THIN, language))],
    }
    cells = {"columnField": age.name, "rowField": period.name, "valueField": value.name, "emptyValue": "empty"}  # fmt: skip
    return kind, config, options, [{"id": "groupingToMatrix", "options": cells}]


# An age to which a cohort has not come.
UNREACHED = {
    "type": "special",
    "options": {"match": "empty", "result": {"text": "", "color": "transparent", "index": 1}},
}


MAKERS: dict[str, Callable[[Panel, str], Made]] = {
    "tiles": _tiles,
    "table": _table,
    "bar": _bar,
    "funnel": _bar,
    "line": _line,
    "stack": _stack,
    "plot": _plot,
    "triangle": _triangle,
}
