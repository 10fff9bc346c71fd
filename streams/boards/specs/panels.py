"""Builders of panels without hand-written SQL: KPIs, dimension and basis are enough.

The KPIs are those that `schemas.kpis.catalogue.placed` returns for the panel; without any there is no panel.
"""

from collections.abc import Iterable

from schemas.cells import COHORT, DECISION, JOB, Basis
from schemas.kpis.definition import Kpi, Place
from streams.boards.spec import Column, Panel, Unit

GRAINS = {"week": ("週", "Week"), "month": ("月", "Month")}
# Fills empty periods between the first one with data and today.
WITH_FILL = {
    grain: f"with fill to addDays({{as_of:Date}}, 1) step interval 1 {grain}" for grain in GRAINS
}
DIMENSION_LABELS = {
    "channel": ("媒体", "Channel"),
    "job": ("求人", "Job"),
    "recruiter": ("採用担当", "Recruiter"),
    "interviewer": ("面接官", "Interviewer"),
}
VALUE_IN_UNITS = "if(unit = 'money', value / {minor:UInt32}, value)"
JOIN_JOB_TITLES = """
left join
(
    select job_id, argMax(job_name, time) as job_title
    from v_events
    where tenant = {tenant:String} and job_id != '' and job_name != ''
    group by job_id
) as jobs on jobs.job_id = found.member"""


def kpis_view(basis: Basis, dimension: str = "{dimension:String}") -> str:
    """Return the view of additive KPIs in the window."""
    return (
        f"v_kpis(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        "first = {first:Date}, last = {last:Date})"
    )


def series_view(basis: Basis, grain: str, dimension: str = "{dimension:String}") -> str:
    """Return the view of additive KPIs by period."""
    return (
        f"v_kpi_series(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        f"first = {{first:Date}}, last = {{last:Date}}, grain = '{grain}', fiscal_start = 4)"
    )


def durations_view(first: str, last: str) -> str:
    """Return the view of duration KPIs of cases that entered in those days."""
    return (
        "v_duration_kpis(tenant = {tenant:String}, dimension = {dimension:String}, "
        f"first = {first}, last = {last}, as_of = {{as_of:Date}})"
    )


def sql_list(ids: Iterable[str]) -> str:
    """Quote ids as an SQL list."""
    return ", ".join(f"'{id_}'" for id_ in ids)


def ids(kpis: Iterable[Kpi]) -> tuple[str, ...]:
    """Return the ids of the KPIs."""
    return tuple(kpi.id for kpi in kpis)


def drawn(*panels: Panel | None) -> tuple[Panel, ...]:
    """Return the panels whose KPIs exist."""
    return tuple(panel for panel in panels if panel is not None)


def display_unit(kpi: Kpi) -> Unit:
    """Return the unit in which boards show the KPI."""
    return "count" if kpi.unit == "score" else kpi.unit


def tiles(
    id_: str, ja: str, en: str, kpis: tuple[Kpi, ...], basis: Basis = DECISION
) -> Panel | None:
    """One number per KPI, with its n and its value in the preceding window of equal length."""
    if not kpis:
        return None
    additive = tuple(kpi for kpi in kpis if kpi.additive)
    others = tuple(kpi for kpi in kpis if not kpi.additive)
    earlier = "addDays({before:Date}, -dateDiff('day', {first:Date}, {last:Date}))"
    previous_view = (
        kpis_view(basis)
        .replace("first = {first:Date}", f"first = {earlier}")
        .replace("last = {last:Date}", "last = {before:Date}")
    )
    parts = [(kpis_view(basis), previous_view, additive)] if additive else []
    if others:
        now = durations_view("{first:Date}", "{last:Date}")
        parts.append((now, durations_view(earlier, "{before:Date}"), others))
    sql = "\nunion all\n".join(_tile(*part) for part in parts)
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="tiles",
        sql=sql,
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


def _tile(now: str, then: str, kpis: tuple[Kpi, ...]) -> str:
    """Select one row per KPI even without data: counts are then 0, other KPIs null."""
    condition = f"where member = {{member:String}} and kpi in ({sql_list(ids(kpis))})"
    counts = sql_list(kpi.id for kpi in kpis if kpi.kind == "count")
    is_count = f"kpi in ({counts})" if counts else "false"
    shown_value = f"if(thin and not ({is_count}), null, {VALUE_IN_UNITS}) as shown"  # a refund is negative, but not too few cases
    return f"""select wanted.kpi as kpi, if({is_count}, ifNull(now.shown, 0), now.shown) as value, toInt64(now.cases) as n,
    if({is_count}, ifNull(then.shown, 0), then.shown) as before
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
    first = kpis[0].id
    label = (
        "if(jobs.job_title = '', found.member, jobs.job_title)" if dimension == JOB else "member"
    )
    sql = f"""select found.member as member, {label} as name, found.* except(member)
from
(
    select member, {member_values(kpis, VALUE_IN_UNITS)}
    from {kpis_view(basis, f"'{dimension}'")}
    group by member
    having {first} > 0
) as found{JOIN_JOB_TITLES if dimension == JOB else ""}
order by {first} desc, member
limit 50"""
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="table",
        sql=sql,
        columns=(
            Column(name="member", unit="text", hidden=True),
            Column(
                name="name",
                unit="text",
                ja=DIMENSION_LABELS[dimension][0],
                en=DIMENSION_LABELS[dimension][1],
                leads=leads,
                dimension=dimension,
            ),
            *member_columns(kpis),
        ),
        basis=basis,
        kpis=ids(kpis),
        minimum_n=max(kpi.minimum_n for kpi in kpis),
        width=12,
    )


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
    n = "" if kpi.kind == "count" else f"{name}_n"
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
    shown_value = (
        f"ifNull({VALUE_IN_UNITS}, 0)"
        if kpi.kind == "count"
        else f"if(thin, null, {VALUE_IN_UNITS})"
    )
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="line",
        sql=f"""select period as time, {shown_value} as value, n as cases
from {series_view(basis, grain)}
where member = {{member:String}} and kpi = '{kpi.id}'
order by time {WITH_FILL[grain]}""",
        width=width,
        columns=(
            Column(name="time", unit="period", ja=GRAINS[grain][0], en=GRAINS[grain][1]),
            Column(
                name="value",
                unit=display_unit(kpi),
                ja=kpi.ja,
                en=kpi.en,
                n="cases",
            ),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpis=(kpi.id,),
        minimum_n=kpi.minimum_n,
    )


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
where kpi = '{kpi.id}' and n > 0
order by value desc, member
limit 12""",
        columns=(
            Column(
                name="member",
                unit="text",
                ja=DIMENSION_LABELS[dimension][0],
                en=DIMENSION_LABELS[dimension][1],
                leads=leads,
                dimension=dimension,
            ),
            Column(
                name="value",
                unit=display_unit(kpi),
                ja=kpi.ja,
                en=kpi.en,
                n="cases",
            ),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpis=(kpi.id,),
        minimum_n=kpi.minimum_n,
    )
