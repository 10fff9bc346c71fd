"""The milestone that a stage's name states: by whole names and whole phrases, never by chance parts of words.

Every name here is normalized (`schemas.tenants.milestones.normalize_name`). A name is split into pieces at brackets and
separators. Japanese pieces must be known as a whole; English and Russian pieces must contain a known phrase. A name whose
pieces disagree, or that says what comes before or after a stage, states no milestone.
"""

import re
from typing import NamedTuple

_SEPARATORS = re.compile(r"[()\[\]{}<>【】「」『』〔〕《》_:|/・+&、。,;~–—→-]+")
_INNER_HYPHEN = re.compile(r"(?<=[a-zа-я0-9])-(?=[a-zа-я0-9])")
# A number before the name, as in `1. Screening`, `02_書類選考` or `①一次面接`, but not in `1次面接` or `1st interview`.
_NUMBERING = re.compile(
    r"^\s*[(\[【]?\d{1,2}(?:[)\]】]|\s*(?:[.:_、]|-(?![а-я]))\s*|(?=[^\W\d_a-zа-я次回])(?!次|回))\s*"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")

_MANNER = (
    r"(?:オンライン|web|リモート|対面|来社|個人|個別|集団|グループ|技術|人事|現場|部門|配属先|中途|新卒|キャリア"
    r"|エンジニア|営業|総合職|正社員)*"
)
_PANEL = r"(?:役員|社長|代表|部長|本部長|課長|マネージャー|マネジャー|責任者|採用責任者)*"
# The interview is arranged or under way; what is over or still being prepared is another matter.
_STATUS = (
    r"(?:中|待ち|予定|確定|選考|選考中|対応中|結果待ち|案内中?|(?:日程)?調整(?:中|待ち)?|日程確定|(?:日程)?設定(?:中|待ち)?"
    r"|実施(?:中|待ち|予定)?|ステージ|フェーズ)?"
)
_FIRST = r"(?:第?[一1]次|第?[一1]回目?|初回|1st)"
_SECOND = r"(?:第?[二2]次|第?[二2]回目?|2nd)"
_LATER = r"(?:第?[三四五六3-6]次|第?[三四五六3-6]回目?|3rd|4th|5th)"
_FINAL = r"(?:最終|ファイナル)"
_MEETING = r"(?:面接|インタビュー)"


def _numbered(ordinal: str) -> str:
    return (
        rf"{_MANNER}{ordinal}{_MANNER}{_PANEL}{_MEETING}{_STATUS}|{_MANNER}{_PANEL}{ordinal}{_MEETING}{_STATUS}"
        rf"|{_MEETING}{ordinal}"
    )


def _compiled(patterns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((milestone, re.compile(pattern)) for milestone, pattern in patterns)


def _compiled_words(
    patterns: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return _compiled(tuple((milestone, rf"\b(?:{pattern})\b") for milestone, pattern in patterns))


# Whole Japanese pieces without spaces. 面談 is a talk beside the process, also about an offer.
_WHOLE = _compiled(
    (
        ("lead", r"スカウト(?:送信|送付)?(?:済み?|中)?"),
        ("applied", r"(?:新規)?(?:応募|エントリー)(?:受付|者)?(?:中|済み?)?|新規"),
        (
            "screening",
            rf"{_MANNER}(?:応募)?書類(?:選考|審査|確認|スクリーニング)?{_STATUS}"
            rf"|(?:レジュメ|履歴書)(?:選考|審査|確認|スクリーニング){_STATUS}|スクリーニング{_STATUS}",
        ),
        (
            "casual",
            rf"{_MANNER}(?:カジュアル|オファー|offer|条件|条件提示|労働条件|処遇|内定者?|リクルーター)?面談{_STATUS}"
            rf"|{_MANNER}カジュアル(?:インタビュー|トーク|ミーティング)?{_STATUS}"
            rf"|{_MANNER}(?:会社|採用|企業|個別|合同)?説明会{_STATUS}",
        ),
        (
            "assessment",
            rf"{_MANNER}(?:適性(?:検査|テスト|診断)?|能力検査|テストセンター|webテスト|spi3?(?:検査|試験|テスト)?|玉手箱"
            r"|筆記(?:試験|テスト)?|(?:コーディング|プログラミング|技術|スキル|実技)(?:テスト|試験|課題|チェック)|ワークサンプル"
            rf"|(?:事前|ケース|提出)?課題(?:選考|提出|試験)?)(?:受検|受験)?{_STATUS}",
        ),
        ("interview_1", _numbered(_FIRST)),
        ("interview_2", _numbered(_SECOND)),
        ("interview_n", _numbered(_LATER)),
        ("final_interview", _numbered(_FINAL)),
        ("interview_n", rf"{_MANNER}{_MEETING}{_STATUS}"),
        (
            "reference",
            r"(?:リファレンス|バックグラウンド)(?:チェック)?(?:依頼)?(?:中|待ち)?|(?:経歴|前職)(?:調査|照会)中?",
        ),
        ("offer", r"(?:内定|オファー)(?:提示|通知|出し)?(?:中|済み?)?|(?:内定|オファー)?承諾待ち"),
        ("accepted", r"(?:内定|オファー|入社)?承諾(?:済み?)?"),
        ("hired", r"入社(?:済み?)?|採用(?:決定|済み?)?"),
    )
)
# An ordinal alone says which interview it is, if another piece says that it is one.
_ORDINALS = _compiled(
    (
        ("interview_1", rf"{_FIRST}(?:選考)?|first"),
        ("interview_2", rf"{_SECOND}(?:選考)?|second"),
        ("interview_n", rf"{_LATER}(?:選考)?|third"),
        ("final_interview", rf"{_FINAL}(?:選考)?|final"),
    )
)

_INTERVIEW = r"interview(?:s|ing)?"
_ROUND = rf"(?:round(?: {_INTERVIEW})?|(?:\w+ ){{0,2}}{_INTERVIEW})"
_TALK = r"(?:интервью|собеседовани[ея])"
# English and Russian phrases, specific ones first: a match takes its words away from the phrases after it. An empty
# milestone marks a phrase that may mean more than one.
_PHRASES = _compiled_words(
    (
        ("accepted", r"offer (?:accepted|signed)|accepted(?: offer)?"),
        ("accepted", r"оффер (?:принят|подписан)|принял[аи]? оффер"),
        ("", r"(?:technical|tech|coding) (?:phone|telephone) (?:screen|screening|interview|call)"),
        (
            "casual",
            r"(?:recruiter |preliminary |initial )?(?:phone|telephone) (?:screen|screening|interview|call|chat)s?",
        ),
        (
            "casual",
            r"casual(?: (?:chat|talk|meeting|interview|call|meetup))?|coffee (?:chat|talk|meeting)",
        ),
        (
            "casual",
            r"recruiter (?:screen|call|chat)|intro(?:ductory|duction)? (?:call|chat|meeting)",
        ),
        ("casual", r"info(?:rmation)? session|company briefing"),
        ("casual", rf"телефонн(?:ое|ый) (?:{_TALK}|скрининг|разговор|звонок)|скрининг по телефону"),
        (
            "screening",
            r"(?:application|resume|résumé|cv|profile) (?:review|screen|screening|evaluation)",
        ),
        ("screening", r"(?:review|screening) of (?:applications?|resumes?|cvs?)"),
        (
            "screening",
            r"(?:рассмотрение|отбор|скрининг|оценка) резюме|резюме (?:у заказчика|на рассмотрении)|скрининг",
        ),
        (
            "assessment",
            r"take home(?: (?:test|assignment|exercise|challenge|project|task))?|homework",
        ),
        (
            "assessment",
            r"(?:coding|programming|technical|skills?|aptitude|online|written|personality|cognitive|psychometric|home)"
            r" (?:test|assessment|challenge|exercise|assignment|task)s?",
        ),
        (
            "assessment",
            r"assessments?(?: (?:test|center|centre))?|case study|work sample|test task",
        ),
        ("assessment", r"тестовое(?: задание)?|тестирование|домашнее задание"),
        (
            "interview_1",
            rf"(?:first|1st) {_ROUND}|(?:{_INTERVIEW} )?round (?:1|one)|{_INTERVIEW} (?:1|one|1st)",
        ),
        (
            "interview_2",
            rf"(?:second|2nd) {_ROUND}|(?:{_INTERVIEW} )?round (?:2|two)|{_INTERVIEW} (?:2|two|2nd)",
        ),
        (
            "interview_n",
            rf"(?:third|fourth|fifth|3rd|4th|5th) {_ROUND}|(?:{_INTERVIEW} )?round [3-6]|{_INTERVIEW} [3-6]",
        ),
        ("final_interview", rf"final {_ROUND}|final (?:on ?site|panel|loop)(?: {_INTERVIEW})?"),
        ("interview_1", rf"(?:перв(?:ое|ый этап)|1(?: ?[её]е?)?) (?:\w+ ){{0,2}}{_TALK}"),
        ("interview_2", rf"(?:втор(?:ое|ой этап)|2(?: ?[её]е?)?) (?:\w+ ){{0,2}}{_TALK}"),
        ("interview_n", rf"(?:третье|3(?: ?[её]е?)?) (?:\w+ ){{0,2}}{_TALK}"),
        ("final_interview", rf"финальн(?:ое|ый этап) (?:\w+ ){{0,2}}{_TALK}"),
        ("", rf"(?:executive|exec|ceo|cto|coo|cfo|vp|president|founder|director) {_INTERVIEW}"),
        (
            "",
            rf"{_INTERVIEW} (?:with|by) (?:the )?(?:executives?|ceo|cto|coo|cfo|vp|president|founders?|directors?)",
        ),
        ("", rf"{_TALK} с (?:\w+ )?директором"),
        (
            "interview_n",
            rf"(?:panel |onsite |on site |face to face )?{_INTERVIEW}|face to face|{_TALK}",
        ),
        (
            "reference",
            r"(?:references?|background)(?: and background)? checks?|checking references",
        ),
        ("reference", r"(?:проверка|сбор) рекомендаций|проверка (?:сб|службы безопасности)"),
    )
)
# Whole English and Russian pieces that mean something else as part of a longer one.
_ALONE = {
    "lead": "sourced|leads?|new leads?|prospects?|reached out",
    "applied": (
        "new|applied|applied candidates|applicants?|new applicants?|applications?|new applications?|inbox"
        "|application received|applications received|новы[ей]|новы[ей] отклики?|отклики?|новы[ей] кандидаты?|входящие|неразобранные"
    ),
    "screening": "screening|initial screening|initial review",
    "casual": "phone",
    "assessment": "spi",
    "interview_n": "on ?site(?: visit| loop| final)?",
    "reference": "references?",
    "offer": (
        "offers?|job offer|verbal offer|offer (?:sent|extended|made|stage|out)|офф?ер|офф?ер (?:выставлен|отправлен|сделан)"
        "|(?:выставлен|отправлен|сделан) офф?ер|джоб офф?ер|предложение о работе"
    ),
    "hired": "hired|hires?|new hires?|joined|вы[шх](?:ел|ла|од) на работу|нанята?|принята? на работу",
}
_ALONE_PATTERNS = _compiled(tuple(_ALONE.items()))

# Milestones that a name states only if every piece of it is understood.
_STRICT = frozenset({"lead", "applied", "reference", "offer", "accepted", "hired"})
_INTERVIEWS = frozenset({"interview_1", "interview_2", "interview_n", "final_interview"})
_NEUTRAL = re.compile(
    r"(?:online|onsite|remote|web|video|stage|step|phase|candidates?|オンライン|対面|中途|新卒|\d{1,2})*"
)
# What is before, after or beside the stage that a name mentions.
_BESIDE = re.compile(
    r"prep|prepar(?:e|ing|ation)|paperwork|code|letter|draft|approvals?|debrief|feedback|forms?|template|documents?|docs"
    r"|decision|completed?|done|pass(?:ed)?|skip(?:ped)?|no|not|non|without|before|after|post|pre|hold|questions?"
    r"|questionnaire|guide|kit|exit|number|cleared|ready"
    r"|подготовка|согласование|после|до|без|завершено|пройдено?|ожидание|анкета"
)
_BESIDE_JA = re.compile(
    r"送付|準備|通過|合格|不要|免除|スキップ|済|完了|終了|前|後|なし|無し|保留|未|書類|依頼|辞令|手続"
)


class _Reading(NamedTuple):
    """What one piece states: milestones, an ordinal alone, and whether all of it is understood."""

    milestones: frozenset[str] = frozenset()
    ordinal: str | None = None
    complete: bool = True
    beside: bool = False


def find_milestone(name: str) -> str | None:
    """Return the milestone that a normalized stage name states, or None if it states none or more than one."""
    text = _INNER_HYPHEN.sub(" ", _NUMBERING.sub("", name))
    readings = [_read(piece.strip()) for piece in _SEPARATORS.split(text) if piece.strip()]
    if any(reading.beside for reading in readings):
        return None
    stated = frozenset().union(*(reading.milestones for reading in readings))
    if stated and stated <= _INTERVIEWS:
        stated |= {reading.ordinal for reading in readings if reading.ordinal is not None}
        stated = stated - {"interview_n"} or stated
    if len(stated) != 1:
        return None
    (milestone,) = stated
    if milestone in _STRICT and not all(reading.complete for reading in readings):
        return None
    return milestone or None


def _read(piece: str) -> _Reading:
    ordinal = _first_match(_ORDINALS, piece)
    if ordinal is not None:
        return _Reading(ordinal=ordinal)
    if _CJK.search(piece):
        return _read_japanese(piece.replace(" ", ""))
    return _read_phrases(" ".join(_WORD.findall(piece.replace("ё", "е"))))


def _read_japanese(piece: str) -> _Reading:
    milestone = _first_match(_WHOLE, piece)
    if milestone is not None:
        return _Reading(milestones=frozenset({milestone}))
    return _Reading(
        complete=_NEUTRAL.fullmatch(piece) is not None, beside=_BESIDE_JA.search(piece) is not None
    )


def _read_phrases(piece: str) -> _Reading:
    alone = _first_match(_ALONE_PATTERNS, piece)
    if alone is not None:
        return _Reading(milestones=frozenset({alone}))
    rest, milestones = piece, set()
    for milestone, pattern in _PHRASES:
        rest, count = pattern.subn("|", rest)
        if count:
            milestones.add(milestone)
    words = _WORD.findall(rest)
    return _Reading(
        milestones=frozenset(milestones),
        complete=all(_NEUTRAL.fullmatch(word) for word in words),
        beside=any(_BESIDE.fullmatch(word) for word in words),
    )


def _first_match(patterns: tuple[tuple[str, re.Pattern[str]], ...], piece: str) -> str | None:
    """Return the milestone of the first pattern that matches the whole piece."""
    return next((milestone for milestone, pattern in patterns if pattern.fullmatch(piece)), None)
