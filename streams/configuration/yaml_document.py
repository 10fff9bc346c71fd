"""Parses YAML into plain values, with the line and column of each, and refuses a key that is written twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

# typed: the types of YAML 1.1 (`yes` is a boolean), except that days and instants stay text, for the models to report;
# exact: as `typed`, but every number other than a plain decimal integer stays text too, so that no amount is rounded;
# text: every scalar stays text.
Scalars = Literal["typed", "exact", "text"]

TAG = "tag:yaml.org,2002:"
FLOAT = re.compile(r"[^eE]*\.[^eE]*(?:[eE][-+][0-9]+)?")  # as YAML 1.1 writes it: 1e5 is a text


class NotYaml(ValueError):
    """The text cannot be parsed; the message ends with its line and column where they are known."""


class _Yaml11Resolver(VersionedResolver):
    """Types scalars as YAML 1.1 does, in a text without a version directive as well."""

    @property
    def processing_version(self) -> tuple[int, int]:
        return (1, 1)


class _TextResolver(VersionedResolver):
    """Types no scalar."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return super().resolve(kind, value, (False, False) if implicit else implicit)


class _TypedConstructor(SafeConstructor):
    def check_mapping_key(
        self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any
    ) -> bool:
        """Refuse a second key of one mapping, since its first value would be lost silently."""
        if key in mapping:
            problem = f"`{key}` is written twice; keep one"
            raise MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        return True

    def construct_boolean(self, node: Any) -> bool | str:
        """A boolean for yes, no, on, off, true and false; `y` and `n` are texts."""
        text = str(self.construct_scalar(node))
        return text if text in ("y", "Y", "n", "N") else bool(self.construct_yaml_bool(node))

    def construct_float(self, node: Any) -> Any:
        """A float if it has a decimal point, else the text, which may be an id."""
        if FLOAT.fullmatch(text := str(self.construct_scalar(node))):
            return self.construct_yaml_float(node)
        return text


class _ExactConstructor(_TypedConstructor):
    def construct_plain_integer(self, node: Any) -> int | str:
        """An integer if it is written in plain decimals, else the text: 007, 0x10 and 1:30 are no numbers."""
        text = str(self.construct_scalar(node))
        digits = text.removeprefix("-")
        is_plain = digits.isdecimal() and digits.isascii() and text == str(int(text))
        return int(text) if is_plain else text


_TypedConstructor.add_constructor(f"{TAG}bool", _TypedConstructor.construct_boolean)
_TypedConstructor.add_constructor(f"{TAG}float", _TypedConstructor.construct_float)
_TypedConstructor.add_constructor(f"{TAG}timestamp", SafeConstructor.construct_yaml_str)
_ExactConstructor.add_constructor(f"{TAG}float", SafeConstructor.construct_yaml_str)
_ExactConstructor.add_constructor(f"{TAG}int", _ExactConstructor.construct_plain_integer)

_PARTS: dict[Scalars, tuple[type[VersionedResolver], type[SafeConstructor]]] = {
    "typed": (_Yaml11Resolver, _TypedConstructor),
    "exact": (_Yaml11Resolver, _ExactConstructor),
    "text": (_TextResolver, _TypedConstructor),
}


@dataclass(frozen=True)
class YamlDocument:
    """The plain value of a document, None if it is empty, and its text."""

    value: Any
    text: str

    @cached_property
    def root(self) -> Node | None:
        """The nodes as written, with their places; None if the document is empty. Keys are not yet merged."""
        node: Node | None = _parser("text").compose(self.text)
        return node

    def position(self, location: Sequence[int | str]) -> str:
        """The `line …, column …` (from 1) of the key or list entry at `location`, or of the innermost one that exists."""
        if self.root is None:
            return "line 1, column 1"
        node, mark = self.root, self.root.start_mark
        for part in location:
            node, mark = _step(node, part) or (node, mark)
        return f"line {mark.line + 1}, column {mark.column + 1}"


def _step(node: Node, part: int | str) -> tuple[Node, Any] | None:
    """The value of the key or list entry, and where that starts; None if the node has none."""
    if isinstance(node, MappingNode):
        pairs = ((value, key.start_mark) for key, value in node.value if key.value == str(part))
        return next(pairs, None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    return None


def parse_yaml(text: str, scalars: Scalars = "typed") -> YamlDocument:
    """Parse one document of plain values; raise NotYaml."""
    try:
        return YamlDocument(value=_parser(scalars).load(text), text=text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
        what = ": ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(what + where) from error
    except RecursionError as error:
        raise NotYaml("it is nested too deeply") from error
    except (YAMLError, ValueError) as error:
        raise NotYaml(" ".join(str(error).split())) from error


def _parser(scalars: Scalars) -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver, yaml.Constructor = _PARTS[scalars]
    return yaml


def dump_yaml(value: Any, *, indent_lists: bool = False) -> str:
    """Plain values as block YAML in their order; a text that YAML 1.1 or 1.2 would type is quoted."""
    yaml = YAML(typ="rt")
    yaml.Resolver = _Yaml11Resolver
    yaml.width = 10_000
    if indent_lists:
        yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()
