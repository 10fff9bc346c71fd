"""Suggestions for misspelled names."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """` (did you mean `x`?)`, or all choices if none is close; to be appended to a message."""
    names = sorted(choices)
    matches = get_close_matches(name, names, n=1)
    return f" (did you mean `{matches[0]}`?)" if matches else f" (known: {', '.join(names)})"
