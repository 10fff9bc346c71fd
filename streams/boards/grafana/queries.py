"""What a panel asks ClickHouse through Grafana: the query of its specification with Grafana's variables in the places of its parameters.

A value from a variable travels percent-encoded, so that a quote or a backslash in the name of a channel is no SQL. Days are
cut in the zone of the company, from the instants that the data source puts in the place of `$__fromTime` and `$__toTime`.
"""

import re
from typing import Any

from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Kpi
from streams.boards.grafana.words import WORDS, of, suffix, unit, word
from streams.boards.spec import Column, Panel
from streams.boards.specs.labels import MILESTONES, OF_BREACHES, SPENDING

SOURCE = {"type": "grafana-clickhouse-datasource", "uid": "hirelay-clickhouse"}
PLUGIN = "4.20.0"  # whose queries these are
TIME_SERIES, TABLE = 0, 1  # what the data source makes of an answer
NOON = 12  # a day drawn at its noon is the same day for readers up to half a day away
Target = dict[str, Any]


def value(variable: str) -> str:
    """A variable's value as text in SQL, whatever is in it."""
    return f"decodeURLComponent('${{{variable}:percentencode}}')"


ZONE = value("zone")
FIRST = f"toDate($__fromTime, {ZONE})"
LAST = f"toDate($__toTime, {ZONE})"
EXPRESSIONS = {
    "tenant": value("tenant"),
    "dimension": value("dimension"),
    "member": value("member"),
    "first": FIRST,
    "last": LAST,
    "before": f"addDays({FIRST}, -1)",
    "as_of": f"least({LAST}, toDate(now(), {ZONE}))",
    "minor": f"greatest(1, toUInt32OrZero({value('minor')}))",
}


def filled(sql: str) -> str:
    """The query with Grafana's expressions for its parameters."""
    return re.sub(r"(?<!\$)\{(\w+):\w+\}", lambda found: EXPRESSIONS[found.group(1)], sql)


def target(sql: str, ref: str = "A", form: int = TABLE) -> Target:
    """A query of the data source; time series need a column `time`, by which they are sorted."""
    return {
        "refId": ref,
        "datasource": SOURCE,
        "editorType": "sql",
        "rawSql": sql,
        "format": form,
        "queryType": "timeseries" if form == TIME_SERIES else "table",
        "pluginVersion": PLUGIN,
    }


def asked(panel: Panel, language: str) -> list[Target]:
    """The queries of a panel: its rows, and the unit of money where money is shown."""
    shape = told if mixed(panel) else SHAPES.get(panel.kind)
    sql = filled(panel.sql if shape is None else shape(panel, language))
    form = TIME_SERIES if panel.kind in ("line", "stack") else TABLE
    money = any(column.unit == "money" for column in panel.columns)
    return [target(sql, form=form), *([target(MONEY, MONEY_REF)] if money else [])]


MONEY_REF = "money"
# Whole amounts with their currency; `currency:financial` writes every digit.
MONEY = f"""select if(currency = 'JPY', 'currency:financial:¥', concat('currency:financial: ', currency, ':suffix')) as unit
from v_tenants
where id = {value("tenant")}"""  # noqa: S608 the value is encoded


def quoted(text: str) -> str:
    """Text of our own as a literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def array(texts: Any) -> str:
    """Texts of our own as an array."""
    return f"[{', '.join(quoted(text) for text in texts)}]"


def renamed(column: Column, language: str) -> str:
    """The column's names in the reader's language, where a series can only be called by its value."""
    words = {"milestone": MILESTONES, "spending": SPENDING, "word": OF_BREACHES}.get(column.unit)
    names = {"unknown": WORDS["unknown"]} if words is None else words
    known = array(of(pair, language) for pair in names.values())
    return f"transform(answer.{column.name}, {array(names)}, {known}, answer.{column.name})"


def series(panel: Panel, language: str) -> str:
    """Periods as instants: noon of the day in the company's zone; series called as people call them."""
    first, *others = panel.columns
    picks = [f"addHours(toDateTime(answer.{first.name}, {ZONE}), {NOON}) as time"]
    for each in others:
        named = each in panel.names
        picks.append(
            f"{renamed(each, language)} as {each.name}" if named else f"answer.{each.name} as {each.name}"
        )  # fmt: skip
    return f"select {', '.join(picks)}\nfrom\n(\n{panel.sql}\n) as answer\norder by time"


