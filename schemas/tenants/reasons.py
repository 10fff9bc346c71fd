"""The party that ended an application, by ending reason: company 不採用, candidate 辞退, or neither."""

import re

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
        "отказ соискателя",
        "кандидат отказался",
        "кандидат отказалась",
        "кандидат отказался от оффера",
        "отказ от оффера",
        "отказался от оффера",
        "самоотказ",
        "принял другой оффер",
        "принял другое предложение",
        "принял контроффер",
        "нашел другую работу",
        "нашёл другую работу",
        "передумал",
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
        "spam",
        "test",
        "test candidate",
        "求人終了",
        "募集終了",
        "採用枠充足",
        "充足",
        "テスト",
        "вакансия закрыта",
        "вакансия отменена",
        "вакансия заморожена",
        "позиция закрыта",
        "спам",
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
        "отказ работодателя",
        "отказ заказчика",
        "не подходит",
        "не подошел",
        "не подошёл",
        "не прошел собеседование",
        "не прошёл собеседование",
        "не прошел интервью",
        "не прошёл интервью",
        "не прошел тестовое задание",
        "не прошёл тестовое задание",
        "недостаточно опыта",
        "недостаточный опыт",
        "нет опыта",
    ),
}
_PARTY_BY_NAME = {
    normalize_name(name): party for party, names in NAMES_BY_PARTY.items() for name in names
}

# A reason that means the application itself is a duplicate, not that something else is (スキル重複, not a duplicate).
_WHAT = r"(?:応募|エントリー|候補者|登録|データ|レコード|プロフィール|紹介|推薦|他?エージェント|他?媒体|他?経路|過去)"
_DUPLICATE = re.compile(
    rf"(?:{_WHAT}+[とのがに]?)?(?:重複|二重(?:応募|登録|エントリー))(?:した|の)?{_WHAT}*(?:者)?(?:のため|につき)?"
    r"|(?:possible |potential )?duplicate[ds]?(?: (?:application|candidate|profile|record|entry|applicant|submission)s?)?"
    r"|(?:application|candidate|profile|applicant) (?:is )?(?:a )?duplicate[ds]?|dupe"
    r"|дубл(?:ь|и|икат|ирование)(?: (?:кандидата|отклика|резюме|заявки|анкеты))?"
)


def is_duplicate(name: str | None) -> bool:
    """Whether the reason is that the application is a duplicate of another one (重複応募)."""
    return _DUPLICATE.fullmatch(normalize_name(name or "")) is not None


def lookup_party(name: str | None) -> str | None:
    """Return the party of a well-known reason (`duplicate` for a duplicate), or None; never guesses."""
    if is_duplicate(name):
        return "duplicate"
    return _PARTY_BY_NAME.get(normalize_name(name or ""))
