"""Who ended an application, by the reason that was given: company 不採用, candidate 辞退, neither side."""

from schemas.milestones import tidy

BY_PARTY = {
    "company": "application.rejected",
    "candidate": "application.withdrawn",
    "neither": "application.closed",
    "hired": "application.hired",  # for vendors that archive those they hire
}

# Whole names after NFKC and casefold that leave no doubt; anything else is for the administrator to say.
NAMES = {
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
    ),
}
_PARTIES = {tidy(name): party for party, names in NAMES.items() for name in names}


def party_of(name: str | None) -> str | None:
    """The party that a well-known reason proves, or None; never a guess."""
    return _PARTIES.get(tidy(name or ""))
