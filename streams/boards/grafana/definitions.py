"""Parts of the dashboard of KPI definitions: its table, and the variable that selects its rows."""

from schemas.text.words import UNITS
from streams.boards.grafana.fields import Json, name_mappings
from streams.boards.grafana.panels import DEFINITIONS, panel_id
from streams.boards.grafana.queries import SOURCE, target
from streams.boards.grafana.variables import ON_LOAD
from streams.boards.words import label

# Label and width in pixels of each column; one without a width takes the rest.
COLUMNS = {
    "id": ("id", 220),
    "name": ("name", 220),
    "explanation": ("explanation", None),
    "unit": ("unit", 90),
    "minimum_n": ("minimum", 130),
}


def definitions_table(language: str) -> Json:
    """Return the panel, without its position, of the definitions that the variable selects."""
    sql = f"""select id, {language} as name, explain_{language} as explanation, unit, minimum_n
from v_definitions
where id in (${{kpi:singlequote}})
order by position"""  # noqa: S608 built from constants
    return {
        "id": panel_id(DEFINITIONS),
        "type": "table",
        "title": label("meaning", language),
        "description": label("definitions", language),
        "datasource": SOURCE,
        "targets": [target(sql)],
        "fieldConfig": {
            "defaults": {"unit": "short"},
            "overrides": [_column_override(column, language) for column in COLUMNS],
        },
        "options": {"showHeader": True, "cellHeight": "lg"},
    }


def _column_override(column: str, language: str) -> Json:
    key, width = COLUMNS[column]
    properties: list[Json] = [
        {"id": "displayName", "value": label(key, language)},
        {"id": "custom.wrapText", "value": column == "explanation"},
    ]
    if width is not None:
        properties.append({"id": "custom.width", "value": width})
    if column == "unit":
        properties.append({"id": "mappings", "value": name_mappings(UNITS, language)})
    return {"matcher": {"id": "byName", "options": column}, "properties": properties}


def kpi_variable(language: str) -> Json:
    """Return the variable whose value a link sets; without one it selects all KPIs."""
    return {
        "type": "query",
        "name": "kpi",
        "label": "KPI",
        "datasource": SOURCE,
        "query": f"select id, {language}\nfrom v_definitions\norder by position",
        "refresh": ON_LOAD,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
        "options": [],
    }
