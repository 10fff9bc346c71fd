"""How Grafana shows a column: its name, unit, words for values, what stands where nothing is, and where a member leads."""

from collections.abc import Iterable
from typing import Any

from schemas.kpis.catalogue import BY_ID
from streams.boards.grafana.queries import mixed
from streams.boards.grafana.words import WORDS, of, unit, word
from streams.boards.spec import NAMES, Column, Panel
from streams.boards.specs.catalogue import BOARDS
from streams.boards.specs.labels import MILESTONES, OF_BREACHES, SPENDING, THIN, WAITS

N_WIDTH = 64  # pixels of a column that holds nothing but an n
HIDDEN = {"viz": True, "legend": True, "tooltip": False}
NAMED = {board.id: (board.ja, board.en) for board in BOARDS}
Json = dict[str, Any]


def uid(board: str, language: str) -> str:
    """The address of a board, for ever."""
    return f"hirelay-{board}-{language}"


def title(column: Column, language: str) -> str:
    """What the column is called."""
    return column.ja if language == "ja" else column.en


def nothing(text: str) -> Json:
    """What stands where there is no number."""
    return {
        "type": "special",
        "options": {"match": "null+nan", "result": {"text": text, "index": 0}},
    }


def absent(column: Column, language: str) -> Json:
    """Too few cases where the number has an n, and a dash where it has none."""
    return nothing(of(THIN, language) if column.n else word("nothing", language))


def words(column: Column, language: str) -> list[Json]:
    """The names of values."""
    known = {
        "milestone": MILESTONES,
        "spending": SPENDING,
        "word": OF_BREACHES,
        "kpi": {each.id: (each.ja, each.en) for each in BY_ID.values()} | WAITS,
        "text": {"unknown": WORDS["unknown"]},
    }[column.unit]
    names = {
        key: {"text": of(pair, language), "index": index}
        for index, (key, pair) in enumerate(known.items())
    }
    return [{"type": "value", "options": names}]


def override(name: str, properties: Iterable[tuple[str, Any]]) -> Json:
    """Properties of the column of that name."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": id_, "value": value} for id_, value in properties],
    }


def overrides(panel: Panel, language: str) -> list[Json]:
    """Of all columns, in their order."""
    return [override(each.name, _properties(each, panel, language)) for each in panel.columns]


def _properties(column: Column, panel: Panel, language: str) -> Iterable[tuple[str, Any]]:
    if title(column, language):
        yield "displayName", title(column, language)
    if column.unit in NAMES:
        yield "mappings", words(column, language)
    elif column in mixed(panel):
        yield "unit", "string"  # it says its unit itself
        yield "custom.align", "right"
    elif column.unit not in ("period", "money"):
        yield "unit", unit(column.unit, language)
    if column.unit not in (*NAMES, "period", "time"):
        yield "mappings", [absent(column, language)]
    if column.hidden:
        yield from _hidden(column, panel)
    if led := leading(column, panel):
        yield "links", [link(panel, led, language)]


def _hidden(column: Column, panel: Panel) -> Iterable[tuple[str, Any]]:
    """In a table an n stands beside its number; in a chart it is in the tooltip alone. An id is nowhere."""
    if panel.kind == "table" and column.unit != "text":
        yield "custom.width", N_WIDTH
    else:
        yield "custom.hideFrom", HIDDEN


def leading(column: Column, panel: Panel) -> Column | None:
    """The column that says where this one leads: itself, or in a chart the name beside the number."""
    if column.leads:
        return column
    drawn = panel.kind in ("bar", "funnel") and column in panel.numbers
    return next((each for each in panel.names if each.leads), None) if drawn else None


def member(panel: Panel, column: Column) -> str:
    """The column that holds the id of who the named column names."""
    hidden = next((each for each in panel.columns if each.hidden and each.unit == "text"), None)
    return (hidden or column).name


def link(panel: Panel, led: Column, language: str) -> Json:
    """To the board that a member leads to, of the same company and time."""
    whose = f"var-member=${{__data.fields.{member(panel, led)}:percentencode}}"
    return {
        "title": f"${{__data.fields.{led.name}}} → {of(NAMED[led.leads], language)}",
        "url": f"/d/{uid(led.leads, language)}?${{tenant:queryparam}}&var-dimension={led.dimension}&{whose}&${{__url_time_range}}",
        "targetBlank": False,
    }
