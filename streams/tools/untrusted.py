"""Names that systems and customers choose, written so that nothing reads them as markup, a formula or a command."""

from rich.markup import escape

from schemas.text.plain import plain_text

# Cells that begin so are formulas in spreadsheets (OWASP, CSV Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBER_CHARACTERS = frozenset("0123456789.,eE+-")


def for_terminal(text: str) -> str:
    """Return the text for a Rich table: no markup, and no control characters, with which a terminal is told to act."""
    return escape(plain_text(text))


def for_csv(value: object) -> object:
    """Return the value for a CSV cell: a text that a spreadsheet would calculate is preceded by an apostrophe.

    Numbers stay as they are, negative ones too.
    """
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS):
        return value
    return value if value[0] in "+-" and NUMBER_CHARACTERS.issuperset(value) else f"'{value}"
