"""A whole board as a dashboard of Grafana, and the page of definitions that its panels lead to."""

from collections.abc import Iterable

from streams.boards.grafana.annotations import laid
from streams.boards.grafana.fields import Json, uid
from streams.boards.grafana.panels import DEFINITIONS, drawn, number
from streams.boards.grafana.queries import SOURCE, target, value
from streams.boards.grafana.variables import ON_LOAD, chosen
from streams.boards.grafana.words import WORDS, of, word
from streams.boards.spec import Board
from streams.boards.specs.catalogue import BOARDS

SCHEMA = 42  # classic; Grafana 12 and 13 read it, and bring it up to date themselves
COLUMNS = 24
SCALE = 2  # a board is 12 wide
HEAD = 3
HEIGHTS = {"tiles": 6, "table": 9, "bar": 9, "funnel": 9, "line": 9, "stack": 10, "plot": 12}
TALL = 10
WINDOW = "now-90d"  # as the local page
LANGUAGES = ("ja", "en")


def dashboard(board: Board, language: str) -> Json:
    """The board in one language; the same for the same specification."""
    made = _frame(board.id, of((board.ja, board.en), language), language)
    panels = [drawn(each, language) for each in board.panels]
    heights = [HEIGHTS.get(each.kind, TALL) for each in board.panels]
    widths = [each.width * SCALE for each in board.panels]
    for panel, place in zip(panels, grid(zip(widths, heights, strict=True)), strict=True):
        panel["gridPos"] = place
    return made | {
        "description": of((board.for_ja, board.for_en), language),
        "panels": [*_head(board, language), *panels],
        "templating": {"list": chosen(board, language)},
        "annotations": {"list": laid(language)},
        "links": links(board.id, board.dimensions, language),
    }


def grid(sizes: Iterable[tuple[int, int]]) -> list[Json]:
    """Places below the head, from left to right; a row is as high as its highest panel."""
    places: list[Json] = []
    x, y, row = 0, HEAD, 0
    for width, height in sizes:
        if x + width > COLUMNS:
            x, y, row = 0, y + row, 0
        places.append({"x": x, "y": y, "w": width, "h": height})
        x, row = x + width, max(row, height)
    highest = {y: max(each["h"] for each in places if each["y"] == y) for y in {p["y"] for p in places}}  # fmt: skip
    return [place | {"h": highest[place["y"]]} for place in places]


def _frame(id_: str, title: str, language: str) -> Json:
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
        "time": {"from": WINDOW, "to": "now"},
        "timepicker": {"refresh_intervals": ["10s", "30s", "1m", "5m"]},
        "refresh": "30s",
    }


def links(name: str, dimensions: Iterable[str], language: str) -> list[Json]:
    """To every other board, to this one in the other language, and to the definitions; company and time stay.

    So does the member, but where another board cannot tell of it.
    """
    other = "en" if language == "ja" else "ja"
    others = [each for each in BOARDS if each.id != name]
    return [
        *(
            _link(
                uid(each.id, language),
                of((each.ja, each.en), language),
                keep={*dimensions} <= {*each.dimensions},
            )
            for each in others
        ),
        _link(uid(name, other), word("other", language), keep=True),
        _link(uid(DEFINITIONS, language), word("definitions", language), keep=None),
    ]


def _link(address: str, title: str, *, keep: bool | None) -> Json:
    """With all variables, with the company alone (False), or with nothing, not even the time (None)."""
    return {
        "type": "link",
        "title": title,
        "url": f"/d/{address}?${{tenant:queryparam}}" if keep is False else f"/d/{address}",
        "icon": "dashboard",
        "tooltip": "",
        "tags": [],
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": bool(keep),
        "keepTime": keep is not None,
    }


def _head(board: Board, language: str) -> list[Json]:
    """What the board is for, whose days are cut where, and how fresh its numbers are."""
    shown = "${tenant:text} · ${dimension:text} · ${member:text}"
    content = f"**{of((board.for_ja, board.for_en), language)}**\n\n{shown} · {word('days', language)} ${{zone}}"
    text = {
        "id": number("head"),
        "type": "text",
        "title": "",
        "transparent": True,
        "options": {"mode": "markdown", "content": content},
        "gridPos": {"x": 0, "y": 0, "w": 18, "h": HEAD},
    }
    sql = f"select toUnixTimestamp64Milli(heard) as heard\nfrom v_freshness\nwhere tenant = {value('tenant')}"
    options = {"colorMode": "none", "graphMode": "none", "textMode": "value", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}  # fmt: skip
    fresh = {
        "id": number("fresh"),
        "type": "stat",
        "title": word("fresh", language),
        "datasource": SOURCE,
        "targets": [target(sql)],
        "fieldConfig": {"defaults": {"unit": "dateTimeFromNow"}, "overrides": []},
        "options": options,
        "gridPos": {"x": 18, "y": 0, "w": 6, "h": HEAD},
    }
    return [text, fresh]


def definitions(language: str) -> Json:
    """The catalogue of KPIs as ClickHouse has it, whole or what a panel asks for."""
    name, explain = ("ja", "explain_ja") if language == "ja" else ("en", "explain_en")
    sql = f"""select id, {name} as name, {explain} as explanation, unit, minimum_n
from v_definitions
where id in (${{kpi:singlequote}})
order by position"""  # noqa: S608 made of constants
    columns = {"id": "id", "name": "name", "explanation": "explanation", "unit": "unit", "minimum_n": "minimum"}  # fmt: skip
    widths = {"id": 220, "name": 220, "unit": 90, "minimum_n": 130}
    rules = [
        {
            "matcher": {"id": "byName", "options": column},
            "properties": [
                {"id": "displayName", "value": of(WORDS[key], language)},
                {"id": "custom.wrapText", "value": column == "explanation"},
                *([{"id": "custom.width", "value": widths[column]}] if column in widths else []),
            ],
        }
        for column, key in columns.items()
    ]
    table = {
        "id": number(DEFINITIONS),
        "type": "table",
        "title": word("meaning", language),
        "description": word("definitions", language),
        "datasource": SOURCE,
        "targets": [target(sql)],
        "fieldConfig": {
            "defaults": {"unit": "short"},
            "overrides": rules,
        },
        "options": {"showHeader": True, "cellHeight": "lg"},
        "gridPos": {"x": 0, "y": 0, "w": COLUMNS, "h": 22},
    }  # fmt: skip
    kpi = {
        "type": "query",
        "name": "kpi",
        "label": "KPI",
        "datasource": SOURCE,
        "query": f"select id, {name}\nfrom v_definitions\norder by position",
        "refresh": ON_LOAD,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
        "options": [],
    }
    made = _frame(DEFINITIONS, word("definitions", language), language)
    return made | {
        "panels": [table],
        "templating": {"list": [kpi]},
        "annotations": {"list": []},
        "links": links(DEFINITIONS, (), language),
    }


def every(language: str) -> dict[str, Json]:
    """Every dashboard by its name, in the order of the boards."""
    boards = {board.id: dashboard(board, language) for board in BOARDS}
    return boards | {DEFINITIONS: definitions(language)}
