"""媒体: which channels and jobs lead to hires, and at what cost."""

from schemas.cells import CHANNEL, COHORT
from schemas.kpis.catalogue import placed
from schemas.kpis.definition import Kpi
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs.panels import drawn, members, ranking
from streams.boards.specs.sql import own_filter, series_view


def _mix(kpis: tuple[Kpi, ...]) -> Panel | None:
    """A count by week, stacked by channel; the smaller channels are one."""
    if not kpis:
        return None
    kpi = kpis[0]
    return Panel(
        id="mix",
        ja="応募の媒体構成は変わっているか",
        en="Is the mix of channels changing?",
        kind="stack",
        sql=_mix_sql(kpi.id),
        columns=(
            Column(name="time", unit="period", ja="週", en="Week"),
            Column(name="channel", unit="text", ja="媒体", en="Channel"),
            Column(name=kpi.id, unit="count", ja=kpi.ja, en=kpi.en),
        ),
        basis=COHORT,
        kpis=(kpi.id,),
        width=12,
        own_dimension=CHANNEL,
    )


def _mix_sql(kpi: str) -> str:
    return f"""select period as time, if(member in (
        select member
        from v_kpis(tenant = {{tenant:String}}, dimension = 'channel', basis = 'cohort', first = {{first:Date}}, last = {{last:Date}})
        where kpi = '{kpi}' and {own_filter(CHANNEL)}
        order by value desc, member
        limit 6
    ), member, '…') as channel, sum(value) as {kpi}
from {series_view("cohort", "week", "'channel'")}
where kpi = '{kpi}' and {own_filter(CHANNEL)}
group by time, channel
order by time, channel"""


BOARD = Board(
    id="channels",
    ja="媒体",
    en="Channels",
    for_ja="どの媒体・求人が採用につながるか。",
    for_en="Which channels and jobs lead to hires?",
    panels=drawn(
        members(
            "channels",
            "どの媒体が採用につながったか",
            "Which channels led to hires?",
            "channel",
            placed("channels/channels"),
            leads="funnel",
        ),
        ranking(
            "hire_rate",
            "どの媒体の応募が採用まで進むか",
            "Whose applications end in a hire?",
            "channel",
            placed("channels/hire_rate"),
            leads="funnel",
        ),
        ranking(
            "cost_per_hire",
            "採用単価が高い媒体はどれか",
            "Which channels have the highest cost per hire?",
            "channel",
            placed("channels/cost_per_hire"),
            leads="money",
        ),
        _mix(placed("channels/mix")),
        members(
            "jobs",
            "どの求人が埋まりつつあるか",
            "Which jobs are filling?",
            "job",
            placed("channels/jobs"),
            leads="funnel",
        ),
    ),
)
