"""予実・コスト・ROI: plan versus actual, cost and return."""

from schemas.cells import DECISION
from schemas.kpis.catalogue import placed
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs import shared
from streams.boards.specs.panels import drawn, ids, members, tiles

BOARD = Board(
    id="money",
    ja="予実・コスト・ROI",
    en="Plan, cost and return",
    for_ja="計画との差はいくつで、費用は見合っているか。",
    for_en="How far from the plan, and is it worth its cost?",
    panels=drawn(
        tiles(
            "spent",
            "採用にいくらかかったか",
            "What did hiring cost?",
            placed("money/spent"),
        ),
        shared.PLAN,
        shared.PACE,
        Panel(
            id="costs",
            ja="費用は何に使われたか",
            en="What was the money spent on?",
            kind="stack",
            sql="""select period as time, kind, amount / {minor:UInt32} as amount
from v_spending(
    tenant = {tenant:String}, dimension = {dimension:String}, first = {first:Date}, last = {last:Date}, grain = 'month', fiscal_start = 4
)
where member = {member:String}
order by time, kind""",
            columns=(
                Column(name="time", unit="period", ja="月", en="Month"),
                Column(name="kind", unit="spending", ja="種類", en="Kind"),
                Column(name="amount", unit="money", ja="費用", en="Cost"),
            ),
            basis=DECISION,
            kpis=ids(placed("money/costs")),
            note_ja="契約は日数で均等に割ります。成功報酬は発生日に計上します。",
            note_en="Contracts are spread over their days; success fees stand on their day.",
        ),
        members(
            "channels",
            "媒体の費用は採用に見合ったか",
            "Was each channel worth its cost?",
            "channel",
            placed("money/channels"),
            basis=DECISION,
            leads="channels",
        ),
    ),
)
