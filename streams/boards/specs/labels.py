"""Display names on boards, in both languages."""

from schemas.kpis.catalogue import KPIS

MILESTONES = {
    "lead": ("リード", "Lead"),
    "applied": ("応募", "Applied"),
    "screening": ("書類選考", "Screening"),
    "casual": ("カジュアル面談", "Casual chat"),
    "assessment": ("適性検査", "Assessment"),
    "interview_1": ("一次面接", "1st interview"),
    "interview_2": ("二次面接", "2nd interview"),
    "interview_n": ("面接", "Interview"),
    "final_interview": ("最終面接", "Final interview"),
    "reference": ("リファレンス", "Reference"),
    "offer": ("内定", "Offer"),
    "accepted": ("内定承諾", "Accepted"),
    "hired": ("採用決定", "Hired"),
    "unmapped": ("未設定", "Unmapped"),
}
COST_KINDS = {
    "media": ("媒体", "Media"),
    "agency_fee": ("紹介手数料", "Agency fees"),
    "scout": ("スカウト", "Scouting"),
    "event": ("イベント", "Events"),
    "internal_hours": ("社内工数", "Internal hours"),
    "tool": ("ツール", "Tools"),
}
BASES = {
    "decision": ("判定日", "day of the fact"),
    "cohort": ("応募日コホート", "day of application"),
    "entry": ("進出日コホート", "day of entry"),
    "now": ("現時点", "now"),
}
TOO_FEW_CASES = ("データ不足", "too few cases")
WHOLE_COMPANY = ("全社", "Whole company")
# Service levels: cases that wait longer than the limit, by the KPI of their waiting time.
SERVICE_LEVELS = {
    f"waits.{kpi.id}": (f"{kpi.ja}の超過(件)", f"{kpi.en}: cases over the limit")
    for kpi in KPIS
    if kpi.kind == "waiting"
}
# Breaches and actions on them. Keys have a prefix, because a member could have the same name.
BREACH_LABELS = {
    "severity.critical": ("重大", "critical"),
    "severity.warning": ("警告", "warning"),
    "severity.info": ("参考", "info"),
    "state.open": ("継続中", "open"),
    "state.recovered": ("解消", "recovered"),
    "state.no_cases": ("対象なし", "no cases left"),
    "state.corrected": ("訂正", "corrected"),
    "state.withdrawn": ("取り下げ", "withdrawn"),
    "action.accepted": ("対応する", "accepted"),
    "action.ignored": ("対応しない", "ignored"),
    "action.done": ("対応済み", "done"),
    "whose.total": ("全社", "whole company"),
    "whose.interviewer": ("面接官 1 名", "one interviewer"),
    "whose.recruiter": ("採用担当 1 名", "one recruiter"),
    "whose.hiring_manager": ("採用責任者 1 名", "one hiring manager"),
}
