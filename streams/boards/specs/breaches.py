"""Panels of breaches: all breaches in the window, and the number of open ones."""

from schemas.alerting.breach import PERSON_DIMENSIONS
from schemas.cells import TOTAL
from schemas.kpis.catalogue import placed
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import JOIN_NAMES, NAME_OF_MEMBER, sql_list

# People and the whole company are shown as fixed labels, so no person is named.
MEMBER_LABEL = f"""multiIf(
        dimension in ({sql_list((TOTAL, *PERSON_DIMENSIONS))}), concat('whose.', dimension),
        {NAME_OF_MEMBER}
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
) as found{JOIN_NAMES}
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
BUDGETS = Panel(
    id="budgets",
    ja="規則の誤報の予算はどれだけ使われたか",
    en="What has each rule used of its false alarms?",
    kind="table",
    sql="""select rule, kpi, budget, used, rate, smallest, members, unseen
from v_rule_coverage
where tenant = {tenant:String} and member = ''
order by used / budget desc, rule
limit 100""",
    columns=(
        Column(name="rule", unit="text", ja="規則", en="Rule"),
        Column(name="kpi", unit="kpi", ja="何を", en="Watches"),
        Column(name="budget", unit="count", tally=True, ja="年間の予算(回)", en="Budget a year"),
        Column(name="used", unit="count", tally=True, ja="直近1年の発報", en="Used in a year"),
        Column(name="rate", unit="ratio", ja="いまの率", en="From"),
        Column(
            name="smallest", unit="ratio", ja="5週で分かる最小の変化", en="Smallest seen in 5 weeks"
        ),
        Column(
            name="members", unit="count", tally=True, ja="率を測れる対象", en="Members with a rate"
        ),
        Column(
            name="unseen",
            unit="count",
            tally=True,
            ja="低下を見つけられない対象",
            en="Falls not to be found",
        ),
    ),
    basis="now",
    kpis=ids(placed("pipeline/breaches")),
    width=12,
    none_ja="予算のある規則はありません",
    none_en="No rule has a budget",
    note_ja="予算は誤報の上限(対象全員の合計)。発報には本物も含みます。変化は件数が中央の対象の場合。",
    note_en="The budget bounds false alarms over all members; used counts every alarm. Changes are those of the member of median volume.",
)
COVERAGE = Panel(
    id="coverage",
    ja="変化はどれだけ早く分かるか",
    en="How soon would a fall be seen?",
    kind="table",
    sql=f"""select rule, {MEMBER_LABEL} as whose, weekly, rate, fallen, weeks
from
(
    select *
    from v_rule_coverage
    where tenant = {{tenant:String}} and member != '' and {MEMBER_FILTER}
) as found{JOIN_NAMES}
order by rule, weeks is null, weeks, whose
limit 100""",
    columns=(
        Column(name="rule", unit="text", ja="規則", en="Rule"),
        Column(name="whose", unit="word", ja="対象", en="Of"),
        Column(name="weekly", unit="count", ja="週の件数", en="Cases a week"),
        Column(name="rate", unit="ratio", ja="この率から", en="From"),
        Column(name="fallen", unit="ratio", ja="この率への変化が", en="To"),
        Column(name="weeks", unit="count", ja="分かるまでの週数", en="Seen within weeks"),
    ),
    basis="now",
    kpis=ids(placed("pipeline/breaches")),
    width=12,
    none_ja="率の規則に判定のある対象はありません",
    none_en="No rule on a rate has members with cases",
    note_ja="週数のない対象の変化は見つけられません。面接官などの個人は載せません。",
    note_en="Without weeks the change cannot be found. Persons are not listed.",
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
