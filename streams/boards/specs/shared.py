"""Panels that several boards share."""

from schemas.kpis.catalogue import placed
from schemas.kpis.definition import Kpi
from schemas.planning.actuals import TOLERANCE
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import JOIN_NAMES, NAME_OF_MEMBER, WITH_FILL, series_view

PLAN_COLUMNS = (
    Column(name="state", unit="word", ja="状態", en="State"),
    Column(name="kpi", unit="kpi", ja="KPI", en="KPI"),
    Column(name="whose", unit="text", ja="対象", en="Of"),
    Column(name="period", unit="text", ja="期間", en="Period"),
    Column(name="actual", unit="count", ja="実績", en="Actual", n="n"),
    Column(name="plan_to_date", unit="count", ja="現時点の計画", en="Plan to date"),
    Column(name="plan", unit="count", ja="計画", en="Plan"),
    Column(name="achieved", unit="ratio", ja="達成率", en="Achieved"),
    Column(name="n", unit="count", hidden=True, ja="n", en="n"),
    Column(name="forecast", unit="forecast", ja="着地見込み", en="Forecast", page_only=True),
)
# As `schemas.planning.actuals` judges: within the tolerance of a period that runs, or of the rounding of floats.
STATE = f"""multiIf(
        actual is null or (kind != 'count' and n < minimum_n), 'unknown',
        abs(actual - plan_to_date) < if(gone < 1, greatest({TOLERANCE} * plan_to_date, if(unit = 'count', 1, 0)), 0)
            or abs(actual - plan_to_date) <= 1e-9 * greatest(abs(actual), abs(plan_to_date)), 'on',
        gap > 0, 'ahead',
        'behind'
    )"""
MEMBER_LABEL = f"if(member = 'all', '', {NAME_OF_MEMBER})"
PLAN = Panel(
    id="plan",
    ja="計画に対して、何が遅れているか",
    en="What is behind the plan?",
    kind="table",
    answered_by="plan",
    sql=f"""select concat('plan.', {STATE}) as state, kpi, {MEMBER_LABEL} as whose, period,
    if(unit = 'money', actual / {{minor:UInt32}}, actual) as actual,
    if(unit = 'money', plan_to_date / {{minor:UInt32}}, plan_to_date) as plan_to_date,
    if(unit = 'money', plan / {{minor:UInt32}}, plan) as plan,
    achieved, n
from
(
    select *
    from v_plan(tenant = {{tenant:String}}, as_of = {{as_of:Date}})
    where {{as_of:Date}} between first and last
        and ({{dimension:String}} = 'total' or (dimension = {{dimension:String}} and member = {{member:String}}))
) as found
inner join (select id, kind, minimum_n from v_definitions) as definitions on definitions.id = found.kpi{JOIN_NAMES}
order by indexOf(['plan.behind', 'plan.unknown', 'plan.on', 'plan.ahead'], state), dimension != 'total', achieved, kpi""",
    columns=PLAN_COLUMNS,
    basis="decision",
    kpis=ids(placed("shared/plan")),
    width=12,
    note_ja="目標は targets.yaml。見込みは選考中の応募だけによる 80% 区間と、達成の確率です。",
    note_en="Targets are in targets.yaml. Forecasts are 80% intervals from applications in flight, and the probability of the target.",
)


def _pace(kpis: tuple[Kpi, ...]) -> Panel | None:
    """The running total of a count beside its targets, spread evenly over their days."""
    if not kpis:
        return None
    kpi = kpis[0]
    return Panel(
        id="pace",
        ja="採用は計画のペースに乗っているか",
        en="Are hires on the pace of the plan?",
        kind="line",
        sql=_pace_sql(kpi.id),
        columns=(
            Column(name="time", unit="period", ja="週", en="Week"),
            Column(
                name=kpi.id, unit="count", ja="採用決定(期間内の累計)", en="Hires (running total)"
            ),
            Column(name="planned", unit="count", ja="計画のペース", en="Pace of the plan"),
        ),
        basis="decision",
        kpis=(kpi.id,),
        note_ja="計画は目標の期間に均等に割った値です。",
        note_en="The plan is spread evenly over the days of its period.",
    )


def _pace_sql(kpi: str) -> str:
    return f"""with
    (
        select arraySort(each -> each.2 - each.1, groupArray((first, last, plan / (dateDiff('day', first, last) + 1))))
        from v_plan(tenant = {{tenant:String}}, as_of = {{as_of:Date}})
        where kpi = '{kpi}' and basis = 'decision' and dimension = {{dimension:String}} and member = {{member:String}}
    ) as targets,
    arrayFilter(each -> {{as_of:Date}} between each.1 and each.2, targets) as present,
    least(addDays(period, 6), {{last:Date}}) as until,
    arrayMap(n -> addDays({{first:Date}}, n), range(toUInt32(dateDiff('day', {{first:Date}}, until) + 1))) as days
select period as time, sum(hired) over (order by period) as {kpi},
    if(
        empty(present),
        null,
        arraySum(day -> arrayFirst(each -> day between each.1 and each.2, arrayConcat(targets, [(toDate(0), toDate(65535), present[1].3)])).3, days)
    ) as planned
from
(
    select period, ifNull(sumIf(value, kpi = '{kpi}'), 0) as hired
    from {series_view("decision", "week")}
    where member = {{member:String}}
    group by period
    order by period {WITH_FILL["week"]}
)
order by time"""


PACE = _pace(placed("shared/pace"))
BOTTLENECK = Panel(
    id="bottleneck",
    ja="日数はどの段階にかかっているか",
    en="At which stage do the days go?",
    kind="bar",
    sql="""select milestone, if(entered < 5, null, share) as days, entered as cases
from v_bottleneck(
    tenant = {tenant:String}, dimension = {dimension:String}, first = {first:Date}, last = {last:Date}, as_of = {as_of:Date}
)
where member = {member:String}
order by days_waited desc, milestone""",
    columns=(
        Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
        Column(name="days", unit="ratio", ja="滞留日数の割合", en="Share of all days waited", n="cases"),
        Column(name="cases", unit="count", hidden=True, ja="n", en="n"),
    ),
    basis="entry",
    kpis=ids(placed("shared/bottleneck")),
    minimum_n=5,
)  # fmt: skip
