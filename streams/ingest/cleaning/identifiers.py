"""Ids of every door: in NFKC form, with single spaces, without control characters; never an e-mail address."""

from schemas.text.plain import plain_name
from streams.ingest.cleaning.addresses import is_address


def clean_id(text: str) -> str | None:
    """The id in the form in which ids are compared; None if it looks like an e-mail address."""
    name = plain_name(text)
    return None if is_address(name) else name
