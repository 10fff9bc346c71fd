"""Tells the name of a person from that of a company or a medium, as far as a text alone allows.

Both lists are short on purpose: a name is looked for only beside an address or telephone number or after a word such as
紹介 or `via`, where a common surname or given name settles it.
"""

import re
from functools import cache
from importlib.resources import files

from schemas.tenants.media import MEDIUM_BY_KEY, spelling_key
from streams.configuration.yaml_document import parse_yaml

HONORIFIC = r"(?:さん|様|さま|氏|君|くん|先輩|先生|殿|-?\b(?:san|sama)\b)"
_KANJI = r"[一-鿿々ヶ]"
_KANA_WORD = re.compile(r"[ぁ-んァ-ヴー]+")
_LATIN_WORD = re.compile(r"[A-Z][A-Za-z'’-]*\.?|[a-z]+(?:'[a-z]+)?")
_GIVEN = re.compile(
    rf"{_KANJI}{{1,3}}|{_KANJI}{{1,2}}[ぁ-ん]{{1,2}}|[ぁ-ん]{{2,4}}|[ァ-ヴー]{{2,5}}"
)
_LATIN_RUN = re.compile(r"[a-z]+")
_KANJI_WORD = re.compile(rf"{_KANJI}+")


@cache
def _words(name: str) -> frozenset[str]:
    resource = files("streams.ingest.cleaning") / "person_names.yaml"
    document = parse_yaml(resource.read_text("utf-8")).value
    return frozenset(str(document[name]).split())


@cache
def _companies() -> frozenset[str]:
    return frozenset(map(spelling_key, _words("companies")))


def is_company(text: str) -> bool:
    """Whether the text names a company or a medium."""
    words = _LATIN_RUN.findall(text.casefold())
    named = spelling_key(text) in MEDIUM_BY_KEY or spelling_key(text) in _companies()
    return named or not _words("company_words").isdisjoint(words)


def is_organisation(text: str) -> bool:
    """Whether the text names a company, a medium, or a group of people such as 社員 (employees)."""
    folded = text.casefold()
    return (
        is_company(text)
        or any(part in folded for part in _words("organisation_parts"))
        or not _words("other_words").isdisjoint(_LATIN_RUN.findall(folded))
    )


def is_full_name(text: str) -> bool:
    """Whether the text is certainly a person's name: a common surname with a given name, or common Latin names."""
    words = text.split()
    if not words or len(words) > 3 or is_organisation(text):
        return False
    if all(_LATIN_WORD.fullmatch(word) for word in words):
        names = _words("latin_names")
        return any(word.casefold().strip(".") in names for word in words)
    if len(words) == 2:
        surname, first_name = words
        return _is_surname(surname) and _GIVEN.fullmatch(first_name) is not None
    return len(words) == 1 and _is_joined_name(text)


def is_surname(text: str) -> bool:
    """Whether the text is a common Japanese surname that is not a place too."""
    return text in _words("surnames")


def is_kanji_name(text: str) -> bool:
    """Whether the text, which an honorific follows, is short and in kanji, as any surname."""
    return len(text) <= 5 and _KANJI_WORD.fullmatch(text) is not None and not is_organisation(text)


def could_be_name(text: str) -> bool:
    """Whether the text, beside a person's address or called the person's name, reads as one."""
    words = text.split()
    if not 1 <= len(words) <= 3 or is_organisation(text):
        return False
    if is_full_name(text) or is_surname(text):
        return True
    if all(_LATIN_WORD.fullmatch(word) for word in words):
        return len(words) > 1 and all(word[0].isupper() for word in words)
    if len(words) == 2:
        return all(_KANJI_WORD.fullmatch(w) or _KANA_WORD.fullmatch(w) for w in words) and all(
            len(word) <= 4 for word in words
        )
    return (
        3 <= len(text) <= 5
        and _KANJI_WORD.fullmatch(text) is not None
        and text[-1] in _given_endings()
    )


def _is_surname(text: str) -> bool:
    if text in _words("surnames") or text in _words("surnames_of_places"):
        return True
    return _KANA_WORD.fullmatch(text) is not None and spelling_key(text) in _words("kana_surnames")


def _is_joined_name(text: str) -> bool:
    """Whether surname and given name stand together, as 山田太郎; 高島屋 and 伊藤忠商事 do not end as given names do."""
    for length in (3, 2):
        surname, first_name = text[:length], text[length:]
        if not first_name or not _is_surname(surname) or _GIVEN.fullmatch(first_name) is None:
            continue
        if _KANA_WORD.fullmatch(surname):
            return spelling_key(first_name) in _words("kana_given_names")
        return _KANA_WORD.fullmatch(first_name) is not None or first_name[-1] in _given_endings()
    return False


def _given_endings() -> frozenset[str]:
    return frozenset("".join(_words("given_endings")))
