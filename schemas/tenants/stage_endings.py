"""Stages that are endings: many boards have columns such as 内定辞退 or Rejected, which are no step of the process.

Every name here is normalized (`schemas.tenants.milestones.normalize_name`). A stage whose name contains an ending word states
no milestone; whether it ends applications, and who ended them, only a configured rule says.
"""

import re
from typing import Literal

Party = Literal["company", "candidate", "neither"]

# Latin and Cyrillic words count as words only: `Pending` and `Screening` contain no NG.
_ENDING_WORDS = re.compile(
    r"(?<![^\W_])(?:"
    r"reject(?:s|ed|ion|ions)?|declin(?:e|es|ed|ing)|withdr(?:aw|aws|awn|ew|awal|awals)|disqualif(?:y|ied|ication)"
    r"|archived?|cancell?(?:ed|ation)?|fail(?:ed|s)?|unsuccessful|unqualified|not (?:hired|selected|interested|proceeding|a fit)"
    r"|ng|no ?show|dropped(?: out)?|drop ?out|lost|ghosted|closed|expired|rescinded|revoked|reneged|refused|turned down"
    r"|blacklist(?:ed)?|duplicates?|unresponsive|off ?boarded|terminated"
    r"|отказ(?:а|ы|ался|алась|ались|ано|али)?|отклон[её]н[аы]?|самоотказ|отсев|снят[аы]?|архив|дубль|дубликат"
    r"|не (?:подош[её]л|подошла|подходит|прош[её]л|прошла|вышел|вышла)"
    r")(?![^\W_])"
)
_ENDING_JA = re.compile(
    r"辞退|不合格|不採用|見送|取消|取り消|取下|取り下|落選|不通過|キャンセル|脱落|却下|棄却|対象外|除外|アーカイブ|不成立"
    r"|他社決定|他決|離脱|ブラックリスト|お断り|お祈り|重複|連絡不通|音信不通|選考終了|クローズ"
    r"|(?<![a-z])ng(?![a-z])"
)
# Who ended it, where the name says so: the candidate's words come first, as in `Offer rejected by candidate` or 内定辞退.
_PARTIES: tuple[tuple[Party, re.Pattern[str]], ...] = (
    (
        "candidate",
        re.compile(
            r"辞退|他社決定|他決|応募(?:取消|取り消|取下|取り下)|離脱|音信不通"
            r"|\bwithdr\w+|\bby (?:the )?candidate\b|\bcandidate (?:rejected|declined|refused)\b|\boffers? (?:declined|rejected|refused)\b"
            r"|\b(?:declined|rejected|refused|turned down) (?:our |the )?offer\b|\breneged\b|\bnot interested\b|\bghosted\b"
            r"|\bсамоотказ\b|\bотказ(?:а)? (?:кандидата|соискателя)\b|\bкандидат(?:ка)? отказал\w+|\bотказал(?:ся|ась)\b"
        ),
    ),
    (
        "company",
        re.compile(
            r"不合格|不採用|見送|落選|不通過|却下|お断り|お祈り|内定(?:取消|取り消)|(?<![a-z])ng(?![a-z])"
            r"|\breject(?:ed|ion|ions)?\b|\bdisqualif\w+|\bunsuccessful\b|\bunqualified\b|\bnot (?:hired|selected|a fit)\b"
            r"|\bfailed\b|\brescinded\b|\brevoked\b"
            r"|\bотказ (?:компании|работодателя|заказчика)\b|\bотказано\b|\bотклон[её]н[аы]?\b|\bне (?:подош[её]л|подошла|подходит)\b"
            r"|\bне прош[её]л\b|\bне прошла\b"
        ),
    ),
    (
        "neither",
        re.compile(
            r"重複|選考終了|\bduplicates?\b|\bдубль\b|\bдубликат\b|\b(?:position|job|role) closed\b"
        ),
    ),
)
# The name is about an ending, but those who are there have not ended: a check, a queue, a follow-up.
_UNDECIDED = re.compile(
    r"\b(?:pending|check|review|risk|follow ?up|appeal|reconsider\w*|to be|awaiting)\b"
    r"|確認|待ち|予定|検討|候補|フォロー|防止|リスク|連絡前|中$"
)


def is_ending_name(name: str) -> bool:
    """Whether a normalized stage name contains a word for an ending."""
    spaced = re.sub(r"[_-]", " ", name)
    return _ENDING_WORDS.search(spaced) is not None or _ENDING_JA.search(name) is not None


def guess_party(name: str) -> Party | None:
    """Return who ends an application in a stage of that normalized name, for a person to confirm; None if it does not say.

    A name that gives the party of both sides, or that is about an ending still to be decided, says nothing.
    """
    if not is_ending_name(name) or _UNDECIDED.search(name):
        return None
    spaced = re.sub(r"[_-]", " ", name)
    return next((party for party, pattern in _PARTIES if pattern.search(spaced)), None)
