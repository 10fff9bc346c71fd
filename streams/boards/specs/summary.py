"""経営サマリー: hiring at a glance."""

from schemas.cells import DECISION
from streams.boards.spec import Board
from streams.boards.specs import breaches, shared
from streams.boards.specs.panels import over_time, ranking, tiles

BOARD = Board(
    id="summary",
    ja="経営サマリー",
    en="Executive summary",
    for_ja="採用は計画どおりか、良くなっているか。",
    for_en="Is hiring on plan, and is it getting better?",
    panels=(
        tiles(
            "headline",
            "この期間の採用はどうだったか",
            "How did hiring go in this period?",
            (
                *("applications", "hires", "offer_accept_rate"),
                *("time_to_hire_days", "cost_total", "cph_internal"),
            ),
        ),
        breaches.OPEN_BREACHES,
        shared.PACE,
        over_time(
            "applications_by_week",
            "応募は増えているか",
            "Are applications growing?",
            "applications",
        ),
        ranking(
            "hires_by_channel",
            "採用はどの媒体から来たか",
            "Which channels brought the hires?",
            "channel",
            "hires",
            basis=DECISION,
            leads="channels",
        ),
        shared.BOTTLENECK,
        shared.PLAN,
    ),
)
