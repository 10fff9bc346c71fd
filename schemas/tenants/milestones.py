"""Standard milestones of a hiring process, and the mapping of vendor stages to them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.tenants import stage_endings, stage_names

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
    """Return the milestone of a known vendor kind or stage name, else `unmapped`; never guesses.

    A name that contains a word for an ending is unmapped whatever its kind, and a talk beside the process (面談) is one even if
    the vendor files it under offers.
    """
    name = normalize_name(stage_name or "")
    kind = (vendor_kind or "").casefold()
    if stage_endings.is_ending_name(name):
        return UNMAPPED
    milestone = stage_names.find_milestone(name)
    if milestone == "casual":
        return milestone
    return MILESTONE_BY_KIND.get(kind) or milestone or MILESTONE_BY_BROAD_KIND.get(kind, UNMAPPED)
