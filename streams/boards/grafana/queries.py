"""ClickHouse queries of Grafana panels: panel SQL with Grafana variables in place of parameters.

Variable values are percent-encoded, so a quote or backslash in a channel name cannot inject SQL. Days are computed in the
tenant's time zone from the instants that the data source substitutes for `$__fromTime` and `$__toTime`.
"""

import re
from collections.abc import Iterable
from typing import Any

from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Kpi
from schemas.text.languages import translate
from schemas.text.units import NO_VALUE
from streams.boards.grafana.units import (
    NUMBER_LAMBDAS,
    SYMBOL_UNITS,
    grafana_decimals,
    grafana_unit,
    sql_array,
    sql_money,
    sql_number,
    sql_string,
)
from streams.boards.spec import Column, Panel
from streams.boards.words import VALUE_NAMES, label

SOURCE = {"type": "grafana-clickhouse-datasource", "uid": "hirelay-clickhouse"}
PLUGIN = "4.20.0"  # the plugin version that these queries are written for
TIME_SERIES, TABLE = 0, 1  # result formats of the data source
NOON = 12  # a day plotted at noon stays the same day for readers up to 12 hours away
Target = dict[str, Any]


def variable_value(name: str) -> str:
    """Return SQL for a variable's value as text, safe for any content."""
    return f"decodeURLComponent('${{{name}:percentencode}}')"


ZONE = variable_value("zone")
FIRST = f"toDate($__fromTime, {ZONE})"
LAST = f"toDate($__toTime, {ZONE})"
PARAMETER_EXPRESSIONS = {
    "tenant": variable_value("tenant"),
    "dimension": variable_value("dimension"),
    "member": variable_value("member"),
    "first": FIRST,
    "last": LAST,
    "before": f"addDays({FIRST}, -1)",
    "as_of": f"least({LAST}, toDate(now(), {ZONE}))",
    "minor": f"greatest(1, toUInt32OrZero({variable_value('minor')}))",
}


def substitute_parameters(sql: str) -> str:
    """Replace the parameters of the query with Grafana expressions."""
    return re.sub(r"(?<!\$)\{(\w+):\w+\}", lambda match: PARAMETER_EXPRESSIONS[match.group(1)], sql)


def target(sql: str, ref: str = "A", form: int = TABLE) -> Target:
    """Return a query target; time series need a column `time` and must be sorted by it."""
    return {
        "refId": ref,
        "datasource": SOURCE,
        "editorType": "sql",
        "rawSql": sql,
        "format": form,
        "queryType": "timeseries" if form == TIME_SERIES else "table",
        "pluginVersion": PLUGIN,
    }


def panel_targets(panel: Panel, language: str) -> list[Target]:
    """The queries of a panel: its rows, and the unit of money where money is shown."""
    panel = panel.of_sql()
    shape = mixed_table_sql if mixed_unit_columns(panel) else SQL_BUILDERS.get(panel.kind)
    sql = substitute_parameters(panel.sql if shape is None else shape(panel, language))
    form = TIME_SERIES if panel.kind in ("line", "stack") else TABLE
    money = any(column.unit == "money" for column in panel.columns)
    return [target(sql, form=form), *([target(MONEY, MONEY_REF)] if money else [])]


MONEY_REF = "money"
# Whole amounts with their currency; `currency:financial` writes every digit.
MONEY = f"""select transform(currency, {sql_array(SYMBOL_UNITS)}, {sql_array(SYMBOL_UNITS.values())}, concat('currency:financial: ', currency, ':suffix')) as unit
from v_tenants
where id = {variable_value("tenant")}"""  # noqa: S608 the value is encoded
# What `sql_number` and `sql_money` need, for a `with` clause.
NUMBER_FUNCTIONS = f"""(select any(currency) from v_tenants where id = {variable_value("tenant")}) as currency,
    toUInt8(length(toString({PARAMETER_EXPRESSIONS["minor"]})) - 1) as places,
    {NUMBER_LAMBDAS}"""  # noqa: S608 the value is encoded


def translated_column(column: Column, language: str) -> str:
    """Translate the column in SQL: a Grafana series is named by its value."""
    names = VALUE_NAMES[column.unit]
    translations = sql_array(translate(words, language) for words in names.values())
    return (
        f"transform(answer.{column.name}, {sql_array(names)}, {translations}, answer.{column.name})"
    )


def time_series_sql(panel: Panel, language: str) -> str:
    """Turn periods into instants (noon in the tenant's time zone), and series into readable names."""
    first, *others = panel.columns
    picks = [f"addHours(toDateTime(answer.{first.name}, {ZONE}), {NOON}) as time"]
    for column in others:
        is_name = column in panel.names
        picks.append(
            f"{translated_column(column, language)} as {column.name}" if is_name else f"answer.{column.name} as {column.name}"
        )  # fmt: skip
    return f"select {', '.join(picks)}\nfrom\n(\n{panel.sql}\n) as answer\norder by time"


