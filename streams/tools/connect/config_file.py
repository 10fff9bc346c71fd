"""Add connections and secrets to the configuration file; everything that people wrote in it stays, letter by letter."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from streams.configuration.files import Misconfigured, load_tenancy

Entry = dict[str, Any]


class _Indented(yaml.SafeDumper):
    """Writes lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without indent."""
        super().increase_indent(flow, False)


def add_connection(path: Path, tenant: str, entry: Entry) -> None:
    """Append a connection to the tenant's; raise Misconfigured when that cannot be, which leaves the file alone."""
    _append(path, lambda top: (_tenant(top, tenant), "connections"), entry)


def add_secret(path: Path, tenant: str, connection: str, secret: dict[str, str]) -> None:
    """Append a secret to those of a connection; raise Misconfigured as `add_connection`."""

    def place(top: Node) -> tuple[MappingNode, str]:
        connections = _value(_tenant(top, tenant), "connections")
        return _entry(connections, connection), "secrets"

    _append(path, place, secret)


def _append(path: Path, place: Callable[[Node], tuple[MappingNode, str]], entry: Entry) -> None:
    """Write the longer file beside the old one, read it as every role will, then put it in its place at once."""
    load_tenancy(path)
    text = path.read_text()
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    owner, key = place(cast("Node", top))  # not empty, since it is valid
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(_longer(text, owner, key, entry))
        fresh.chmod(path.stat().st_mode)
        load_tenancy(fresh)
        fresh.replace(path)
    except Misconfigured as problem:
        msg = f"{path} was left as it is: {problem}"
        raise Misconfigured(msg) from problem
    finally:
        fresh.unlink(missing_ok=True)


def _longer(text: str, owner: MappingNode, key: str, entry: Entry) -> str:
    """The text with one more entry in the list `key` of the mapping `owner`, in the form of its other lists."""
    lines = text.splitlines()
    column = owner.start_mark.column
    held = next((each for name, each in owner.value if name.value == key), None)
    if held is None:
        at, fresh = _last_line(owner), [" " * column + f"{key}:"]
    elif held.flow_style and not held.value:
        at, fresh = held.start_mark.line, []
        lines[at] = lines[at].replace("[]", "", 1).rstrip()
    elif held.flow_style:
        msg = f"`{key}` on line {held.start_mark.line + 1} is written in one line; add {entry} by hand"
        raise Misconfigured(msg)
    else:
        at, fresh, column = _last_line(held), [], held.start_mark.column
    if held is None or held.flow_style:
        column += 2
    dumper = _Indented if column > owner.start_mark.column else yaml.SafeDumper
    dumped = yaml.dump([entry], Dumper=dumper, sort_keys=False, allow_unicode=True)
    fresh += [" " * column + line for line in dumped.splitlines()]
    return "\n".join([*lines[: at + 1], *fresh, *lines[at + 1 :]]) + "\n"


def _last_line(node: Node) -> int:
    """The line on which the last value in the node ends; its own end mark lies behind comments that follow."""
    return max((_last_line(child) for child in _children(node)), default=node.end_mark.line)


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode) and not node.flow_style:
        yield from (value for _, value in node.value)
    elif isinstance(node, SequenceNode) and not node.flow_style:
        yield from node.value


def _value(node: Node, key: str) -> Node:
    found: Node = next(value for name, value in node.value if name.value == key)
    return found


def _entry(node: Node, wanted: str) -> MappingNode:
    found: MappingNode = next(each for each in node.value if _value(each, "id").value == wanted)
    return found


def _tenant(top: Node, wanted: str) -> MappingNode:
    return _entry(_value(top, "tenants"), wanted)
