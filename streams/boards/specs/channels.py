"""チャネル: which channels and jobs lead to hires, and at what cost."""

from schemas.cells import COHORT, DECISION
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs.panels import members, ranking, series_view

KPIS = (
    *("applications", "screen_pass_rate", "interview_pass_rate", "offers_accepted", "hires"),
    *("application_hire_rate", "cost_total", "cph_internal"),
)

BOARD = Board(
    id="channels",
    ja="チャネル",
    en="Channels",
    for_ja="どの媒体・求人が採用につながるか。",
    for_en="Which channels and jobs lead to hires?",
    panels=(
        members(
            "channels",
            "どの媒体が採用につながったか",
            "Which channels led to hires?",
            "channel",
            KPIS,
            leads="funnel",
        ),
        ranking(
            "hire_rate",
            "どの媒体の応募が採用まで進むか",
            "Whose applications end in a hire?",
            "channel",
            "application_hire_rate",
            leads="funnel",
        ),
        ranking(
            "cost_per_hire",
            "どの媒体の採用が高くついたか",
            "Which channel's hires were expensive?",
            "channel",
            "cph_internal",
            basis=DECISION,
            leads="money",
        ),
        Panel(
            id="mix",
            ja="応募の媒体構成は変わっているか",
            en="Is the mix of channels changing?",
            kind="stack",
            sql=f"""select period as time, if(member in (
        select member
        from v_kpis(tenant = {{tenant:String}}, dimension = 'channel', basis = 'cohort', first = {{first:Date}}, last = {{last:Date}})
        where kpi = 'applications'
        order by value desc, member
        limit 6
    ), member, '…') as channel, sum(value) as applications
from {series_view("cohort", "week", "'channel'")}
where kpi = 'applications'
group by time, channel
order by time, channel""",
            columns=(
                Column(name="time", unit="period", ja="週", en="Week"),
                Column(name="channel", unit="text", ja="媒体", en="Channel"),
                Column(name="applications", unit="count", ja="応募数", en="Applications"),
            ),
            basis=COHORT,
            kpi="applications",
            width=12,
        ),
        members(
            "jobs",
            "どの求人が埋まりつつあるか",
            "Which jobs are filling?",
            "job",
            (
                *("applications", "screen_pass_rate", "interview_pass_rate"),
                *("offers_made", "hires", "withdraw_rate"),
            ),
            leads="funnel",
        ),
    ),
)
