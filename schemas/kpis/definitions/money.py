"""採用単価と ROI: KPIs on the cost and the return of hiring, in minor units of the tenant's currency."""

from dataclasses import replace

from schemas.cells import CHANNEL
from schemas.kpis import playbook
from schemas.kpis.definition import Kpi, Place

# Paid to others: agencies, media, candidates and those who refer them. ANSI/SHRM 06001.2012 lists these factors.
EXTERNAL = (
    "cost.media",
    "cost.agency_fee",
    "cost.scout",
    "cost.event",
    "cost.referral_bonus",
    "cost.travel",
    "cost.outsourcing",
    "cost.assessment",
    "cost.relocation",
    "cost.signing_bonus",
    "cost.tax",
)
# The company's own staff and facilities, its tools among them.
INTERNAL = ("cost.internal_hours", "cost.tool", "cost.training", "cost.overhead")
# The reduced cost factors that ISO/TS 30407 defines for comparison: third-party sourcing costs.
COMPARABLE = ("cost.media", "cost.agency_fee", "cost.scout")
CPH = "ISO/TS 30407 CPHI; ANSI/SHRM 06001.2012; ISO 30414:2025 cost per hire"
MODELS_JA = {"first": "初回", "last": "最終", "linear": "均等", "position": "40/20/40"}


def _cost_total(id_: str, ja: str, en: str, measures: tuple[str, ...]) -> Kpi:
    return Kpi(
        id=id_,
        ja=ja,
        en=en,
        kind="count",
        unit="money",
        numerator=measures,
        standards=("ISO 30414:2025 total recruitment cost",),
        explain_ja="期間の日割り費用。契約は日数で均等に割り、成功報酬は発生日に計上します。返金はその月の費用から引きます。",
        explain_en="Cost of the window: contracts spread evenly over their days, success fees on their day; a refund lowers the cost"
        " of its own month.",
    )


def _cost_per(id_: str, names: tuple[str, str], measures: tuple[str, ...], per: str) -> Kpi:
    return Kpi(
        id=id_,
        ja=names[0],
        en=names[1],
        kind="ratio",
        unit="money",
        numerator=measures,
        denominator=(per,),
        requires=("cost.*",),
        higher_is_better=False,
        minimum_n=1,
        standards=(CPH,) if per == "hired" and measures != COMPARABLE else (),
        explain_ja="期間の費用 ÷ 期間の件数。件数が 0 のときは値を出さず、費用だけを示します。",
        explain_en="Cost of the window ÷ what it brought in the window; without any there is no value, only the cost.",
    )


def _channel_cost_per_hire(model: str) -> Kpi:
    return Kpi(
        id=f"channel_cph_{model}",
        ja=f"媒体別採用単価({MODELS_JA[model]}接点)",
        en=f"Channel cost per hire ({model} touch)",
        kind="ratio",
        unit="money",
        numerator=("cost.*",),
        denominator=(f"hire_credit.{model}",),
        requires=("cost.*",),
        scale=1_000_000,
        only_dimensions=(CHANNEL,),
        higher_is_better=False,
        explain_ja="媒体の費用 ÷ 媒体に帰属する採用。一件の採用の貢献は接点の間で合計 1 になります。",
        explain_en="Cost of the channel ÷ hires credited to it; the credits of one hire sum to one over its touches.",
    )


KPIS = (
    replace(
        _cost_total("cost_total", "採用費用", "Recruitment cost", ("cost.*",)),
        panels=(
            Place("summary/headline", 5),
            Place("channels/channels", 7),
            Place("money/spent"),
            Place("money/costs"),
            Place("money/channels"),
        ),
        headline=True,
    ),
    replace(
        _cost_total("cost_external", "外部費用", "External cost", EXTERNAL),
        panels=(Place("money/spent", 2),),
    ),
    replace(
        _cost_total("cost_internal", "内部費用", "Internal cost", INTERNAL),
        panels=(Place("money/spent", 3),),
    ),
    replace(
        _cost_per(
            "cph_internal", ("採用単価 (CPH-I)", "Cost per hire (CPH-I)"), ("cost.*",), "hired"
        ),
        panels=(
            Place("summary/headline", 6),
            Place("channels/channels", 8),
            Place("channels/cost_per_hire"),
            Place("money/spent", 4),
            Place("money/channels", 5),
        ),
        headline=True,
    ),
    _cost_per(
        "cph_comparable",
        ("比較用採用単価 (CPH-C)", "Comparable cost per hire"),
        COMPARABLE,
        "hired",
    ),
    replace(
        _cost_per(
            "cost_per_application",
            ("応募単価", "Cost per application"),
            ("cost.*",),
            "applications",
        ),
        panels=(
            Place("money/spent", 5),
            Place("money/channels", 3),
        ),
    ),
    _cost_per(
        "cost_per_interview", ("面接単価", "Cost per interview"), ("cost.*",), "interviews_held"
    ),
    _cost_per("cost_per_offer", ("内定単価", "Cost per offer"), ("cost.*",), "offers_made"),
    _channel_cost_per_hire("first"),
    _channel_cost_per_hire("last"),
    _channel_cost_per_hire("linear"),
    _channel_cost_per_hire("position"),
    Kpi(
        id="hire_cost_ratio",
        ja="採用コスト率",
        en="Hire cost ratio",
        kind="ratio",
        unit="ratio",
        numerator=("cost.*",),
        denominator=("compensation",),
        requires=("cost.*",),
        higher_is_better=False,
        standards=("ISO/TS 30407 hire cost ratio",),
        explain_ja="費用 ÷ 承諾された内定の初年度報酬。報酬が送られてくる場合だけ値が出ます。",
        explain_en="Cost ÷ first-year compensation of the offers accepted; only where systems send the amount.",
        play=playbook.COSTS,
    ),
    Kpi(
        id="roi_ratio",
        ja="採用ROI(成果÷費用)",
        en="Return per cost",
        kind="ratio",
        unit="ratio",
        numerator=("hire_value",),
        denominator=("valued_cost",),
        higher_is_better=True,
        explain_ja="成果 ÷ 総費用。成果は採用一件の価値(設定の hire_value)の合計。費用だけで採用がなければ 0、hire_value の設定がなければ値は出ません。",
        explain_en="Value ÷ cost; the value is the configured `hire_value` of each hire. Cost without a hire returned 0; without a"
        " `hire_value` there is no value.",
        panels=(
            Place("money/spent", 6),
            Place("money/channels", 6),
            Place("channels/channels", 9),
        ),
        play=playbook.COSTS,
    ),
    Kpi(
        id="foreign_costs",
        ja="他通貨の費用件数",
        en="Costs in other currencies",
        kind="count",
        unit="count",
        numerator=("foreign_costs",),
        hide_zero=True,
        higher_is_better=False,
        explain_ja="テナントの通貨ではない費用の件数(日割りの日数)。合計には足されません。",
        explain_en="Daily parts of costs in another currency than the tenant's; never added to the total.",
        play=playbook.UNMAPPED,
    ),
)
