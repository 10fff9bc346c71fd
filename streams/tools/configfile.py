"""Add connections and secrets to the configuration file; its comments and its form stay as people wrote them."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from streams.config import load_tenancy

Entry = dict[str, Any]


def add_connection(path: Path, tenant: str, entry: Entry) -> None:
    """Append a connection to the tenant's; raise Misconfigured when the file would not be valid, which leaves it alone."""

    def append(found: CommentedMap) -> None:
        found.setdefault("connections", []).append(CommentedMap(entry))

    _change(path, tenant, append)


def add_secret(path: Path, tenant: str, connection: str, secret: dict[str, str]) -> None:
    """Append a secret to those of a connection; raise Misconfigured as `add_connection`."""

    def append(found: CommentedMap) -> None:
        each = next(each for each in found["connections"] if each["id"] == connection)
        each.setdefault("secrets", []).append(CommentedMap(secret))

    _change(path, tenant, append)


def _change(path: Path, tenant: str, change: Callable[[CommentedMap], None]) -> None:
    """Write the changed file beside the old one, read it as every role will, then put it in its place at once."""
    text = path.read_text()
    yaml = _yaml(text)
    loaded = yaml.load(text)
    change(next(each for each in loaded["tenants"] if each["id"] == tenant))
    output = io.StringIO()
    yaml.dump(loaded, output)
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(output.getvalue())
        fresh.chmod(path.stat().st_mode)
        load_tenancy(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _yaml(text: str) -> YAML:
    """A writer that indents lists as the file does."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    found = re.search(r"^tenants:[^\n]*\n(?:\s*#[^\n]*\n)*( *)- ", text, re.MULTILINE)
    offset = len(found.group(1)) if found else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml
