"""Standard milestones of a hiring process, and how a vendor's stage becomes one of them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# In order; a later one is further. Names in Japanese are in the glossary of README.ja.md.
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
RANK = {name: rank for rank, name in enumerate(MILESTONES)}
UNMAPPED = "unmapped"

# Vendor kinds that name a milestone outright (documented enums of Workable, Lever, Recruitee and Ashby).
KINDS = {
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
# Kinds that say less than a name may: an interview, but not which; asked after the names.
VAGUE = {
    "interview": "interview_n",
    "onsite": "interview_n",
    "evaluation": "assessment",
}

# Whole names, then parts of names, both after NFKC and casefold; the first part that matches wins.
NAMES = {
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
PARTS = (
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
class Rule:
    """What a stage or a reason was said to mean, on local days `since` ≤ day < `until` (days since 1970-01-01)."""

    id: str | None
    name: str | None
    means: str
    since: int
    until: int


def tidy(name: str) -> str:
    """NFKC, casefold, inner spaces collapsed: the form in which names are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def by_rule(rules: Sequence[Rule], key: str, name: str | None, day: int) -> str | None:
    """The configured meaning, ids before names, or None."""
    in_force = [rule for rule in rules if rule.since <= day < rule.until]
    for rule in in_force:
        if rule.id == key:
            return rule.means
    wanted = tidy(name or "")
    for rule in in_force:
        if rule.name is not None and tidy(rule.name) == wanted:
            return rule.means
    return None


def by_name(stage_name: str | None, vendor_kind: str | None) -> str:
    """The milestone that the vendor's kind or a well-known name proves, else `unmapped`; never a guess."""
    if vendor_kind is not None and vendor_kind.casefold() in KINDS:
        return KINDS[vendor_kind.casefold()]
    name = tidy(stage_name or "")
    if name in NAMES:
        return NAMES[name]
    for part, milestone in PARTS:
        if part in name:
            return milestone
    return VAGUE.get((vendor_kind or "").casefold(), UNMAPPED)
