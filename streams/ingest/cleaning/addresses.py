"""Finds e-mail addresses and telephone numbers in texts that are in NFKC form."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher

Span = tuple[int, int]

_AT = r"(?:@|%40|\s?[(\[]\s?at\s?[)\]]\s?)"
# In an id no `@` between two characters is harmless; `@cosme` is a company.
_ADDRESS_IN_ID = re.compile(rf"\S{_AT}\S", re.IGNORECASE)
# In a text the domain needs a dot: `Java@Tokyo` is a job. What precedes an address without a space is not part of it
# if it is in another script, as in 紹介taro@example.jp.
_ADDRESS = re.compile(
    rf"(?:mailto:\s*)?(?:[a-z0-9._%+'-]+|[^\W\x00-\x7f]+){_AT}(?:[^\W_][\w-]*)?(?:\.[\w-]*)+",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\?[^\s#?]+")
_PERSONAL_PARAMETER = re.compile(
    r"(?:e-?mail|mail|mail_?address|tel|phone|mobile|name|full_?name|(?:first|last|given|family)_?name|"
    r"(?:candidate|applicant|referrer|user)_?(?:e-?mail|mail|name|phone|tel))",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:(?:e-?mail|mail|メールアドレス|メール|アドレス|tel|phone|mobile|電話番号|電話|携帯電話|携帯番号|携帯|連絡先)"
    r"\s*[:：]?\s*)?"
)
_LABEL_BEFORE = re.compile(rf"(?<![a-z]){_LABEL}$", re.IGNORECASE)
# Nine digits in a row, whatever separates them: no shorter number is taken for a telephone's.
_MAYBE_PHONE = re.compile(r"(?:\d[\s().‐–—−ー-]*){9}")
_JAPANESE_MOBILE = re.compile(r"(?<![\w-])0[5-9]0[-‐–−ー\s.]?\d{4}[-‐–−ー\s.]?\d{4}(?![\w-])")
_LABELLED = re.compile(
    r"(?:\btel|\bphone|\bmobile|電話番号|電話|携帯電話|携帯番号|携帯)\s*[:.]?\s*(?P<number>\+?\d[\d\s().-]{7,}\d)",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"\d[\s().‐–—−ー-]+\d")
_YEAR_IN_CODE = re.compile(r"^0\d-(?:19|20)\d\d-")
REGIONS = ("JP", "US")  # whose numbers are written without a country code


def is_address(name: str) -> bool:
    """Whether an id in NFKC form looks like an e-mail address."""
    return _may_hold_at(name) and _ADDRESS_IN_ID.search(name) is not None


def without_personal_parameters(text: str) -> str:
    """The text with its URLs' query parameters removed that hold an address, a telephone number or a person's name."""
    return _QUERY.sub(_impersonal_query, text) if "?" in text else text


def _impersonal_query(match: re.Match[str]) -> str:
    parameters = match[0][1:].split("&")
    kept = [parameter for parameter in parameters if not _is_personal(parameter)]
    if len(kept) == len(parameters):
        return match[0]
    return "?" + "&".join(kept) if kept else ""


def _is_personal(parameter: str) -> bool:
    key, equals, value = parameter.partition("=")
    if not equals:
        return False
    plain = unquote(value)
    return (
        _PERSONAL_PARAMETER.fullmatch(key) is not None
        or _ADDRESS.search(plain) is not None
        or next(_phones(plain), None) is not None
    )


def find_contacts(text: str) -> list[Span]:
    """The places of addresses and telephone numbers with their labels (`TEL:`), in order and without overlaps."""
    spans = [match.span() for match in _ADDRESS.finditer(text)] if _may_hold_at(text) else []
    spans += [span for span in _phones(text) if not any(_overlap(span, other) for other in spans)]
    return [(_label_start(text, start), end) for start, end in sorted(spans)]


def _may_hold_at(text: str) -> bool:
    """A look that costs nothing, for the many texts without an address."""
    return "@" in text or "%40" in text or "(" in text or "[" in text


def _label_start(text: str, start: int) -> int:
    match = _LABEL_BEFORE.search(text[:start])
    return start if match is None else match.start()


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _phones(text: str) -> Iterator[Span]:
    if _MAYBE_PHONE.search(text) is None:
        return
    spans: list[Span] = []
    for span in _phone_candidates(text):
        if not any(_overlap(span, one) for one in spans):
            spans.append(span)
            yield span


def _phone_candidates(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _JAPANESE_MOBILE.finditer(text))
    yield from (match.span("number") for match in _LABELLED.finditer(text))
    for region in REGIONS:
        for match in PhoneNumberMatcher(
            text, region, leniency=Leniency.STRICT_GROUPING, max_tries=50
        ):
            if _is_written_as_phone(text, match):
                yield match.start, match.end


def _is_written_as_phone(text: str, match: phonenumbers.PhoneNumberMatch) -> bool:
    """Whether people would read it as a telephone number: with a country code, grouped, or after a label.

    A run of ten digits, digits after a letter and a hyphen, and a year in the middle are codes of jobs.
    """
    raw = match.raw_string
    before = text[: match.start]
    if raw.startswith("+") or _label_start(text, match.start) < match.start:
        return True
    if re.search(r"[\w][-_/]?$", before, re.ASCII) or _YEAR_IN_CODE.match(raw):
        return False
    return _SEPARATED.search(raw) is not None
