"""Files that are whole and on disk, or absent, whenever the process or the machine ends."""

import os
from pathlib import Path


def write_durable(path: Path, content: bytes) -> None:
    """Write the file in one step, replacing an existing one; raise OSError, such as for a full disk, and leave no draft."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in the directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
