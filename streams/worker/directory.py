"""A worker's directory: the stores of each epoch, and the identity under which it counts in that epoch."""

import fcntl
import shutil
import uuid
from pathlib import Path
from typing import TextIO

from schemas.errors import Unavailable

PREFIX = "epoch-"


def stores_of(directory: Path, epoch: int) -> Path:
    """Return where a worker keeps the stores of one epoch; a replay builds the next one beside the live one."""
    return directory / f"{PREFIX}{epoch}"


def reserve(stores: Path) -> TextIO:
    """Reserve the stores of an epoch until the returned file is closed or the process ends.

    Raise Unavailable when another worker uses them: two would also share one identity, and expel each other from the
    group.
    """
    stores.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (stores / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        problem = f"another worker uses {stores}; give each worker its own HIRELAY_WORKER_DIR"
        raise Unavailable("worker", problem) from error
    return lock


def identity_in(stores: Path) -> str:
    """Return a static member id, with which a restarted worker gets its partitions back at once."""
    stores.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = stores / "identity"
    if not path.exists():
        path.write_text(uuid.uuid4().hex)
    return path.read_text()


def remove_old_stores(directory: Path, live: int) -> None:
    """Remove the stores of earlier epochs; a later epoch may be building beside this process."""
    for path in directory.glob(f"{PREFIX}*"):
        number = path.name.removeprefix(PREFIX)
        if number.isdigit() and int(number) < live:
            shutil.rmtree(path, ignore_errors=True)