def cohorts_sql(panel: Panel, _: str) -> str:
    """Label the rows of a triangle with their period and n, which is the same at every age."""
    period, age, number = panel.columns[0], panel.columns[1], panel.numbers[-1]
    n = f", '  n=', toString(answer.{number.n})" if number.n else ""
    return f"""select concat(toString(answer.{period.name}){n}) as {period.name}, toString(answer.{age.name}) as {age.name},
    answer.{number.name} as {number.name}
from
(
{panel.sql}
) as answer
order by answer.{period.name}, answer.{age.name}"""  # noqa: S608 built from constants


def tiles_sql(panel: Panel, language: str) -> str:
    """Select one row per KPI in panel order, even without data.

    The label is the KPI name with its n and the previous value; the unit is a column beside the value.
    """
    kpis = [BY_ID[id_] for id_ in panel.kpis]
    ids = sql_array(panel.kpis)
    without_n = sql_array(kpi.id for kpi in kpis if kpi.kind == "count" or not kpi.counts_cases)
    names = sql_array(translate((kpi.ja, kpi.en), language) for kpi in kpis)
    return f"""with
    {NUMBER_FUNCTIONS}
select concat(
        transform(wanted, {ids}, {names}, wanted),
        if(has({without_n}, wanted), '', concat('  n=', toString(n))),
        {sql_string(f"  {label('before', language)} ")},
        ifNull({_formatted("before", "wanted", kpis, language)}, {sql_string(NO_VALUE)})
    ) as kpi,
    value,
    {_units(kpis, ids, language)} as unit,
    {_decimals(kpis, language)} as decimals
from
(
select kpi as wanted, value, n, before
from
(
{panel.sql}
)
)
order by indexOf({ids}, wanted)"""  # noqa: S608 built from constants


def _decimals(kpis: list[Kpi], language: str) -> str:
    """Return SQL for the decimals of each KPI; null leaves them to Grafana."""
    cases = "".join(
        f"{sql_string(kpi.id)}, {decimals}, "
        for kpi in kpis
        if kpi.unit != "money"
        if (decimals := grafana_decimals(kpi.unit, language)) is not None
    )
    return f"caseWithExpression(wanted, {cases}null)" if cases else "null"


def _units(kpis: list[Kpi], ids: str, language: str) -> str:
    units = sql_array(
        "" if kpi.unit == "money" else grafana_unit(kpi.unit, language) for kpi in kpis
    )
    own_unit = f"transform(wanted, {ids}, {units}, '')"
    money = f"if({own_unit} = '', (select any(unit) from ({MONEY})), {own_unit})"  # noqa: S608 encoded
    return money if any(kpi.unit == "money" for kpi in kpis) else own_unit


def mixed_unit_columns(panel: Panel) -> tuple[Column, ...]:
    """Return the table columns whose unit depends on the KPI of the row."""
    if panel.kind != "table" or all(column.unit != "kpi" for column in panel.columns):
        return ()
    return tuple(column for column in panel.numbers if column.unit == "count" and not column.tally)


def mixed_table_sql(panel: Panel, language: str) -> str:
    """Format mixed-unit columns as text: a Grafana column has one unit, but these vary by row."""
    kpi = next(column.name for column in panel.columns if column.unit == "kpi")
    mixed = mixed_unit_columns(panel)
    picks = ",\n    ".join(
        f"{_formatted(f'answer.{column.name}', f'answer.{kpi}', BY_ID.values(), language)} as {column.name}"
        if column in mixed
        else f"answer.{column.name} as {column.name}"
        for column in panel.columns
    )
    return f"""with
    {NUMBER_FUNCTIONS}
select {picks}
from
(
{panel.sql}
) as answer"""  # noqa: S608 the value is encoded


def _formatted(number: str, kpi: str, kpis: Iterable[Kpi], language: str) -> str:
    """Write a number in the unit of the KPI whose id is in the column `kpi`; null stays null."""
    by_unit: dict[str, list[str]] = {}
    for definition in kpis:
        by_unit.setdefault(definition.unit, []).append(definition.id)
    not_null = f"assumeNotNull({number})"
    texts = {
        unit: sql_money(not_null) if unit == "money" else sql_number(not_null, unit, language)
        for unit in sorted(by_unit)
    }
    plain = sql_number(not_null, "count", language)
    cases = "".join(
        f"has({sql_array(by_unit[unit])}, {kpi}), {text},\n        "
        for unit, text in texts.items()
        if text != plain
    )
    only = len(texts) == 1
    text = texts.popitem()[1] if only else f"multiIf(\n        {cases}{plain}\n    )"
    return f"if(isNull({number}), null, grouped({text}))"


SQL_BUILDERS = {
    "line": time_series_sql,
    "stack": time_series_sql,
    "triangle": cohorts_sql,
    "tiles": tiles_sql,
}
