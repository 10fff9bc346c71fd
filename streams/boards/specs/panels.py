"""Panels that need no SQL: say which KPIs, of whom, on which basis."""

from schemas.cells import COHORT, DECISION, JOB, Basis
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Kpi
from streams.boards.spec import Column, Panel, Unit

GRAINS = {"week": ("週", "Week"), "month": ("月", "Month")}
# Periods in which nothing was counted, between the first in which something was and today.
FILLED = {
    grain: f"with fill to addDays({{as_of:Date}}, 1) step interval 1 {grain}" for grain in GRAINS
}
OF = {
    "channel": ("媒体", "Channel"),
    "job": ("求人", "Job"),
    "recruiter": ("採用担当", "Recruiter"),
    "interviewer": ("面接官", "Interviewer"),
}
MONEY = "if(unit = 'money', value / {minor:UInt32}, value)"
NAMED = """
left join
(
    select job_id, argMax(job_name, time) as job_title
    from v_events
    where tenant = {tenant:String} and job_id != '' and job_name != ''
    group by job_id
) as jobs on jobs.job_id = found.member"""


def kpis_view(basis: Basis, dimension: str = "{dimension:String}") -> str:
    """The additive KPIs of the window."""
    return (
        f"v_kpis(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        "first = {first:Date}, last = {last:Date})"
    )


def series_view(basis: Basis, grain: str, dimension: str = "{dimension:String}") -> str:
    """The additive KPIs by period."""
    return (
        f"v_kpi_series(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        f"first = {{first:Date}}, last = {{last:Date}}, grain = '{grain}', fiscal_start = 4)"
    )


def durations_view(first: str, last: str) -> str:
    """The KPIs of durations of those who entered in the days."""
    return (
        "v_duration_kpis(tenant = {tenant:String}, dimension = {dimension:String}, "
        f"first = {first}, last = {last}, as_of = {{as_of:Date}})"
    )


def quoted(ids: tuple[str, ...]) -> str:
    """A list of ids in SQL."""
    return ", ".join(f"'{each}'" for each in ids)


def unit_of(kpi: Kpi) -> Unit:
    """The unit in which a board shows the KPI."""
    return "count" if kpi.unit == "score" else kpi.unit


def tiles(id_: str, ja: str, en: str, kpis: tuple[str, ...], basis: Basis = DECISION) -> Panel:
    """One number a KPI, with its n and what it was in as many days before."""
    additive = tuple(each for each in kpis if BY_ID[each].additive)
    others = tuple(each for each in kpis if each not in additive)
    earlier = "addDays({before:Date}, -dateDiff('day', {first:Date}, {last:Date}))"
    then = (
        kpis_view(basis)
        .replace("first = {first:Date}", f"first = {earlier}")
        .replace("last = {last:Date}", "last = {before:Date}")
    )
    parts = [(kpis_view(basis), then, additive)] if additive else []
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
        minimum_n=max(BY_ID[each].minimum_n for each in kpis),
        width=12,
    )


def _tile(now: str, then: str, kpis: tuple[str, ...]) -> str:
    """A row a KPI, also where nothing was counted: of a count that is 0, of the others unknown."""
    chosen = f"where member = {{member:String}} and kpi in ({quoted(kpis)})"
    counts = quoted(tuple(each for each in kpis if BY_ID[each].kind == "count"))
    known = f"kpi in ({counts})" if counts else "false"
    shown = f"if(thin and not ({known}), null, {MONEY}) as shown"  # a refund is below 0, and is no thin data
    return f"""select wanted.kpi as kpi, if({known}, ifNull(now.shown, 0), now.shown) as value, toInt64(now.cases) as n,
    if({known}, ifNull(then.shown, 0), then.shown) as before
from (select arrayJoin([{quoted(kpis)}]) as kpi) as wanted
left join (select kpi, {shown}, n as cases from {now} {chosen}) as now using (kpi)
left join (select kpi, {shown} from {then} {chosen}) as then using (kpi)"""


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
    """A table of the members of a dimension, biggest first: KPIs side by side, each rate with its n."""
    numbers = tuple(_member_columns(each) for each in kpis)
    picks = ",\n    ".join(
        f"ifNull(sumIf(value, kpi = '{each}'), 0) as {each}"
        if BY_ID[each].kind == "count" and BY_ID[each].unit != "money"
        else f"anyIf(if(thin, null, {MONEY}), kpi = '{each}') as {each}, sumIf(n, kpi = '{each}') as {each}_n"
        for each in kpis
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
) as found{NAMED if dimension == JOB else ""}
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
                ja=OF[dimension][0],
                en=OF[dimension][1],
                leads=leads,
                dimension=dimension,
            ),
            *(column for pair in numbers for column in pair),
        ),
        basis=basis,
        kpi=kpis[0],
        kpis=kpis,
        minimum_n=max(BY_ID[each].minimum_n for each in kpis),
        width=12,
    )


def _member_columns(id_: str) -> tuple[Column, ...]:
    kpi = BY_ID[id_]
    if kpi.kind == "count" and kpi.unit != "money":
        return (Column(name=id_, unit=unit_of(kpi), ja=kpi.ja, en=kpi.en),)
    hidden = Column(name=f"{id_}_n", unit="count", hidden=True, ja="n", en="n")
    return (
        Column(
            name=id_,
            unit=unit_of(kpi),
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
    """One KPI by week or month; a period with too few cases is a gap, and of a count one without any is 0."""
    meant = BY_ID[kpi]
    shown = f"ifNull({MONEY}, 0)" if meant.kind == "count" else f"if(thin, null, {MONEY})"
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="line",
        sql=f"""select period as time, {shown} as value, n as cases
from {series_view(basis, grain)}
where member = {{member:String}} and kpi = '{kpi}'
order by time {FILLED[grain]}""",
        width=width,
        columns=(
            Column(name="time", unit="period", ja=GRAINS[grain][0], en=GRAINS[grain][1]),
            Column(name="value", unit=unit_of(meant), ja=meant.ja, en=meant.en, n="cases"),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpi=kpi,
        minimum_n=meant.minimum_n,
    )


def ranking(
    id_: str, ja: str, en: str, dimension: str, kpi: str, *, basis: Basis = COHORT, leads: str = ""
) -> Panel:
    """Bars of one KPI by member, longest first."""
    meant = BY_ID[kpi]
    return Panel(
        id=id_,
        ja=ja,
        en=en,
        kind="bar",
        sql=f"""select member, if(thin, null, {MONEY}) as value, n as cases
from {kpis_view(basis, f"'{dimension}'")}
where kpi = '{kpi}' and n > 0
order by value desc, member
limit 12""",
        columns=(
            Column(
                name="member",
                unit="text",
                ja=OF[dimension][0],
                en=OF[dimension][1],
                leads=leads,
                dimension=dimension,
            ),
            Column(name="value", unit=unit_of(meant), ja=meant.ja, en=meant.en, n="cases"),
            Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
        ),
        basis=basis,
        kpi=kpi,
        minimum_n=meant.minimum_n,
    )
