"""What was probably meant by a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str]) -> str:
    """` (did you mean `x`?)`, or all that is known where nothing is near; for the end of a message."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1)
    return f" (did you mean `{near[0]}`?)" if near else f" (known: {', '.join(words)})"
