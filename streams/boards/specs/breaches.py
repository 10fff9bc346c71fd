"""Panels of breaches: all breaches in the window, and the number of open ones."""

from schemas.alerting.breach import PERSON_DIMENSIONS
from schemas.cells import TOTAL
from schemas.kpis.catalogue import placed
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import JOIN_JOB_TITLES, sql_list

# People and the whole company are shown as fixed labels, so no person is named.
MEMBER_LABEL = f"""multiIf(
        dimension in ({sql_list((TOTAL, *PERSON_DIMENSIONS))}), concat('whose.', dimension),
        dimension = 'job' and jobs.job_title != '', jobs.job_title,
        found.member
    )"""
# The whole company's board shows all breaches; a member's board shows its own.
MEMBER_FILTER = "({dimension:String} = 'total' or (dimension = {dimension:String} and member = {member:String}))"
# Days are text here, because they are not plotted. A service level shows the number of cases, not days.
KPI_KEY = "if(limit_days is null, kpi, concat('waits.', kpi))"
BREACHES = Panel(
    id="breaches",
    ja="目標未達はどれか",
    en="What is off target?",
    kind="table",
    sql=f"""select id as breach, toString(found.since) as since, {KPI_KEY} as kpi, {MEMBER_LABEL} as whose, value, target, n,
    concat('severity.', severity) as severity,
    concat('state.', if(active, 'open', ifNull(ending, ''))) as state,
    concat('action.', last_action) as action
from
(
    select *
    from v_breaches
    where tenant = {{tenant:String}}
        and since <= {{last:Date}}
        and (active or until >= {{first:Date}})
        and {MEMBER_FILTER}
) as found{JOIN_JOB_TITLES}
order by active desc, found.since desc, told desc, breach
limit 100""",
    columns=(
        Column(name="breach", unit="text", hidden=True),
        Column(name="since", unit="text", ja="いつから", en="Since"),
        Column(name="kpi", unit="kpi", ja="何が", en="What"),
        Column(name="whose", unit="word", ja="対象", en="Of"),
        Column(name="value", unit="count", ja="値", en="Value", n="n"),
        Column(name="target", unit="count", ja="目標", en="Target"),
        Column(name="n", unit="count", hidden=True, ja="n", en="n"),
        Column(name="severity", unit="word", ja="重大度", en="Severity"),
        Column(name="state", unit="word", ja="状態", en="State"),
        Column(name="action", unit="word", ja="最後の対応", en="Last action"),
    ),
    basis="now",
    kpis=ids(placed("pipeline/breaches")),
    width=12,
    none_ja="目標から外れているものはありません",
    none_en="Nothing is off target",
    note_ja="規則は alerts.yaml。根拠と対策案は `hirelay alerts explain` で見ます。",
    note_en="Rules are in alerts.yaml; `hirelay alerts explain` shows evidence and suggestions.",
)
OPEN_BREACHES = Panel(
    id="open_breaches",
    ja="目標未達は何件あるか",
    en="How many things are off target?",
    kind="table",
    sql=f"""select concat('severity.', severities.name) as severity, found.breaches as breaches,
    found.waiting as waiting, found.oldest as oldest
from
(
    select arrayJoin(['critical', 'warning', 'info']) as name
) as severities
left join
(
    select severity, count() as breaches, countIf(last_action is null) as waiting, toNullable(toString(min(since))) as oldest
    from v_breaches
    where tenant = {{tenant:String}} and active and {MEMBER_FILTER}
    group by severity
) as found on found.severity = severities.name
order by indexOf(['critical', 'warning', 'info'], severities.name)""",
    columns=(
        Column(name="severity", unit="word", ja="重大度", en="Severity"),
        Column(name="breaches", unit="count", ja="継続中", en="Open"),
        Column(name="waiting", unit="count", ja="対応の記録なし", en="Without an action"),
        Column(name="oldest", unit="text", ja="最も古い発生日", en="Oldest since"),
    ),
    basis="now",
    kpis=ids(placed("summary/open_breaches")),
    width=12,
    note_ja="内訳は「パイプライン健全性」にあります。",
    note_en="Each of them is on the board “Pipeline health”.",
)
