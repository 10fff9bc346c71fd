"""Marks by which the shapes of a deck are recognised after people have edited it: names, and generated texts as alternative texts."""

from collections.abc import Iterator
from typing import Any, Literal

PREFIX = "hirelay"
MarkKind = Literal["text", "chart", "table"]


def mark(shape: Any, kind: MarkKind, id_: str, text: str = "") -> None:
    """Name a shape, such as `hirelay chart channels/hires`; `text` is what was generated into it."""
    shape.name = f"{PREFIX} {kind} {id_}"
    if text:
        set_generated_text(shape, text)


def marked(deck: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield each marked shape with its kind and id; a copy that people made of one is yielded, too."""
    for slide in deck.slides:
        for shape in slide.shapes:
            prefix, _, rest = shape.name.partition(" ")
            kind, _, id_ = rest.partition(" ")
            if prefix == PREFIX and id_:
                yield shape, kind, id_


def generated_text(shape: Any) -> str:
    """Return the text that was generated into the shape."""
    text: str = _properties(shape).get("descr", "")
    return text


def set_generated_text(shape: Any, text: str) -> None:
    """Remember the text that is generated into the shape."""
    _properties(shape).set("descr", text)


def _properties(shape: Any) -> Any:
    return shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001 python-pptx has no alternative texts
