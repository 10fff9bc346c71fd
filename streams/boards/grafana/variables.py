"""Dashboard variables: the reader's selection, and the tenant's time zone and currency."""

from schemas.cells import ALL, TOTAL
from streams.boards.grafana.fields import Json
from streams.boards.grafana.queries import SOURCE, substitute_parameters, variable_value
from streams.boards.grafana.units import sql_string
from streams.boards.query import MEMBERS
from streams.boards.spec import Board
from streams.boards.specs.sql import MEMBER_NAMES, NAME_OF_MEMBER
from streams.boards.words import dimension_label, label

SHOWN, HIDDEN = 0, 2
ON_LOAD, ON_TIME = 1, 2
TENANTS = """select id, name
from v_tenants
order by position"""


def variables(board: Board, language: str) -> list[Json]:
    """The variables of a board, in dependency order."""
    return [
        _query_variable("tenant", label("tenant", language), TENANTS),
        _query_variable("zone", "", _tenant_column_sql("timezone"), hide=HIDDEN),
        _query_variable("minor", "", _tenant_column_sql("toString(minor)"), hide=HIDDEN),
        _dimension_variable(board, language),
        _query_variable(
            "member", label("member", language), members_sql(language), refresh=ON_TIME
        ),
    ]


def _tenant_column_sql(column: str) -> str:
    return f"select {column}\nfrom v_tenants\nwhere id = {variable_value('tenant')}"


def members_sql(language: str) -> str:
    """Select members of the dimension with applications or decisions, largest first, as id and name; `total` has one member."""
    unknown, whole_company = (
        sql_string(label("unknown", language)),
        sql_string(dimension_label(TOTAL, language)),
    )
    return f"""select member, name
from
(
    select {sql_string(ALL)} as member, {whole_company} as name, 1 as cases
    where {variable_value("dimension")} = {sql_string(TOTAL)}
    union all
    select
        found.member as member,
        if(found.member = 'unknown', {unknown}, {NAME_OF_MEMBER}) as name,
        toInt64(found.cases) as cases
    from ({substitute_parameters(MEMBERS).strip()}) as found
    left join
    ({substitute_parameters(MEMBER_NAMES)}
        and dimension = {variable_value("dimension")}
    ) as names on names.named = found.member
    where {variable_value("dimension")} != {sql_string(TOTAL)}
)
order by cases desc, member"""  # noqa: S608 built from constants, values are encoded


def _query_variable(
    name: str, title: str, sql: str, *, hide: int = SHOWN, refresh: int = ON_LOAD
) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": title,
        "datasource": SOURCE,
        "query": sql,
        "definition": sql,
        "refresh": refresh,
        "hide": hide,
        "sort": 0,
        "multi": False,
        "includeAll": False,
        "regex": "",
        "skipUrlSync": hide == HIDDEN,
        "options": [],
        "current": {},
    }


def _dimension_variable(board: Board, language: str) -> Json:
    options = [
        {
            "text": dimension_label(dimension, language),
            "value": dimension,
            "selected": dimension == TOTAL,
        }
        for dimension in board.dimensions
    ]
    return {
        "type": "custom",
        "name": "dimension",
        "label": label("dimension", language),
        "query": ",".join(f"{option['text']} : {option['value']}" for option in options),
        "hide": SHOWN,
        "multi": False,
        "includeAll": False,
        "skipUrlSync": False,
        "options": options,
        "current": options[0],
    }
