"""The words of the domain in both languages, as (Japanese, English); English is in lower case, as inside a sentence.

Names that belong to one definition (a KPI, a panel, a playbook entry) are part of it and not repeated here.
"""

from collections.abc import Mapping

from schemas.text.languages import Words, translate

Table = Mapping[str, Words]

DIMENSIONS: Table = {
    "total": ("全社", "whole company"),
    "channel": ("媒体", "channel"),
    "recruiter": ("採用担当", "recruiter"),
    "job": ("求人", "job"),
    "interviewer": ("面接官", "interviewer"),
    "source_detail": ("流入元", "source detail"),
    "hiring_manager": ("採用責任者", "hiring manager"),
    "department": ("部署", "department"),
    "location": ("勤務地", "location"),
}
UNITS: Table = {
    "count": ("件数", "count"),
    "ratio": ("割合", "ratio"),
    "days": ("日数", "days"),
    "hours": ("時間", "hours"),
    "money": ("金額", "money"),
    "score": ("点数", "score"),
}
BASES: Table = {
    "decision": ("判定日", "day of the event"),
    "cohort": ("応募日コホート", "day of application"),
    "entry": ("進出日コホート", "day of entry"),
    "now": ("現時点", "now"),
}
MILESTONES: Table = {
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
COST_KINDS: Table = {
    "media": ("媒体", "Media"),
    "agency_fee": ("紹介手数料", "Agency fees"),
    "scout": ("スカウト", "Scouting"),
    "event": ("イベント・就職フェア", "Events and job fairs"),
    "referral_bonus": ("リファラル報奨金", "Referral bonuses"),
    "travel": ("交通費・出張費", "Travel"),
    "outsourcing": ("採用代行 (RPO)", "Outsourcing (RPO)"),
    "assessment": ("適性検査・経歴調査", "Tests and background checks"),
    "relocation": ("転居費用", "Relocation"),
    "signing_bonus": ("入社一時金", "Signing bonuses"),
    "tax": ("税金", "Taxes"),
    "tool": ("ツール", "Tools"),
    "internal_hours": ("社内工数", "Internal hours"),
    "training": ("採用研修", "Recruiter training"),
    "overhead": ("間接費", "Overhead"),
}
SEVERITIES: Table = {
    "critical": ("重大", "critical"),
    "warning": ("警告", "warning"),
    "info": ("参考", "info"),
}
# A breach is open, or has one of the endings.
BREACH_STATES: Table = {
    "open": ("継続中", "open"),
    "recovered": ("解消", "recovered"),
    "no_cases": ("対象なし", "no cases left"),
    "corrected": ("訂正により取消", "corrected"),
    "withdrawn": ("取り下げ", "withdrawn"),
}
ACTIONS: Table = {
    "accepted": ("対応する", "accepted"),
    "ignored": ("対応しない", "ignored"),
    "done": ("対応済み", "done"),
}
PLAN_STATES: Table = {
    "ahead": ("先行", "ahead"),
    "on": ("順調", "on plan"),
    "behind": ("遅れ", "behind"),
    "unknown": ("不明", "unknown"),
}
DIRECTIONS: Table = {
    "at_least": ("以上", "at least"),
    "at_most": ("以下", "at most"),
}
UNKNOWN: Words = ("（不明）", "(unknown)")
TOO_FEW_CASES: Words = ("データ不足", "too few cases")


def dimension_name(dimension: str, language: str) -> str:
    """Return the name of a dimension, as inside a sentence."""
    return translate(DIMENSIONS[dimension], language)


def anonymous_member(dimension: str) -> Words:
    """Return the label of one person of a dimension, who is never identified."""
    ja, en = DIMENSIONS[dimension]
    return f"{ja} 1 名", f"one {en}"


# Why companies reject, by the factors of `schemas.events.context.RejectionFactor`.
REJECTION_FACTORS: Table = {
    "skill": ("スキル", "skill"),
    "years": ("経験年数", "years of experience"),
    "conditions": ("条件", "conditions"),
    "motivation": ("志向", "motivation"),
    "place": ("勤務地", "place of work"),
    "culture": ("文化", "culture"),
    "competition": ("競合", "a stronger candidate"),
    "filled": ("充足", "position filled"),
}
