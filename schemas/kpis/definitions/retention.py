"""定着: KPIs on retention and performance after joining."""

from schemas.cells import ENTRY
from schemas.kpis import playbook
from schemas.kpis.definition import Kpi


def _retention(days: int) -> Kpi:
    return Kpi(
        id=f"retention_{days}d_rate",
        ja=f"定着率({days}日)",
        en=f"Retention, {days} days",
        kind="retention",
        unit="ratio",
        of="employment",
        outcome="ended",
        entered="joined",
        limit=days,
        bases=(ENTRY,),
        higher_is_better=True,
        minimum_n=10,
        standards=("ISO 30414:2025 turnover and retention",),
        explain_ja=f"期間内に入社した人が{days}日後も在籍している確率。在籍中の人を打切りとして扱う Kaplan–Meier 推定。",
        explain_en=f"Probability that who joined in the window is still employed after {days} days (Kaplan–Meier over all joins).",
    )


KPIS = (
    _retention(30),
    _retention(90),
    _retention(180),
    _retention(365),
    Kpi(
        id="leavers",
        ja="退職数",
        en="Leavers",
        kind="count",
        unit="count",
        numerator=("left_employment",),
        higher_is_better=False,
        explain_ja="今日までの退職。最終在籍日で数えます。応募日コホートでは予定も含みます。",
        explain_en="Employments that have ended, by their last day; by day of application planned ends are included.",
        play=playbook.FEW_HIRES,
    ),
    Kpi(
        id="performance",
        ja="入社後評価",
        en="Performance rating",
        kind="mean",
        unit="score",
        numerator=("performance_tenths.*",),
        scale=10,
        higher_is_better=True,
        minimum_n=5,
        standards=("ISO/TS 30411 quality of hire (component)",),
        explain_ja="入社後の人事評価の平均(評価制度の尺度のまま)。採用の質の構成要素の一つ。",
        explain_en="Mean of the ratings after joining, on their own scale; one component of quality of hire.",
        play=playbook.FEW_HIRES,
    ),
)
