"""Add connections and secrets to the configuration file without changing anything else in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from streams.configuration.files import Misconfigured, load_tenancy, read_document
from streams.configuration.yaml_document import dump_yaml

Entry = dict[str, Any]


def add_connection(path: Path, tenant: str, entry: Entry) -> None:
    """Append a connection to the tenant; raise Misconfigured, and leave the file unchanged, if that is not possible."""
    _append(path, lambda top: (_tenant(top, tenant), "connections"), entry)


def add_secret(path: Path, tenant: str, connection: str, secret: dict[str, str]) -> None:
    """Append a secret to a connection; raise Misconfigured as `add_connection` does."""

    def locate(top: Node) -> tuple[MappingNode, str]:
        connections = _value(_tenant(top, tenant), "connections")
        return _entry(connections, connection), "secrets"

    _append(path, locate, secret)


def _append(path: Path, locate: Callable[[Node], tuple[MappingNode, str]], entry: Entry) -> None:
    """Write the extended file beside the original, validate it as every role does on load, then replace the original atomically."""
    load_tenancy(path)
    document = read_document(path)
    owner, key = locate(cast("Node", document.root))  # not empty, since it is valid
    replacement = path.with_name(f".{path.name}.new")
    try:
        replacement.write_text(_insert_entry(document.text, owner, key, entry), "utf-8")
        replacement.chmod(path.stat().st_mode)
        load_tenancy(replacement)
        replacement.replace(path)
    except Misconfigured as problem:
        msg = f"{path} was not changed: {problem}"
        raise Misconfigured(msg) from problem
    finally:
        replacement.unlink(missing_ok=True)


def _insert_entry(text: str, owner: MappingNode, key: str, entry: Entry) -> str:
    """The text with one more entry in the list `key` of the mapping `owner`, formatted like the file's other lists."""
    lines = text.splitlines()
    column = owner.start_mark.column
    existing = next((node for name, node in owner.value if name.value == key), None)
    if existing is None:
        last_line, added = _last_line(owner), [" " * column + f"{key}:"]
    elif existing.flow_style and not existing.value:
        last_line, added = existing.start_mark.line, []
        lines[last_line] = lines[last_line].replace("[]", "", 1).rstrip()
    elif existing.flow_style:
        msg = f"`{key}` on line {existing.start_mark.line + 1} is written in one line; add {entry} by hand"
        raise Misconfigured(msg)
    else:
        last_line, added, column = _last_line(existing), [], existing.start_mark.column
    if existing is None or existing.flow_style:
        column += 2
    dumped = dedent(dump_yaml([entry], indent_lists=column > owner.start_mark.column))
    added += [" " * column + line for line in dumped.splitlines()]
    return "\n".join([*lines[: last_line + 1], *added, *lines[last_line + 1 :]]) + "\n"


def _last_line(node: Node) -> int:
    """The last line of the last value in the node; the node's own end mark includes trailing comments."""
    return max((_last_line(child) for child in _children(node)), default=node.end_mark.line)


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode) and not node.flow_style:
        yield from (value for _, value in node.value)
    elif isinstance(node, SequenceNode) and not node.flow_style:
        yield from node.value


def _value(node: Node, key: str) -> Node:
    match: Node = next(value for name, value in node.value if name.value == key)
    return match


def _entry(node: Node, entry_id: str) -> MappingNode:
    match: MappingNode = next(
        entry for entry in node.value if _value(entry, "id").value == entry_id
    )
    return match


def _tenant(top: Node, tenant_id: str) -> MappingNode:
    return _entry(_value(top, "tenants"), tenant_id)
