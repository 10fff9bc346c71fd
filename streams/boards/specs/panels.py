"""Builders of panels without hand-written SQL: KPIs, dimension and basis are enough.

The KPIs are those that `schemas.kpis.catalogue.placed` returns for the panel; without any there is no panel.
"""

from collections.abc import Iterable

from schemas.cells import COHORT, DECISION, Basis
from schemas.kafka.member_names import KIND_OF_DIMENSION
from schemas.kpis.definition import Kpi
from streams.boards.spec import Column, Panel
from streams.boards.specs.kpi_columns import display_unit, member_columns, member_values
from streams.boards.specs.sql import (
    NAME_OF_MEMBER,
    VALUE_IN_UNITS,
    WITH_FILL,
    durations_view,
    join_names,
    kpis_view,
    own_filter,
    series_view,
    sql_list,
)

EARLIER = "addDays({before:Date}, -dateDiff('day', {first:Date}, {last:Date}))"
# A window that begins before anything is known is not compared.
KNOWN_SINCE = "(select day from v_first_day(tenant = {tenant:String}))"
GRAINS = {"week": ("週", "Week"), "month": ("月", "Month")}
DIMENSION_LABELS = {
    "channel": ("媒体", "Channel"),
    "job": ("求人", "Job"),
    "recruiter": ("採用担当", "Recruiter"),
    "interviewer": ("面接官", "Interviewer"),
}


def ids(kpis: Iterable[Kpi]) -> tuple[str, ...]:
    """Return the ids of the KPIs."""
    return tuple(kpi.id for kpi in kpis)


def drawn(*panels: Panel | None) -> tuple[Panel, ...]:
    """Return the panels whose KPIs exist."""
    return tuple(panel for panel in panels if panel is not None)


def tiles(
    id_: str, ja: str, en: str, kpis: tuple[Kpi, ...], basis: Basis = DECISION
) -> Panel | None:
    """One number per KPI, with its n and its value in the preceding window of equal length."""
    if not kpis:
        return None
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="tiles",
        sql=_tiles_sql(kpis, basis),
        columns=(
            Column(name="kpi", unit="kpi", ja="KPI", en="KPI"),
            Column(name="value", unit="count", n="n", ja="値", en="Value"),
            Column(name="n", unit="count", hidden=True),
            Column(name="before", unit="count", ja="前の期間", en="Before"),
        ),
        basis=basis,
        kpis=ids(kpis),
        minimum_n=max(kpi.minimum_n for kpi in kpis),
        width=12,
    )


def _tiles_sql(kpis: tuple[Kpi, ...], basis: Basis) -> str:
    """Select one row per KPI, with its value in the window and in the preceding one."""
    additive = tuple(kpi for kpi in kpis if kpi.additive)
    others = tuple(kpi for kpi in kpis if not kpi.additive)
    previous_view = (
        kpis_view(basis)
        .replace("first = {first:Date}", f"first = {EARLIER}")
        .replace("last = {last:Date}", "last = {before:Date}")
    )
    parts = [(kpis_view(basis), previous_view, additive)] if additive else []
    if others:
        now = durations_view("{first:Date}", "{last:Date}")
        parts.append((now, durations_view(EARLIER, "{before:Date}"), others))
    return "\nunion all\n".join(_tile(*part) for part in parts)


def _tile(now: str, then: str, kpis: tuple[Kpi, ...]) -> str:
    """Select one row per KPI even without data: counts are then 0, other KPIs null."""
    condition = f"where member = {{member:String}} and kpi in ({sql_list(ids(kpis))})"
    counts = sql_list(kpi.id for kpi in kpis if kpi.kind == "count")
    is_count = f"kpi in ({counts})" if counts else "false"
    shown_value = f"if(thin and not ({is_count}), null, {VALUE_IN_UNITS}) as shown"  # a refund is negative, but not too few cases
    return f"""select wanted.kpi as kpi, if({is_count}, ifNull(now.shown, 0), now.shown) as value, toInt64(now.cases) as n,
    if(ifNull({KNOWN_SINCE} > {EARLIER}, true), null, if({is_count}, ifNull(then.shown, 0), then.shown)) as before
from (select arrayJoin([{sql_list(ids(kpis))}]) as kpi) as wanted
left join (select kpi, {shown_value}, n as cases from {now} {condition}) as now using (kpi)
left join (select kpi, {shown_value} from {then} {condition}) as then using (kpi)"""


