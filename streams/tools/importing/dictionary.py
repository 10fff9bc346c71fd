"""The dictionary of headers, words and activities (`words.yaml`), in the form in which it is looked up."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from schemas.tenants.milestones import tidy


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (files("streams.tools.importing") / "words.yaml").read_text("utf-8")
    )
    return loaded


def squeezed(text: str) -> str:
    """NFKC, lower case, without what people put between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if not each.isspace() and each not in "_-・")


@cache
def headers(kind: str) -> Mapping[str, str]:
    """Field by squeezed header, for tables of that kind; the kind's own meaning goes before the one of every kind."""
    found: dict[str, str] = {}
    for part in (kind, "everywhere"):
        for name, known in _words()["headers"].get(part, {}).items():
            for each in (name, *known):
                found.setdefault(squeezed(each), name)
    return found


def is_personal(header: str) -> bool:
    """Whether the header says that its column is about a person."""
    plain = squeezed(header)
    return any(squeezed(part) in plain for part in _words()["personal"])


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """What words in cells mean, by field and tidied word."""
    return {
        name: {tidy(str(each)): means for means, known in words.items() for each in known}
        for name, words in _words()["values"].items()
    }


def activity(name: str) -> dict[str, str] | None:
    """What an activity of that name could mean, or None; only a proposal."""
    plain = squeezed(name)
    found = next((means for part, means in _words()["activities"] if _fits(part, plain)), None)
    if found is None:
        return None
    return {key: name if value == "self" else value for key, value in found.items()}


def _fits(part: str, plain: str) -> bool:
    if part.startswith("="):
        return squeezed(part[1:]) == plain
    return squeezed(part) in plain


def role(object_type: str) -> str | None:
    """What objects of that type could be, or None."""
    plain = squeezed(object_type)
    return next((means for part, means in _words()["objects"] if squeezed(part) in plain), None)


def attribute(name: str) -> str | None:
    """The field that an attribute of a log could be, or None."""
    plain = squeezed(name)
    for means, known in _words()["attributes"].items():
        if plain in {squeezed(each) for each in (means, *known)}:
            return str(means)
    return None
