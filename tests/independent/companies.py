"""Companies of the generated stories: their configuration, their pipelines and the stages on their boards."""

from datetime import date

from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping

COMPANY = "acme"
# Well-known names; the last ones are nobody's milestone, or endings by a rule of some companies.
STAGES = {
    "s-ap": "応募",
    "s-sc": "書類選考",
    "s-ca": "カジュアル面談",
    "s-te": "適性検査",
    "s-i1": "一次面接",
    "s-i1b": "First interview",
    "s-i2": "二次面接",
    "s-i3": "三次面接",
    "s-on": "Onsite",
    "s-fin": "最終面接",
    "s-re": "リファレンスチェック",
    "s-of": "内定",
    "s-ac": "内定承諾",
    "s-hi": "入社",
    "s-hold": "保留",
    "s-x": "お見送り面談中",
    "z-wd": "辞退",
    "z-re": "不採用",
    "z-cl": "クローズ",
    "z-hi": "決定",
}
MAIN_LINE = ("s-ap", "s-sc", "s-i1", "s-i2", "s-i3", "s-fin", "s-of", "s-ac", "s-hi")
SIDE_STEPS = ("s-ca", "s-te", "s-re")
ENDINGS = ("z-wd", "z-re", "z-cl", "z-hi")
SYSTEMS = {"events": "standard", "gh": "greenhouse", "hf": "huntflow", "rc": "recruitee"}

ENDING_RULES = (
    StageRule(stage_id="z-wd", ending="candidate"),
    StageRule(stage_id="z-re", ending="company"),
    StageRule(stage_name="クローズ", ending="neither"),
    StageRule(stage_id="z-hi", ending="hired"),
)
ORDER_RULES = tuple(
    StageRule(stage_id=stage, milestone=milestone, order=order)
    for stage, milestone, order in (
        ("s-sc", "screening", 20),
        ("s-i2", "interview_2", 30),  # this company meets the team first
        ("s-i1", "interview_1", 40),
        ("s-fin", "final_interview", 50),
        ("s-of", "offer", 60),
    )
)
DATED_RULES = (
    StageRule(stage_id="s-hold", milestone="screening", until=date(2026, 4, 10)),
    StageRule(stage_id="s-hold", milestone="interview_n", since=date(2026, 4, 20)),
)
REASON_RULES = (
    ReasonRule(reason_name="二重応募", party="duplicate"),
    ReasonRule(reason_id="r-hired", party="hired"),
    ReasonRule(reason_name="条件不一致", party="candidate"),
)


def mapping(number: int) -> TenantMapping:
    """The configuration of one of the companies; every number is one."""
    stages = (
        *(ENDING_RULES if number % 2 else ()),
        *(ORDER_RULES if number % 3 == 0 else ()),
        *(DATED_RULES if number % 5 == 0 else ()),
    )
    reasons = REASON_RULES if number % 2 else ()
    connection = ConnectionMapping(stages=stages, reasons=reasons)
    silent = ConnectionMapping(stages=stages, scorecards=False)
    reopening = ConnectionMapping(stages=stages, reasons=reasons, reopenings=True)
    return TenantMapping(
        timezone=("Asia/Tokyo", "America/New_York", "Europe/Berlin")[number % 3],
        deleted_candidates=("named", "keep", "retract")[number % 3],
        hire_value=(0, 1_500_000)[number % 2],
        channel_aliases={"LinkedIn": "doda"} if number % 7 == 0 else {},
        connections={"events": connection, "gh": reopening, "rc": reopening, "hf": silent},
    )


def snapshot(number: int) -> MappingSnapshot:
    """The mapping snapshot of that company alone."""
    return MappingSnapshot(tenants={COMPANY: mapping(number)})


def stage(stage_id: str) -> dict[str, object]:
    """A stage as a system names it."""
    return {"id": stage_id, "name": STAGES[stage_id]}
