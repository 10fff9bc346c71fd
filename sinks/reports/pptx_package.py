"""Open decks and templates of others, and take shapes out of them."""

import io
from typing import Any
from zipfile import BadZipFile

from pptx import Presentation
from pptx.exc import PackageNotFoundError

from schemas.errors import Malformed


def open_pptx(content: bytes, reason: str, advice: str) -> Any:
    """Return the presentation; raise Malformed, which says `advice`, for any other file."""
    try:
        return Presentation(io.BytesIO(content))
    except (BadZipFile, KeyError, PackageNotFoundError, ValueError) as error:
        raise Malformed(reason, advice) from error


def saved(deck: Any) -> bytes:
    """Return the presentation as a file."""
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()
