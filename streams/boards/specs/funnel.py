"""ファネル: how far and how fast applications get, and which stage to improve."""

from schemas.cells import COHORT, ENTRY
from schemas.kpis.catalogue import placed
from schemas.kpis.definition import Kpi
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs.panels import drawn, ids, tiles
from streams.boards.specs.sql import sql_list

FUNNEL_VIEW = """v_funnel(
    tenant = {tenant:String}, dimension = {dimension:String}, basis = 'cohort', first = {first:Date}, last = {last:Date}
)"""


def _funnel_sql(kpis: tuple[Kpi, ...]) -> str:
    """Select the applications that entered each milestone.

    A KPI on this panel is the count of the milestone that its place names; its order is the milestone's position.
    """
    places = [(kpi.id, kpi.place("funnel/funnel")) for kpi in kpis]
    skipped = sql_list(("unmapped", *(place.name for _, place in places)))
    parts = [
        f"""select '{place.name}' as milestone, {place.order} as position, toInt64(value) as entered
    from v_kpis(
        tenant = {{tenant:String}}, dimension = {{dimension:String}}, basis = 'cohort', first = {{first:Date}}, last = {{last:Date}}
    )
    where member = {{member:String}} and kpi in ('{id_}')"""
        for id_, place in places
    ]
    parts.insert(
        1,
        f"""select milestone, position, entered
    from {FUNNEL_VIEW}
    where member = {{member:String}} and entered > 0 and not side_step and milestone not in ({skipped})""",
    )
    union = "\n    union all\n    ".join(parts)
    return f"""select milestone, entered
from
(
    {union}
)
order by position"""


BOARD = Board(
    id="funnel",
    ja="ファネル",
    en="Funnel",
    for_ja="応募はどこまで進み、どこで止まるか。",
    for_en="How far do applications get, and where do they stop?",
    panels=drawn(
        tiles("rates", "どの選考段階で絞り込まれているか", "At which stage are candidates screened out?", placed("funnel/rates"), COHORT),
        Panel(
            id="funnel",
            ja="応募はどこまで進んだか",
            en="How far did applications get?",
            kind="funnel",
            sql=_funnel_sql(placed("funnel/funnel")),
            columns=(
                Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
                Column(name="entered", unit="count", ja="進んだ応募", en="Applications"),
            ),
            basis=COHORT,
            kpis=ids(placed("funnel/funnel")[:1]),
        ),
        Panel(
            id="stages",
            ja="各段階で何が起きたか",
            en="What happened at each stage?",
            kind="table",
            sql=f"""select milestone, entered, passed, failed, withdrew, if(n < 10, null, pass_rate) as pass_rate, n
from {FUNNEL_VIEW}
where member = {{member:String}} and milestone != 'unmapped'
order by position""",
            columns=(
                Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
                Column(name="entered", unit="count", ja="進出", en="Entered"),
                Column(name="passed", unit="count", ja="通過", en="Passed"),
                Column(name="failed", unit="count", ja="不採用", en="Rejected"),
                Column(name="withdrew", unit="count", ja="辞退", en="Withdrew"),
                Column(name="pass_rate", unit="ratio", ja="通過率", en="Pass rate", n="n"),
                Column(name="n", unit="count", hidden=True, ja="n", en="n"),
            ),
            basis=COHORT,
            kpis=ids(placed("funnel/stages")),
            minimum_n=10,
        ),
        Panel(
            id="cohorts",
            ja="応募した週ごとに、結果は何週で出たか",
            en="For each week of applications, how soon was there an outcome?",
            kind="triangle",
            sql="""with
    (
        select groupArray((week, entered, ends))
        from
        (
            select week, sumIf(cases, outcome = '') as entered, groupArrayIf((age, cases), outcome != '') as ends
            from v_triangle(tenant = {tenant:String}, dimension = {dimension:String}, first = {first:Date}, last = {last:Date})
            where member = {member:String} and about = 'application'
            group by week
            having entered > 0
            order by week
        )
    ) as cohorts
select cohort.1 as week, age, if(n < 5, null, arraySum(e -> if(e.1 < 7 * age, e.2, 0), cohort.3) / n) as ended, cohort.2 as n
from (select arrayJoin(cohorts) as cohort)
array join range(1, 9) as age
where addDays(week, 6 + 7 * age) <= {as_of:Date}
order by week, age""",
            columns=(
                Column(name="week", unit="period", ja="応募した週", en="Week of application"),
                Column(name="age", unit="count", ja="経過週", en="Weeks since"),
                Column(name="ended", unit="ratio", ja="結果が出た割合", en="Share with an outcome", n="n"),
                Column(name="n", unit="count", hidden=True, ja="n", en="n"),
            ),
            basis=ENTRY,
            kpis=ids(placed("funnel/cohorts")),
            minimum_n=5,
            width=7,
            note_ja="まだ全員がその週数に達していないところは空けています。",
            note_en="Where not everybody has got to that age yet, there is nothing.",
        ),
        Panel(
            id="what_if",
            ja="どの段階を直すと、採用は何件増えるか",
            en="Which stage would bring more hires if it were better?",
            kind="table",
            sql="""select milestone, if(n < 10, null, rate) as pass_rate, n, better_rate, more_hires as more
from v_what_if(tenant = {tenant:String}, first = {first:Date}, last = {last:Date})
order by more desc nulls last, position""",
            columns=(
                Column(name="milestone", unit="milestone", ja="段階", en="Stage"),
                Column(name="pass_rate", unit="ratio", ja="通過率", en="Pass rate", n="n"),
                Column(name="n", unit="count", hidden=True, ja="n", en="n"),
                Column(name="better_rate", unit="ratio", ja="上位25%の媒体の通過率", en="Best quarter of channels"),
                Column(name="more", unit="count", ja="採用増の見込み", en="More hires"),
            ),
            basis=COHORT,
            kpis=ids(placed("funnel/what_if")),
            minimum_n=10,
            width=5,
            note_ja="全社。判定が10件以上の媒体の上位四分の一と同じ通過率になった場合。",
            note_en="Of the whole company, if the stage passed as in the best quarter of channels with 10 decisions.",
        ),
        tiles(
            "waits",
            "各段階で何日待つか(中央値)",
            "How many days does each stage take (median)?",
            placed("funnel/waits"),
            ENTRY,
        ),
    ),
)  # fmt: skip
