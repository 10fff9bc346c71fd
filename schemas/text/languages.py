"""The languages of the product, and the choice between a Japanese and an English text."""

from typing import Literal, TypeVar

Language = Literal["ja", "en"]
Words = tuple[str, str]  # the same text in each of LANGUAGES, in that order
LANGUAGES: tuple[Language, ...] = ("ja", "en")
DEFAULT_LANGUAGE: Language = "ja"
_Text = TypeVar("_Text")


def translate(words: tuple[_Text, _Text], language: str) -> _Text:
    """Return the text, or what makes it, of the language; raise ValueError for a language without texts."""
    return words[LANGUAGES.index(_checked(language))]


def other_language(language: str) -> Language:
    """Return the language to which a reader can switch."""
    return LANGUAGES[1 - LANGUAGES.index(_checked(language))]


def bilingual(words: Words) -> str:
    """Return both texts, for terminal tables that every reader of a company shares."""
    return " ".join(words)


def sentence_case(text: str) -> str:
    """Capitalise the first letter, as in a label that stands alone; Japanese has no capitals."""
    return text[:1].upper() + text[1:]


def _checked(language: str) -> Language:
    for candidate in LANGUAGES:
        if language == candidate:
            return candidate
    msg = f"no texts in {language!r}: languages are {', '.join(LANGUAGES)}"
    raise ValueError(msg)
