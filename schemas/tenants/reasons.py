"""The party that ended an application, by ending reason: company 不採用, candidate 辞退, or neither."""

from schemas.tenants.milestones import normalize_name

EVENT_BY_PARTY = {
    "company": "application.rejected",
    "candidate": "application.withdrawn",
    "neither": "application.closed",
    "duplicate": "application.closed",
    "hired": "application.hired",  # for vendors that archive hired candidates
}

# Unambiguous full names, compared after NFKC and casefold; the administrator maps any other reason.
NAMES_BY_PARTY = {
    "candidate": (
        "withdrew",
        "withdrawn",
        "candidate withdrew",
        "candidate withdrawn",
        "withdrew application",
        "withdrawn by candidate",
        "declined by candidate",
        "offer declined",
        "declined offer",
        "candidate declined offer",
        "candidate declined",
        "rejected offer",
        "accepted another offer",
        "accepted other offer",
        "took another job",
        "no longer interested",
        "辞退",
        "選考辞退",
        "内定辞退",
        "面接辞退",
        "候補者辞退",
        "本人辞退",
        "本人都合",
        "他社決定",
        "他社内定",
        "他社内定承諾",
        "応募取り消し",
        "応募取消",
        "отказ кандидата",
        "кандидат отказался",
        "самоотказ",
    ),
    "neither": (
        "position filled",
        "position closed",
        "position cancelled",
        "job closed",
        "job cancelled",
        "requisition closed",
        "requisition cancelled",
        "role closed",
        "role filled",
        "duplicate",
        "duplicate application",
        "duplicate candidate",
        "spam",
        "test",
        "test candidate",
        "重複",
        "重複応募",
        "求人終了",
        "募集終了",
        "採用枠充足",
        "充足",
        "テスト",
    ),
    "company": (
        "rejected by company",
        "not a fit",
        "not qualified",
        "underqualified",
        "under-qualified",
        "under- qualified",
        "overqualified",
        "over-qualified",
        "lacks skills/qualifications",
        "missing skills",
        "too inexperienced",
        "lack of experience",
        "failed interview",
        "failed assessment",
        "failed test",
        "不採用",
        "不合格",
        "書類不合格",
        "書類選考不合格",
        "面接不合格",
        "一次面接不合格",
        "最終面接不合格",
        "お見送り",
        "見送り",
        "スキル不足",
        "経験不足",
        "отказ компании",
    ),
}
_PARTY_BY_NAME = {
    normalize_name(name): party for party, names in NAMES_BY_PARTY.items() for name in names
}

_DUPLICATES = frozenset(
    normalize_name(name)
    for name in ("duplicate", "duplicate application", "duplicate candidate", "重複", "重複応募")
)


def lookup_party(name: str | None) -> str | None:
    """Return the party of a well-known reason, or None; never guesses."""
    return _PARTY_BY_NAME.get(normalize_name(name or ""))


def is_duplicate(name: str | None) -> bool:
    """Whether the reason says that the application was made twice."""
    return normalize_name(name or "") in _DUPLICATES