def members(
    id_: str,
    ja: str,
    en: str,
    dimension: str,
    kpis: tuple[Kpi, ...],
    *,
    basis: Basis = COHORT,
    leads: str = "",
) -> Panel | None:
    """A table of the members of a dimension, with one column per KPI, largest first by the first; rates have their n."""
    if not kpis:
        return None
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="table",
        sql=_members_sql(dimension, kpis, basis),
        own_dimension=dimension,
        columns=(
            Column(name="member", unit="text", hidden=True),
            _member_column("name", dimension, leads),
            *member_columns(kpis),
        ),
        basis=basis,
        kpis=ids(kpis),
        minimum_n=max(kpi.minimum_n for kpi in kpis),
        width=12,
    )


def _members_sql(dimension: str, kpis: tuple[Kpi, ...], basis: Basis) -> str:
    """Select the members of which any count is not 0: a channel that only costs stands there too."""
    first = kpis[0].id
    counts = [kpi.id for kpi in kpis if kpi.kind == "count"] or [first]
    has_names = dimension in KIND_OF_DIMENSION
    label = NAME_OF_MEMBER if has_names else "member"
    return f"""select found.member as member, {label} as name, found.* except(member)
from
(
    select member, {member_values(kpis, VALUE_IN_UNITS)}
    from {kpis_view(basis, f"'{dimension}'")}
    where {own_filter(dimension)}
    group by member
    having {" or ".join(f"{count} != 0" for count in counts)}
) as found{join_names(dimension) if has_names else ""}
order by {first} desc, member
limit 1000"""


def _member_column(name: str, dimension: str, leads: str) -> Column:
    ja, en = DIMENSION_LABELS[dimension]
    return Column(name=name, unit="text", ja=ja, en=en, leads=leads, dimension=dimension)


def over_time(
    id_: str,
    ja: str,
    en: str,
    kpis: tuple[Kpi, ...],
    *,
    grain: str = "week",
    basis: Basis = DECISION,
    width: int = 6,
) -> Panel | None:
    """One KPI by week or month; a rate with too few cases leaves a gap, a count without cases is 0."""
    if not kpis:
        return None
    kpi = kpis[0]
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="line",
        sql=_series_sql(kpi, basis, grain),
        width=width,
        columns=(
            Column(name="time", unit="period", ja=GRAINS[grain][0], en=GRAINS[grain][1]),
            *_value_columns(kpi),
        ),
        basis=basis,
        kpis=(kpi.id,),
        minimum_n=kpi.minimum_n,
    )


def _series_sql(kpi: Kpi, basis: Basis, grain: str) -> str:
    shown_value = (
        f"ifNull({VALUE_IN_UNITS}, 0)"
        if kpi.kind == "count"
        else f"if(thin, null, {VALUE_IN_UNITS})"
    )
    return f"""select period as time, {shown_value} as value, n as cases
from {series_view(basis, grain)}
where member = {{member:String}} and kpi = '{kpi.id}'
order by time {WITH_FILL[grain]}"""


def _value_columns(kpi: Kpi) -> tuple[Column, ...]:
    return (
        Column(name="value", unit=display_unit(kpi), ja=kpi.ja, en=kpi.en, n="cases"),
        Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
    )


# The page leaves out members without a case: a condition on n takes the view twenty times as long.
def ranking(
    id_: str,
    ja: str,
    en: str,
    dimension: str,
    kpis: tuple[Kpi, ...],
    *,
    basis: Basis = COHORT,
    leads: str = "",
) -> Panel | None:
    """Bars of one KPI by member, largest first."""
    if not kpis:
        return None
    kpi = kpis[0]
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="bar",
        sql=f"""select member, if(thin, null, {VALUE_IN_UNITS}) as value, n as cases
from {kpis_view(basis, f"'{dimension}'")}
where kpi = '{kpi.id}' and {own_filter(dimension)}
order by value desc, member
limit 12""",
        own_dimension=dimension,
        columns=(_member_column("member", dimension, leads), *_value_columns(kpi)),
        basis=basis,
        kpis=(kpi.id,),
        minimum_n=kpi.minimum_n,
    )
