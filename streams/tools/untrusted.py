"""Names that systems and customers choose, written so that nothing reads them as markup, a formula or a command."""

from rich.markup import escape

from schemas.text.plain import plain_text
from schemas.text.spreadsheet import quote_formula

NUMBER_CHARACTERS = frozenset("0123456789.,eE+-")


def for_terminal(text: str) -> str:
    """Return the text for a Rich table: no markup, and no control characters, with which a terminal is told to act."""
    return escape(plain_text(text))


def for_csv(value: object) -> object:
    """Return the value for a CSV cell: a text that a spreadsheet would calculate is preceded by an apostrophe.

    Numbers stay as they are, negative ones too.
    """
    if not isinstance(value, str) or (
        value[:1] in {"+", "-"} and NUMBER_CHARACTERS.issuperset(value)
    ):
        return value
    return quote_formula(value)
