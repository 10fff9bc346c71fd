"""Look up headers, cell values and activities in the dictionary (`words.yaml`)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.tenants.milestones import normalize_name
from streams.configuration.yaml_document import parse_yaml

INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")


def without_invisible(text: str) -> str:
    """The text without characters of no width, which people copy from web pages."""
    return INVISIBLE.sub("", text)


@cache
def _dictionary() -> dict[str, Any]:
    text = (files("streams.tools.importing") / "words.yaml").read_text("utf-8")
    loaded: dict[str, Any] = parse_yaml(text).value
    return loaded


def normalize_header(text: str) -> str:
    """NFKC, lower case, without spaces, `_`, `-` and `・`."""
    normalized = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    return "".join(char for char in normalized if not char.isspace() and char not in "_-・")


@cache
def fields_by_header(kind: str) -> Mapping[str, str]:
    """Field by normalized header for that kind of table; entries of the kind take precedence over the shared ones."""
    field_by_header: dict[str, str] = {}
    for part in (kind, "everywhere"):
        for name, synonyms in _dictionary()["headers"].get(part, {}).items():
            for synonym in (name, *synonyms):
                field_by_header.setdefault(normalize_header(synonym), name)
    return field_by_header


@cache
def all_headers() -> frozenset[str]:
    """Every normalized header of any kind of table."""
    return frozenset(
        normalize_header(synonym)
        for fields in _dictionary()["headers"].values()
        for name, synonyms in fields.items()
        for synonym in (name, *synonyms)
    )


@cache
def is_personal(header: str) -> bool:
    """Whether the header names personal data."""
    normalized = normalize_header(header)
    return any(normalize_header(part) in normalized for part in _dictionary()["personal"])


@cache
def value_mappings() -> Mapping[str, Mapping[str, str]]:
    """Canonical values by field and tidied cell value."""
    return {
        name: {
            normalize_name(str(word)): value
            for value, synonyms in words.items()
            for word in synonyms
        }
        for name, words in _dictionary()["values"].items()
    }


def suggest_activity(name: str) -> dict[str, str] | None:
    """A suggested meaning for an activity of that name, or None."""
    normalized = normalize_header(name)
    meaning = next(
        (
            candidate
            for part, candidate in _dictionary()["activities"]
            if _matches(part, normalized)
        ),
        None,
    )
    if meaning is None:
        return None
    return {key: name if value == "self" else value for key, value in meaning.items()}


def _matches(pattern: str, normalized: str) -> bool:
    if pattern.startswith("="):
        return normalize_header(pattern[1:]) == normalized
    return normalize_header(pattern) in normalized


def suggest_role(object_type: str) -> str | None:
    """A suggested role for objects of that type, or None."""
    normalized = normalize_header(object_type)
    return next(
        (
            suggested_role
            for part, suggested_role in _dictionary()["objects"]
            if normalize_header(part) in normalized
        ),
        None,
    )


def suggest_attribute(name: str) -> str | None:
    """A suggested field for an attribute of that name, or None."""
    normalized = normalize_header(name)
    for field, synonyms in _dictionary()["attributes"].items():
        if normalized in {normalize_header(synonym) for synonym in (field, *synonyms)}:
            return str(field)
    return None