def cohorts(panel: Panel, _: str) -> str:
    """Rows of a triangle, each called by its period and its n, which is the same at every age."""
    period, age, number = panel.columns[0], panel.columns[1], panel.numbers[-1]
    n = f", '  n=', toString(answer.{number.n})" if number.n else ""
    return f"""select concat(toString(answer.{period.name}){n}) as {period.name}, toString(answer.{age.name}) as {age.name},
    answer.{number.name} as {number.name}
from
(
{panel.sql}
) as answer
order by answer.{period.name}, answer.{age.name}"""  # noqa: S608 made of constants


def tiles(panel: Panel, language: str) -> str:
    """One row a KPI, in the order of the panel, also where nothing was counted.

    It is called by the KPI's name with its n and with what it was before; its unit stands beside its value.
    """
    kpis = [BY_ID[each] for each in panel.kpis]
    ids = array(panel.kpis)
    listed = array(kpi.id for kpi in kpis if kpi.kind == "count" or not kpi.of_cases)
    names = array(kpi.ja if language == "ja" else kpi.en for kpi in kpis)
    ratios = array(kpi.id for kpi in kpis if kpi.unit == "ratio")
    return f"""select concat(
        transform(wanted, {ids}, {names}, wanted),
        if(has({listed}, wanted), '', concat('  n=', toString(n))),
        {quoted(f"  {word('before', language)} ")},
        multiIf(
            isNull(before), '–',
            has({ratios}, wanted), concat(toString(round(100 * before, 1)), '%'),
            toString(round(before, 1))
        )
    ) as kpi,
    value,
    {_units(kpis, ids, language)} as unit
from
(
select kpi as wanted, value, n, before
from
(
{panel.sql}
)
)
order by indexOf({ids}, wanted)"""  # noqa: S608 made of constants


def _units(kpis: list[Kpi], ids: str, language: str) -> str:
    units = array("" if kpi.unit == "money" else unit(kpi.unit, language) for kpi in kpis)
    said = f"transform(wanted, {ids}, {units}, '')"
    money = f"if({said} = '', (select any(unit) from ({MONEY})), {said})"  # noqa: S608 encoded
    return money if any(kpi.unit == "money" for kpi in kpis) else said


def mixed(panel: Panel) -> tuple[Column, ...]:
    """The columns of a table whose unit is that of the KPI of their row."""
    if panel.kind != "table" or all(each.unit != "kpi" for each in panel.columns):
        return ()
    return tuple(each for each in panel.numbers if each.unit == "count")


def told(panel: Panel, language: str) -> str:
    """The rows with their mixed columns as text: a column of Grafana has one unit, and these have that of each row."""
    kpi = next(each.name for each in panel.columns if each.unit == "kpi")
    texts = mixed(panel)
    picks = ",\n    ".join(
        f"{_text(f'answer.{each.name}', kpi, language)} as {each.name}"
        if each in texts
        else f"answer.{each.name} as {each.name}"
        for each in panel.columns
    )
    return f"""with
    (select any(currency) from v_tenants where id = {value("tenant")}) as currency,
    x -> concat(
        if(x < 0, '-', ''),
        replaceRegexpOne(reverse(replaceRegexpAll(reverse(toString(toUInt64(floor(abs(x))))), '([0-9][0-9][0-9])', '\\\\1,')), '^,', ''),
        if(x = floor(x), '', substring(printf('%.1f', abs(x)), -2))
    ) as digits
select {picks}
from
(
{panel.sql}
) as answer"""  # noqa: S608 the value is encoded


def _text(number: str, kpi: str, language: str) -> str:
    def of_unit(kind: str) -> str:
        return (
            f"has({array(each.id for each in BY_ID.values() if each.unit == kind)}, answer.{kpi})"
        )

    some = f"assumeNotNull({number})"
    shown = f"digits(round({some}, 1))"
    return f"""multiIf(
        isNull({number}), null,
        {of_unit("ratio")}, printf('%.1f%%', 100 * {some}),
        {of_unit("days")}, concat({shown}, {quoted(suffix("days", language))}),
        {of_unit("hours")}, concat({shown}, {quoted(suffix("hours", language))}),
        {of_unit("money")}, if(currency = 'JPY', concat('¥', digits(round({some}))), concat({shown}, ' ', currency)),
        {shown}
    )"""


SHAPES = {"line": series, "stack": series, "triangle": cohorts, "tiles": tiles}
