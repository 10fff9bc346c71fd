"""Builders of panels without hand-written SQL: KPIs, dimension and basis are enough."""

from schemas.cells import COHORT, DECISION, JOB, Basis
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Kpi
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


def sql_list(ids: tuple[str, ...]) -> str:
    """Quote ids as an SQL list."""
    return ", ".join(f"'{id_}'" for id_ in ids)


def display_unit(kpi: Kpi) -> Unit:
    """Return the unit in which boards show the KPI."""
    return "count" if kpi.unit == "score" else kpi.unit


def tiles(id_: str, ja: str, en: str, kpis: tuple[str, ...], basis: Basis = DECISION) -> Panel:
    """One number per KPI, with its n and its value in the preceding window of equal length."""
    additive = tuple(kpi for kpi in kpis if BY_ID[kpi].additive)
    others = tuple(kpi for kpi in kpis if kpi not in additive)
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
        kpi=kpis[0],
        kpis=kpis,
        minimum_n=max(BY_ID[kpi].minimum_n for kpi in kpis),
        width=12,
    )


def _tile(now: str, then: str, kpis: tuple[str, ...]) -> str:
    """Select one row per KPI even without data: counts are then 0, other KPIs null."""
    condition = f"where member = {{member:String}} and kpi in ({sql_list(kpis)})"
    counts = sql_list(tuple(kpi for kpi in kpis if BY_ID[kpi].kind == "count"))
    is_count = f"kpi in ({counts})" if counts else "false"
    shown_value = f"if(thin and not ({is_count}), null, {VALUE_IN_UNITS}) as shown"  # a refund is negative, but not too few cases
    return f"""select wanted.kpi as kpi, if({is_count}, ifNull(now.shown, 0), now.shown) as value, toInt64(now.cases) as n,
    if({is_count}, ifNull(then.shown, 0), then.shown) as before
from (select arrayJoin([{sql_list(kpis)}]) as kpi) as wanted
left join (select kpi, {shown_value}, n as cases from {now} {condition}) as now using (kpi)
left join (select kpi, {shown_value} from {then} {condition}) as then using (kpi)"""


def members(
    id_: str,
    ja: str,
    en: str,
    dimension: str,
    kpis: tuple[str, ...],
    *,
    basis: Basis = COHORT,
    leads: str = "",
) -> Panel:
    """A table of the members of a dimension, largest first, with one column per KPI; rates have their n."""
    numbers = tuple(_member_columns(kpi) for kpi in kpis)
    picks = ",\n    ".join(
        f"ifNull(sumIf(value, kpi = '{kpi}'), 0) as {kpi}"
        if BY_ID[kpi].kind == "count" and BY_ID[kpi].unit != "money"
        else f"anyIf(if(thin, null, {VALUE_IN_UNITS}), kpi = '{kpi}') as {kpi}, sumIf(n, kpi = '{kpi}') as {kpi}_n"
        for kpi in kpis
    )
    label = (
        "if(jobs.job_title = '', found.member, jobs.job_title)" if dimension == JOB else "member"
    )
    sql = f"""select found.member as member, {label} as name, found.* except(member)
from
(
    select member, {picks}
    from {kpis_view(basis, f"'{dimension}'")}
    group by member
    having {kpis[0]} > 0
) as found{JOIN_JOB_TITLES if dimension == JOB else ""}
order by {kpis[0]} desc, member
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
            *(column for pair in numbers for column in pair),
        ),
        basis=basis,
        kpi=kpis[0],
        kpis=kpis,
        minimum_n=max(BY_ID[kpi].minimum_n for kpi in kpis),
        width=12,
    )


def _member_columns(id_: str) -> tuple[Column, ...]:
    kpi = BY_ID[id_]
    if kpi.kind == "count" and kpi.unit != "money":
        return (Column(name=id_, unit=display_unit(kpi), ja=kpi.ja, en=kpi.en),)
    hidden = Column(name=f"{id_}_n", unit="count", hidden=True, ja="n", en="n")
    return (
        Column(
            name=id_,
            unit=display_unit(kpi),
            ja=kpi.ja,
            en=kpi.en,
            n="" if kpi.kind == "count" else hidden.name,
            minimum=kpi.minimum_n,
        ),
        hidden,
    )


def over_time(
    id_: str,
    ja: str,
    en: str,
    kpi: str,
    *,
    grain: str = "week",
    basis: Basis = DECISION,
    width: int = 6,
) -> Panel:
    """One KPI by week or month; a rate with too few cases leaves a gap, a count without cases is 0."""
    definition = BY_ID[kpi]
    shown_value = (
        f"ifNull({VALUE_IN_UNITS}, 0)"
        if definition.kind == "count"
        else f"if(thin, null, {VALUE_IN_UNITS})"
    )
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="line",
        sql=f"""select period as time, {shown_value} as value, n as cases
from {series_view(basis, grain)}
where member = {{member:String}} and kpi = '{kpi}'
order by time {WITH_FILL[grain]}""",
        width=width,
        columns=(
            Column(name="time", unit="period", ja=GRAINS[grain][0], en=GRAINS[grain][1]),
            Column(
                name="value",
                unit=display_unit(definition),
                ja=definition.ja,
                en=definition.en,
                n="cases",
            ),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpi=kpi,
        minimum_n=definition.minimum_n,
    )


def ranking(
    id_: str, ja: str, en: str, dimension: str, kpi: str, *, basis: Basis = COHORT, leads: str = ""
) -> Panel:
    """Bars of one KPI by member, largest first."""
    definition = BY_ID[kpi]
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="bar",
        sql=f"""select member, if(thin, null, {VALUE_IN_UNITS}) as value, n as cases
from {kpis_view(basis, f"'{dimension}'")}
where kpi = '{kpi}' and n > 0
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
                unit=display_unit(definition),
                ja=definition.ja,
                en=definition.en,
                n="cases",
            ),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpi=kpi,
        minimum_n=definition.minimum_n,
    )
