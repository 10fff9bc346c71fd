"""Takes personal data out of free texts and keeps the rest: `紹介 山田太郎 taro@example.jp` becomes `紹介`.

Texts of channels, sources, jobs and stages are the company's own words, and people write persons into them. What goes
is an e-mail address, a telephone number, a query parameter of a URL that holds one, a name beside one of them, and a
name after or before words such as 紹介, `referred by` and `via`. Names of companies and media stay.
"""

import re
from functools import lru_cache
from itertools import islice

from schemas.text.plain import plain_name, plain_text
from streams.ingest.cleaning.addresses import Span, find_contacts, without_personal_parameters
from streams.ingest.cleaning.person_names import (
    HONORIFIC,
    could_be_name,
    is_company,
    is_full_name,
    is_kanji_name,
    is_organisation,
    is_surname,
)

_WORD = (
    r"[^\s()<>\[\]{}「」【】,、。;:/|=&?\"・]{1,40}"  # no name is longer, and no search takes long
)
_SEPARATORS = r"[\s()<>\[\]「」【】,、;:/|・\"-]*"
_WORDS = re.compile(_WORD)
MAX_MENTIONS = 20  # of a word such as 紹介 in one text
MAX_WORDS = 4  # looked at after 紹介: a word such as 社員, and a name of up to three
_BEFORE_CONTACT = re.compile(rf"(?P<words>(?:{_WORD}[\s・]){{0,2}}{_WORD}?){_SEPARATORS}$")
_AFTER_CONTACT = re.compile(rf"{_SEPARATORS}(?P<words>{_WORD}(?:[\s・]{_WORD}){{0,2}})")
# Words that only a person can follow, and words that companies and media follow too.
_NAMES_FOLLOW = re.compile(
    r"(?:ご?紹介者(?:名|氏名)?|推薦者(?:名)?|紹介(?:元)?社員|リファラー|\breferrer|\b(?:referred|recommended|introduced|invited) by)"
    r"\s*[:=(]?\s*",
    re.IGNORECASE,
)
_NAMES_MAY_FOLLOW = re.compile(
    r"(?:紹介|推薦|リファラル|\breferral(?: (?:from|by))?|\bvia\b|\bintroduction (?:from|by)|\bfriend(?: of|\s?:))[\s_]*[-:=(/・]?\s*",
    re.IGNORECASE,
)
_NAMED_BEFORE = re.compile(
    rf"(?P<words>{_WORD}?(?:\s{_WORD}?){{0,2}})\)?(?:からの?|よりの?|の)?\s?\(?(?=ご?(?:紹介|推薦)(?!者))"
)
_HONORIFIC_AT_END = re.compile(rf"\s?{HONORIFIC}$")
_AND = re.compile(r"\s*[・,、と/]\s*")
_COMPANY_GOES_ON = re.compile(r"\s?&")  # Johnson & Johnson
_QUOTED_NAME = re.compile(r"\"(?P<name>[^\"<>]{1,60})\"\s*<\s*$")
_LATIN_WORDS = re.compile(r"[A-Za-z'’-]+(?: [A-Za-z'’-]+)*")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]|\{\s*\}|「\s*」|【\s*】")
_PARTNERS = {")": "(", ">": "<", "]": "[", "」": "「", "】": "【"}
_BEFORE_CLOSING = re.compile(r"[\s,、;:/|=・-]+(?=[)>\]」】])")
_OPEN_END = re.compile(r"[\s,、;:：/|=&<(\[「【・-]+$")
_OPEN_START = re.compile(r"^[\s,、;:：/|=&>)\]」】・-]+")
_SUSPICIOUS = re.compile(
    r"@|%40|[(\[]\s?at\s?[)\]]|\?|紹介|推薦|リファラ|refer(?:red|rer|ral)|\bvia\b|(?:recommended|introduced|invited) by|"
    r"introduction|\bfriend|(?:\d[\s().‐–—−ー-]*){9}",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # names of channels, stages and jobs come again and again
def without_personal_data(text: str) -> str:
    """The text without personal data, possibly empty; in NFKC form if anything was taken out, else only tidied."""
    tidy = plain_text(text)
    name = plain_name(text)
    if _SUSPICIOUS.search(name) is None:
        return tidy
    result = without_personal_parameters(name)
    result = _cut(result, _contact_spans(result))
    result = _cut(result, _named_spans(result))
    return tidy if result == name else result


def _cut(text: str, spans: list[Span]) -> str:
    """Remove the spans, the brackets that held nothing else, and separators that end up at an end."""
    if not spans:
        return text
    parts, position = [], 0
    for start, end in sorted(spans):
        parts.append(text[position : max(start, position)])
        position = max(end, position)
    parts.append(text[position:])
    rest = _BEFORE_CLOSING.sub("", _balanced(" ".join(part for part in parts if part)))
    while (fewer := _EMPTY_BRACKETS.sub(" ", rest)) != rest:
        rest = fewer
    return plain_text(_OPEN_START.sub("", _OPEN_END.sub("", rest)))


def _balanced(text: str) -> str:
    """The text without brackets whose partner was cut out."""
    open_at: list[int] = []
    unmatched: set[int] = set()
    for index, letter in enumerate(text):
        if letter in _PARTNERS.values():
            open_at.append(index)
        elif letter in _PARTNERS:
            if open_at and text[open_at[-1]] == _PARTNERS[letter]:
                open_at.pop()
            else:
                unmatched.add(index)
    unmatched.update(open_at)
    return "".join(letter for index, letter in enumerate(text) if index not in unmatched)


def _contact_spans(text: str) -> list[Span]:
    """Addresses and telephone numbers, each with the names beside it."""
    spans: list[Span] = []
    for start, end in find_contacts(text):
        contact = text[start:end]
        spans.append((_name_start(text, start, contact), _name_end(text, end, contact)))
    return spans


def _name_start(text: str, start: int, contact: str) -> int:
    quoted = _QUOTED_NAME.search(text[:start])
    if quoted is not None and could_be_name(" ".join(_WORDS.findall(quoted["name"]))):
        return quoted.start()
    match = _BEFORE_CONTACT.search(text[:start])
    if match is None or not match["words"].strip():
        return start
    bracketed = text[:start].rstrip().endswith("<")
    words = list(_WORDS.finditer(match["words"]))
    for number in range(len(words)):  # the longest name first
        candidate = " ".join(word[0] for word in words[number:])
        if _is_beside(candidate, contact, bracketed=bracketed):
            return match.start("words") + words[number].start()
    return start


def _name_end(text: str, end: int, contact: str) -> int:
    match = _AFTER_CONTACT.match(text[end:])
    if match is None:
        return end
    words = list(_WORDS.finditer(match["words"]))
    for number in range(len(words), 0, -1):
        candidate = " ".join(word[0] for word in words[:number])
        if _is_beside(candidate, contact, bracketed=False):
            return end + match.start("words") + words[number - 1].end()
    return end


def _is_beside(candidate: str, contact: str, *, bracketed: bool) -> bool:
    """Whether the words beside a contact are its owner's name: they read as a name or are spelt in the address."""
    name = _HONORIFIC_AT_END.sub("", candidate)
    if _LATIN_WORDS.fullmatch(name) is None or name != candidate or bracketed or is_full_name(name):
        return could_be_name(name)
    local = contact.partition("@")[0].casefold()
    return could_be_name(name.title()) and all(word.casefold() in local for word in name.split())


def _named_spans(text: str) -> list[Span]:
    """Names after 紹介者 and `via`, and before の紹介."""
    spans: list[Span] = []
    for pattern, certain in ((_NAMES_FOLLOW, True), (_NAMES_MAY_FOLLOW, False)):
        for match in islice(pattern.finditer(text), MAX_MENTIONS):
            start: int | None = match.end()
            while start is not None:  # 田中・鈴木 are two
                span = _name_after(text, start, certain=certain)
                spans += [] if span is None else [span]
                start = None if span is None else _next_name(text, span[1])
    for match in islice(_NAMED_BEFORE.finditer(text), MAX_MENTIONS):
        words = list(_WORDS.finditer(text, *match.span("words")))
        for number in range(len(words)):
            if _is_named(text[words[number].start() : match.end("words")], certain=False):
                spans.append((words[number].start(), match.end()))
                break
    return spans


def _next_name(text: str, end: int) -> int | None:
    """Where another name may begin, after `・`, a comma or `と`; None without one."""
    match = _AND.match(text, end)
    return None if match is None else match.end()


def _name_after(text: str, start: int, *, certain: bool) -> Span | None:
    """The name that starts there or after a word such as 社員; None if there is none, or a company's or medium's."""
    words = list(islice(_WORDS.finditer(text, start), MAX_WORDS))
    first = 0
    while first < len(words):
        begin = words[first].start()
        phrases = [text[begin : last.end()] for last in words[first:]]
        company = max((n for n, phrase in enumerate(phrases, 1) if is_company(phrase)), default=0)
        if not company:
            for phrase in reversed(phrases):
                end = begin + len(phrase)
                if _is_named(phrase, certain=certain) and not _COMPANY_GOES_ON.match(text, end):
                    return begin, end
            if not is_organisation(phrases[0]):
                return None
        first += company or 1
    return None


def _is_named(phrase: str, *, certain: bool) -> bool:
    """Whether the phrase is a name; `certain` says that a name is expected there."""
    name = _HONORIFIC_AT_END.sub("", phrase)
    if is_full_name(name) or is_surname(name):
        return True
    if name != phrase and is_kanji_name(name):
        return True
    return (certain or name != phrase) and could_be_name(name)
