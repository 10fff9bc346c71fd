"""Plain text: without control characters, with single spaces; ids and names are compared in Unicode's NFKC form."""

import unicodedata

# Control and format characters, and surrogates.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_JOINERS = frozenset("\u200c\u200d")  # they shape letters and emoji, and separate nothing
_WHITESPACE_CONTROLS = frozenset("\t\n\v\f\r\x85\u2028\u2029")


def plain_text(text: str) -> str:
    """The text without control characters, its whitespace collapsed to single spaces, none at the ends."""
    if text.isprintable() and text == text.strip() and "  " not in text:
        return text  # almost every text; only plain spaces are printable
    return " ".join("".join(map(_visible, text)).split())


def plain_name(text: str) -> str:
    """The plain text in NFKC form, in which two spellings of one name or id differ by more than their width."""
    if text.isascii():
        return plain_text(text)
    return plain_text(unicodedata.normalize("NFKC", text))


def _visible(character: str) -> str:
    if character in _WHITESPACE_CONTROLS:
        return " "
    if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:
        return ""
    return character
