"""The lock on the directory of a local stack: one process runs, copies or replaces it at a time."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from schemas.errors import Unavailable

RESTORING = (
    ".restoring"  # a whole backup on its way into the directory; it stays when that is interrupted
)


def lock_state(state: Path, *, restoring: bool = False) -> TextIO:
    """Lock the directory until the returned file is closed or the process ends.

    Raise Unavailable while a stack runs in it, and when a restore was interrupted, unless it is repeated.
    """
    lock = (state / "up.pid").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Unavailable(
            "state", f"a stack already runs in {state}; stop it first (hirelay down)"
        ) from error
    if (state / RESTORING).exists() and not restoring:
        lock.close()
        raise Unavailable(
            "state", f"a restore into {state} was interrupted; repeat it with --replace"
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
