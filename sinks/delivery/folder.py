"""Delivery into a folder: repeating it changes nothing."""

from collections.abc import Sequence
from pathlib import Path

from sinks.delivery.durable_files import write_durable


def copy_files(files: Sequence[Path], folder: Path) -> None:
    """Copy each file unless one of its name and content is there; each appears whole. Raise OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        content, target = file.read_bytes(), folder / file.name
        if not target.exists() or target.read_bytes() != content:
            write_durable(target, content)
