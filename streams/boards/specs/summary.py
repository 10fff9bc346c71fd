"""経営サマリー: hiring at a glance."""

from schemas.cells import DECISION
from schemas.kpis.catalogue import placed
from streams.boards.spec import Board
from streams.boards.specs import breaches, shared
from streams.boards.specs.panels import drawn, over_time, ranking, tiles

BOARD = Board(
    id="summary",
    ja="経営サマリー",
    en="Executive summary",
    for_ja="採用は計画どおりか、良くなっているか。",
    for_en="Is hiring on plan, and is it getting better?",
    panels=drawn(
        tiles(
            "headline",
            "この期間の採用はどうだったか",
            "How did hiring go in this period?",
            placed("summary/headline"),
        ),
        breaches.OPEN_BREACHES,
        shared.PACE,
        over_time(
            "applications_by_week",
            "応募は増えているか",
            "Are applications growing?",
            placed("summary/applications_by_week"),
        ),
        ranking(
            "hires_by_channel",
            "採用はどの媒体から来たか",
            "Which channels brought the hires?",
            "channel",
            placed("summary/hires_by_channel"),
            basis=DECISION,
            leads="channels",
        ),
        shared.BOTTLENECK,
        shared.PLAN,
    ),
)
