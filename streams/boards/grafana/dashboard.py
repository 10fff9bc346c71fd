"""Grafana dashboards of the boards, and the dashboard of KPI definitions that panels link to."""

from collections.abc import Iterable

from schemas.text.languages import other_language, translate
from streams.boards.grafana.annotations import annotations
from streams.boards.grafana.definitions import definitions_table, kpi_variable
from streams.boards.grafana.fields import Json, uid
from streams.boards.grafana.panels import DEFINITIONS, panel_id, render_panel
from streams.boards.grafana.queries import SOURCE, target, variable_value
from streams.boards.grafana.variables import variables
from streams.boards.spec import Board
from streams.boards.specs.catalogue import BOARDS
from streams.boards.words import label

SCHEMA = 42  # classic; Grafana 12 and 13 read it and migrate it themselves
COLUMNS = 24
GRID_SCALE = 2  # a board has 12 columns
HEADER_HEIGHT = 3
HEIGHTS = {"tiles": 6, "table": 9, "bar": 9, "funnel": 9, "line": 9, "stack": 10, "plot": 12}
DEFAULT_HEIGHT = 10
DEFAULT_WINDOW = "now-90d"  # same as the local page


def dashboard(board: Board, language: str) -> Json:
    """Return the dashboard of a board in one language; deterministic."""
    base = _base_dashboard(board.id, translate((board.ja, board.en), language), language)
    panels = [render_panel(panel, language) for panel in board.panels]
    heights = [HEIGHTS.get(panel.kind, DEFAULT_HEIGHT) for panel in board.panels]
    widths = [panel.width * GRID_SCALE for panel in board.panels]
    for panel, position in zip(panels, layout(zip(widths, heights, strict=True)), strict=True):
        panel["gridPos"] = position
    return base | {
        "description": translate((board.for_ja, board.for_en), language),
        "panels": [*_header(board, language), *panels],
        "templating": {"list": variables(board, language)},
        "annotations": {"list": annotations(language)},
        "links": links(board.id, board.dimensions, language),
    }


def layout(sizes: Iterable[tuple[int, int]]) -> list[Json]:
    """Lay out panels below the header, left to right; a row is as tall as its tallest panel."""
    positions: list[Json] = []
    x, y, row_height = 0, HEADER_HEIGHT, 0
    for width, height in sizes:
        if x + width > COLUMNS:
            x, y, row_height = 0, y + row_height, 0
        positions.append({"x": x, "y": y, "w": width, "h": height})
        x, row_height = x + width, max(row_height, height)
    row_heights = {y: max(p["h"] for p in positions if p["y"] == y) for y in {p["y"] for p in positions}}  # fmt: skip
    return [position | {"h": row_heights[position["y"]]} for position in positions]


def _base_dashboard(id_: str, title: str, language: str) -> Json:
    return {
        "uid": uid(id_, language),
        "title": title,
        "tags": ["hirelay", language],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "fiscalYearStartMonth": 3,  # April, counted from 0
        "weekStart": "monday",
        "timezone": "browser",
        "time": {"from": DEFAULT_WINDOW, "to": "now"},
        "timepicker": {"refresh_intervals": ["10s", "30s", "1m", "5m"]},
        "refresh": "30s",
    }


def links(name: str, dimensions: Iterable[str], language: str) -> list[Json]:
    """Link to every other board, to this board in the other language, and to the definitions.

    Links keep the tenant and time range, and the member if the target board has its dimension.
    """
    others = [board for board in BOARDS if board.id != name]
    return [
        *(
            _link(
                uid(target_board.id, language),
                translate((target_board.ja, target_board.en), language),
                keep_variables={*dimensions} <= {*target_board.dimensions},
            )
            for target_board in others
        ),
        _link(uid(name, other_language(language)), label("other", language), keep_variables=True),
        _link(uid(DEFINITIONS, language), label("definitions", language), keep_variables=None),
    ]


def _link(uid_: str, title: str, *, keep_variables: bool | None) -> Json:
    """Build a link that keeps all variables, only the tenant (False), or nothing, not even the time range (None)."""
    return {
        "type": "link",
        "title": title,
        "url": f"/d/{uid_}?${{tenant:queryparam}}" if keep_variables is False else f"/d/{uid_}",
        "icon": "dashboard",
        "tooltip": "",
        "tags": [],
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": bool(keep_variables),
        "keepTime": keep_variables is not None,
    }


def _header(board: Board, language: str) -> list[Json]:
    """The header: purpose of the board, selection, time zone and freshness."""
    selection = "${tenant:text} · ${dimension:text} · ${member:text}"
    content = f"**{translate((board.for_ja, board.for_en), language)}**\n\n{selection} · {label('days', language)} ${{zone}}"
    text = {
        "id": panel_id("head"),
        "type": "text",
        "title": "",
        "transparent": True,
        "options": {"mode": "markdown", "content": content},
        "gridPos": {"x": 0, "y": 0, "w": 18, "h": HEADER_HEIGHT},
    }
    sql = f"select toUnixTimestamp64Milli(heard) as heard\nfrom v_freshness\nwhere tenant = {variable_value('tenant')}"
    options = {"colorMode": "none", "graphMode": "none", "textMode": "value", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}  # fmt: skip
    fresh = {
        "id": panel_id("fresh"),
        "type": "stat",
        "title": label("fresh", language),
        "datasource": SOURCE,
        "targets": [target(sql)],
        "fieldConfig": {"defaults": {"unit": "dateTimeFromNow"}, "overrides": []},
        "options": options,
        "gridPos": {"x": 18, "y": 0, "w": 6, "h": HEADER_HEIGHT},
    }
    return [text, fresh]


def definitions(language: str) -> Json:
    """The dashboard of the KPI catalogue in ClickHouse, all of it or the KPIs that a panel links to."""
    position = {"x": 0, "y": 0, "w": COLUMNS, "h": 22}
    base = _base_dashboard(DEFINITIONS, label("definitions", language), language)
    return base | {
        "panels": [definitions_table(language) | {"gridPos": position}],
        "templating": {"list": [kpi_variable(language)]},
        "annotations": {"list": []},
        "links": links(DEFINITIONS, (), language),
    }


def dashboards(language: str) -> dict[str, Json]:
    """All dashboards by name, in board order."""
    boards = {board.id: dashboard(board, language) for board in BOARDS}
    return boards | {DEFINITIONS: definitions(language)}
