"""パイプライン健全性: who is waiting now and where, and whether data is arriving."""

from schemas.kpis.catalogue import placed
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs import breaches, quality, shared
from streams.boards.specs.panels import drawn, ids, tiles
from streams.boards.specs.sql import NAME_OF_MEMBER, join_names

PIPELINE_VIEW = (
    """v_pipeline(tenant = {tenant:String}, dimension = {dimension:String}, as_of = {as_of:Date})"""
)
JOB_PIPELINE_VIEW = (
    """v_pipeline(tenant = {tenant:String}, dimension = 'job', as_of = {as_of:Date})"""
)

BOARD = Board(
    id="pipeline",
    ja="パイプライン健全性",
    en="Pipeline health",
    for_ja="いま誰が待っていて、データは届いているか。",
    for_en="Who is waiting now, and is the data arriving?",
    panels=drawn(
        breaches.BREACHES,
        breaches.BUDGETS,
        breaches.COVERAGE,
        tiles(
            "response",
            "候補者を待たせていないか",
            "Are candidates kept waiting?",
            placed("pipeline/response"),
        ),
        Panel(
            id="waiting",
            ja="いま何件がどの段階で待っているか",
            en="How many wait at which stage now?",
            kind="bar",
            sql=f"""select milestone, waiting
from {PIPELINE_VIEW}
where member = {{member:String}}
order by waiting desc, milestone""",
            columns=(
                Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
                Column(name="waiting", unit="count", ja="選考中", en="In flight"),
            ),
            basis="now",
            kpis=ids(placed("pipeline/waiting")),
        ),
        shared.BOTTLENECK,
        Panel(
            id="ages",
            ja="どの段階で長く待たせているか",
            en="Where have people waited long already?",
            kind="table",
            sql=f"""select milestone, waiting, if(waiting < 5, null, median_days) as median_days,
    if(waiting < 5, null, p90_days) as p90_days, oldest_days
from {PIPELINE_VIEW}
where member = {{member:String}}
order by waiting desc, milestone""",
            columns=(
                Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
                Column(name="waiting", unit="count", ja="選考中", en="In flight"),
                Column(name="median_days", unit="days", ja="中央値", en="Median", n="waiting"),
                Column(name="p90_days", unit="days", ja="90パーセンタイル", en="p90", n="waiting"),
                Column(name="oldest_days", unit="days", ja="最長", en="Longest"),
            ),
            basis="now",
            kpis=ids(placed("pipeline/ages")),
            minimum_n=5,
        ),
        Panel(
            id="jobs",
            ja="どの求人で候補者を待たせているか",
            en="Which jobs keep candidates waiting?",
            kind="table",
            sql=f"""select found.member as member, {NAME_OF_MEMBER} as name, waiting, oldest
from
(
    select member, sum(waiting) as waiting, max(oldest_days) as oldest
    from {JOB_PIPELINE_VIEW}
    group by member
) as found{join_names('job')}
order by oldest desc, waiting desc, member
limit 1000""",
            columns=(
                Column(name="member", unit="text", hidden=True),
                Column(name="name", unit="text", ja="求人", en="Job", leads="funnel", dimension="job"),
                Column(name="waiting", unit="count", ja="選考中", en="In flight"),
                Column(name="oldest", unit="days", ja="最長", en="Longest"),
            ),
            basis="now",
            kpis=ids(placed("pipeline/jobs")),
        ),
        Panel(
            id="connections",
            ja="どの接続から、最後にいつ届いたか",
            en="Which connections deliver, and when was the last delivery?",
            kind="table",
            sql="""select connection, vendor, sumIf(total, what = 'event') as events,
    sumIf(total, what = 'outcome' and name != 'accepted') as others, max(last) as last
from v_connection_counts
where tenant = {tenant:String}
group by connection, vendor
order by last desc, connection""",
            columns=(
                Column(name="connection", unit="text", ja="接続", en="Connection"),
                Column(name="vendor", unit="text", ja="システム", en="System"),
                Column(name="events", unit="count", ja="イベント", en="Events"),
                Column(name="others", unit="count", ja="未受理", en="Not accepted"),
                Column(name="last", unit="time", ja="最終受信", en="Last received"),
            ),
            basis="now",
            kpis=ids(placed("pipeline/connections")),
            width=12,
        ),
        quality.QUALITY,
    ),
)  # fmt: skip
