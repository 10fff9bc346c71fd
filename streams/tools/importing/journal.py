"""Which batches of one file were confirmed through one connection, so that a run that was cut off goes on."""

from hashlib import sha256
from pathlib import Path

from streams.tools.importing.batches import EventBatch

FOLDER = "imports"  # within the directory of a local stack
CHUNK = 1 << 20


def digest(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    seen = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            seen.update(chunk)
    return seen.hexdigest()


def place(path: Path, connection: str, state: Path | None) -> Path:
    """Where the journal of that content and connection is: in the state, else beside the file."""
    name = f"{digest(path)[:16]}-{connection}"
    if state is not None:
        return state / FOLDER / f"{name}.confirmed"
    return path.with_name(f"{path.name}.{name}.confirmed")


class Journal:
    """The names of confirmed batches, one a line. A line that a crash cut short names no batch, and is sent again."""

    def __init__(self, path: Path) -> None:
        """Read what was confirmed before."""
        self._path = path
        self._confirmed = set(path.read_text("ascii", "replace").split() if path.exists() else ())

    def forget(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)
        self._confirmed.clear()

    def holds(self, batch: EventBatch) -> bool:
        """Whether the gateway has confirmed these very bytes."""
        return batch.name in self._confirmed

    def confirm(self, batch: EventBatch) -> None:
        """Remember it; return when it is in the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{_mended(self._path)}{batch.name}\n")
        self._confirmed.add(batch.name)


def _mended(path: Path) -> str:
    """A line break if the last line lacks one."""
    with path.open("rb") as file:
        file.seek(0, 2)
        if not file.tell():
            return ""
        file.seek(-1, 2)
        return "" if file.read(1) == b"\n" else "\n"
