"""Grafana field configuration of columns: name, unit, value mappings and links."""

from collections.abc import Iterable
from typing import Any

from schemas.kpis.catalogue import BY_ID
from schemas.text.languages import translate
from schemas.text.units import NO_VALUE
from schemas.text.words import TOO_FEW_CASES, Table
from streams.boards.grafana.queries import mixed_unit_columns
from streams.boards.grafana.units import unit_properties
from streams.boards.spec import NAMES, Column, Panel
from streams.boards.specs.catalogue import BOARDS
from streams.boards.specs.labels import SERVICE_LEVELS
from streams.boards.words import VALUE_NAMES

N_WIDTH = 64  # pixels of a column that holds only an n
HIDDEN = {"viz": True, "legend": True, "tooltip": False}
BOARD_TITLES = {board.id: (board.ja, board.en) for board in BOARDS}
Json = dict[str, Any]


def uid(board: str, language: str) -> str:
    """Return the permanent uid of a board."""
    return f"hirelay-{board}-{language}"


def column_title(column: Column, language: str) -> str:
    """Return the title of the column."""
    return translate((column.ja, column.en), language)


def null_mapping(text: str) -> Json:
    """Map null to the text."""
    return {
        "type": "special",
        "options": {"match": "null+nan", "result": {"text": text, "index": 0}},
    }


def missing_number(column: Column, language: str) -> Json:
    """Map null to "too few cases" if the number has an n, otherwise to a dash."""
    return null_mapping(translate(TOO_FEW_CASES, language) if column.n else NO_VALUE)


def value_mappings(column: Column, language: str) -> list[Json]:
    """Map values of the column to their names."""
    kpis = {kpi.id: (kpi.ja, kpi.en) for kpi in BY_ID.values()} | SERVICE_LEVELS
    pairs = (VALUE_NAMES | {"kpi": kpis})[column.unit]
    return name_mappings(pairs, language)


def name_mappings(names: Table, language: str) -> list[Json]:
    """Map values to their names."""
    options = {
        key: {"text": translate(words, language), "index": index}
        for index, (key, words) in enumerate(names.items())
    }
    return [{"type": "value", "options": options}]


def override(name: str, properties: Iterable[tuple[str, Any]]) -> Json:
    """Override properties of the named column."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": id_, "value": value} for id_, value in properties],
    }


def column_overrides(panel: Panel, language: str) -> list[Json]:
    """Override all columns, in order."""
    return [override(column.name, _properties(column, panel, language)) for column in panel.columns]


def _properties(column: Column, panel: Panel, language: str) -> Iterable[tuple[str, Any]]:
    if column_title(column, language):
        yield "displayName", column_title(column, language)
    if column.unit in NAMES:
        yield "mappings", value_mappings(column, language)
    elif column in mixed_unit_columns(panel):
        yield "unit", "string"  # the text contains the unit
        yield "custom.align", "right"
    elif column.unit not in ("period", "money"):
        yield from unit_properties(column.unit, language).items()
    if column.unit not in (*NAMES, "period", "time"):
        yield "mappings", [missing_number(column, language)]
    if column.hidden:
        yield from _hidden(column, panel)
    if linked := linking_column(column, panel):
        yield "links", [member_link(panel, linked, language)]


def _hidden(column: Column, panel: Panel) -> Iterable[tuple[str, Any]]:
    """Show an n beside its number in tables and only in the tooltip in charts; hide ids everywhere."""
    if panel.kind == "table" and column.unit != "text":
        yield "custom.width", N_WIDTH
    else:
        yield "custom.hideFrom", HIDDEN


def linking_column(column: Column, panel: Panel) -> Column | None:
    """Return the column whose link applies: this one, or in a bar chart the name beside the number."""
    if column.leads:
        return column
    is_bar = panel.kind in ("bar", "funnel") and column in panel.numbers
    return next((name for name in panel.names if name.leads), None) if is_bar else None


def member_column(panel: Panel, column: Column) -> str:
    """Return the name of the column with the member id behind the given column."""
    id_column = next(
        (other for other in panel.columns if other.hidden and other.unit == "text"), None
    )
    return (id_column or column).name


def member_link(panel: Panel, column: Column, language: str) -> Json:
    """Link to the board of a member, with the same tenant and time range."""
    member_variable = f"var-member=${{__data.fields.{member_column(panel, column)}:percentencode}}"
    return {
        "title": f"${{__data.fields.{column.name}}} → {translate(BOARD_TITLES[column.leads], language)}",
        "url": f"/d/{uid(column.leads, language)}?${{tenant:queryparam}}&var-dimension={column.dimension}&{member_variable}&${{__url_time_range}}",
        "targetBlank": False,
    }
