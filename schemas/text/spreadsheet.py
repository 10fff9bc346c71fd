"""Texts in cells of spreadsheets, which would calculate some of them (CWE-1236; OWASP, CSV Injection)."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def quote_formula(text: str) -> str:
    """Return the text, preceded by an apostrophe if a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
