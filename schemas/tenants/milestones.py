"""Standard milestones of a hiring process, and the mapping of vendor stages to them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# In process order, earliest first. The Japanese names are in the glossary of README.ja.md.
MILESTONES = (
    "lead",
    "applied",
    "screening",
    "casual",
    "assessment",
    "interview_1",
    "interview_2",
    "interview_n",
    "final_interview",
    "reference",
    "offer",
    "accepted",
    "hired",
)
INTERVIEWS = ("interview_1", "interview_2", "interview_n", "final_interview")
# A side step runs beside the process: entering one passes the stage left, and ending there fails the side step alone.
SIDE_STEPS = ("casual", "assessment", "reference")
MAIN_LINE = tuple(name for name in MILESTONES if name not in SIDE_STEPS)
RANK = {name: rank for rank, name in enumerate(MILESTONES)}
UNMAPPED = "unmapped"

# Vendor stage kinds that identify a milestone (documented enums of Workable, Lever, Recruitee and Ashby).
MILESTONE_BY_KIND = {
    "sourced": "lead",
    "lead": "lead",
    "applied": "applied",
    "applicant": "applied",
    "apply": "applied",
    "phone-screen": "casual",
    "phone_screen": "casual",
    "screen": "casual",
    "assessment": "assessment",
    "preinterviewscreen": "screening",
    "offer": "offer",
    "hired": "hired",
    "hire": "hired",
}
# Vendor stage kinds less specific than a stage name (an interview, but not which one); checked after the names.
MILESTONE_BY_BROAD_KIND = {
    "interview": "interview_n",
    "onsite": "interview_n",
    "evaluation": "assessment",
}

# Full names, then parts of names, both after NFKC and casefold; the first matching part wins.
MILESTONE_BY_NAME = {
    "new": "applied",
    "応募": "applied",
    "応募受付": "applied",
    "エントリー": "applied",
    "書類選考": "screening",
    "書類": "screening",
    "screening": "screening",
    "カジュアル面談": "casual",
    "面談": "casual",
    "適性検査": "assessment",
    "内定": "offer",
    "内定承諾": "accepted",
    "承諾": "accepted",
    "入社": "hired",
    "hired": "hired",
    "offer": "offer",
    "interview": "interview_n",
    "interviews": "interview_n",
    "面接": "interview_n",
    "inbox": "applied",
    "applied": "applied",
    "applied candidates": "applied",
    "new applicant": "applied",
    "new lead": "lead",
    "sourced": "lead",
}
MILESTONE_BY_NAME_PART = (
    ("application review", "screening"),
    ("resume", "screening"),
    ("cv review", "screening"),
    ("書類", "screening"),
    ("カジュアル", "casual"),
    ("casual", "casual"),
    ("phone", "casual"),
    ("適性", "assessment"),
    ("課題", "assessment"),
    ("assessment", "assessment"),
    ("take home", "assessment"),
    ("coding test", "assessment"),
    ("最終面接", "final_interview"),
    ("final", "final_interview"),
    ("一次面接", "interview_1"),
    ("1次面接", "interview_1"),
    ("first interview", "interview_1"),
    ("1st interview", "interview_1"),
    ("二次面接", "interview_2"),
    ("2次面接", "interview_2"),
    ("second interview", "interview_2"),
    ("2nd interview", "interview_2"),
    ("三次面接", "interview_n"),
    ("face to face", "interview_n"),
    ("onsite", "interview_n"),
    ("reference", "reference"),
    ("リファレンス", "reference"),
    ("background", "reference"),
    ("承諾", "accepted"),
    ("内定", "offer"),
    ("オファー", "offer"),
    ("offer", "offer"),
)


@dataclass(frozen=True, kw_only=True)
class MappingRule:
    """The configured meaning of a stage or reason on local days `since` ≤ day < `until` (days since 1970-01-01).

    `order` is the place of a stage in the process, earliest first.
    """

    id: str | None
    name: str | None
    meaning: str
    since: int
    until: int
    order: int | None = None


def normalize_name(name: str) -> str:
    """Normalize a name for comparison: NFKC, casefold, inner spaces collapsed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find_rule(
    rules: Sequence[MappingRule], key: str, name: str | None, day: int
) -> MappingRule | None:
    """Return the rule in force on that day, by id first, then by name, or None."""
    active = [rule for rule in rules if rule.since <= day < rule.until]
    for rule in active:
        if rule.id == key:
            return rule
    normalized = normalize_name(name or "")
    for rule in active:
        if rule.name is not None and normalize_name(rule.name) == normalized:
            return rule
    return None


def lookup_milestone(stage_name: str | None, vendor_kind: str | None) -> str:
    """Return the milestone of a known vendor kind or stage name, else `unmapped`; never guesses."""
    if vendor_kind is not None and vendor_kind.casefold() in MILESTONE_BY_KIND:
        return MILESTONE_BY_KIND[vendor_kind.casefold()]
    name = normalize_name(stage_name or "")
    if name in MILESTONE_BY_NAME:
        return MILESTONE_BY_NAME[name]
    for part, milestone in MILESTONE_BY_NAME_PART:
        if part in name:
            return milestone
    return MILESTONE_BY_BROAD_KIND.get((vendor_kind or "").casefold(), UNMAPPED)
