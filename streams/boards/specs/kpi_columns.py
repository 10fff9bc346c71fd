"""Columns of tables with one column per KPI: their SQL, names and titles."""

from collections.abc import Iterable

from schemas.kpis.definition import Kpi, Place
from streams.boards.spec import Column, Unit


def member_values(kpis: Iterable[Kpi], value: str, panel: str = "") -> str:
    """Select one column per KPI from rows of one KPI each, and the n of those that are no counts of cases."""
    return ",\n    ".join(
        f"ifNull(sumIf(value, kpi = '{kpi.id}'), 0) as {_column_name(kpi, panel)}"
        if _is_case_count(kpi)
        else f"anyIf(if(thin, null, {value}), kpi = '{kpi.id}') as {_column_name(kpi, panel)}, "
        f"sumIf(n, kpi = '{kpi.id}') as {_column_name(kpi, panel)}_n"
        for kpi in kpis
    )


def member_columns(kpis: Iterable[Kpi], panel: str = "") -> tuple[Column, ...]:
    """Return the columns of `member_values`, named and titled as on the panel."""
    return tuple(column for kpi in kpis for column in _member_columns(kpi, panel))


def _member_columns(kpi: Kpi, panel: str) -> tuple[Column, ...]:
    place, name = _place(kpi, panel), _column_name(kpi, panel)
    ja, en = place.ja or kpi.ja, place.en or kpi.en
    if _is_case_count(kpi):
        return (Column(name=name, unit=display_unit(kpi), ja=ja, en=en),)
    n = f"{name}_n" if kpi.kind != "count" and kpi.counts_cases else ""
    return (
        Column(name=name, unit=display_unit(kpi), ja=ja, en=en, n=n, minimum=kpi.minimum_n),
        Column(name=f"{name}_n", unit="count", hidden=True, ja="n", en="n"),
    )


def _is_case_count(kpi: Kpi) -> bool:
    return kpi.kind == "count" and kpi.unit != "money"


def _place(kpi: Kpi, panel: str) -> Place:
    return kpi.place(panel) if panel else Place(panel)


def _column_name(kpi: Kpi, panel: str) -> str:
    return _place(kpi, panel).name or kpi.id


def display_unit(kpi: Kpi) -> Unit:
    """Return the unit in which boards show the KPI."""
    return "count" if kpi.unit == "score" else kpi.unit
