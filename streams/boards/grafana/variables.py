"""What a reader chooses at the top of a board, and what follows from it: zone and money of the company."""

from schemas.cells import ALL, TOTAL
from streams.boards.grafana.fields import Json
from streams.boards.grafana.queries import SOURCE, filled, quoted, value
from streams.boards.grafana.words import of, word
from streams.boards.query import MEMBERS, TITLES
from streams.boards.spec import Board
from streams.boards.specs.labels import EVERYBODY

SHOWN, HIDDEN = 0, 2
ON_LOAD, ON_TIME = 1, 2
TENANTS = """select id, name
from v_tenants
order by position"""


def chosen(board: Board, language: str) -> list[Json]:
    """The variables of every board, each after those it depends on."""
    return [
        _query("tenant", word("tenant", language), TENANTS),
        _query("zone", "", _of_tenant("timezone"), hide=HIDDEN),
        _query("minor", "", _of_tenant("toString(minor)"), hide=HIDDEN),
        _dimension(board, language),
        _query("member", word("member", language), members(language), refresh=ON_TIME),
    ]


def _of_tenant(column: str) -> str:
    return f"select {column}\nfrom v_tenants\nwhere id = {value('tenant')}"


def members(language: str) -> str:
    """Everybody of the dimension who had applications or decided them, biggest first, as id and name; of the whole company there is one."""
    unknown, everybody = quoted(word("unknown", language)), quoted(of(EVERYBODY, language))
    return f"""select member, name
from
(
    select {quoted(ALL)} as member, {everybody} as name, 1 as cases
    where {value("dimension")} = {quoted(TOTAL)}
    union all
    select
        found.member as member,
        multiIf(found.member = 'unknown', {unknown}, titles.title = '', found.member, titles.title) as name,
        toInt64(found.cases) as cases
    from ({filled(MEMBERS).strip()}) as found
    left join
    (
        select job_id, title
        from ({filled(TITLES).strip()})
        where {value("dimension")} = 'job'
    ) as titles on titles.job_id = found.member
    where {value("dimension")} != {quoted(TOTAL)}
)
order by cases desc, member"""  # noqa: S608 made of constants, values are encoded


def _query(name: str, label: str, sql: str, *, hide: int = SHOWN, refresh: int = ON_LOAD) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": label,
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


def _dimension(board: Board, language: str) -> Json:
    options = [
        {"text": word(each, language), "value": each, "selected": each == TOTAL}
        for each in board.dimensions
    ]
    return {
        "type": "custom",
        "name": "dimension",
        "label": word("dimension", language),
        "query": ",".join(f"{each['text']} : {each['value']}" for each in options),
        "hide": SHOWN,
        "multi": False,
        "includeAll": False,
        "skipUrlSync": False,
        "options": options,
        "current": options[0],
    }
