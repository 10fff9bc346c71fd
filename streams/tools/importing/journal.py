"""Remember which batches of a file were confirmed through a connection, so that an interrupted import can resume."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from streams.tools.importing.batches import EventBatch

FOLDER = "imports"  # in the state directory of a local stack
CHUNK = 1 << 20


def digest(*paths: Path) -> str:
    """The SHA-256 of the files' bytes, in hexadecimal."""
    hasher = sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                hasher.update(chunk)
    return hasher.hexdigest()


def journal_path(paths: Sequence[Path], connection: str, state: Path | None) -> Path:
    """The journal of that content and connection: in the state directory, else beside the first file."""
    name = f"{digest(*paths)[:16]}-{connection}"
    if state is not None:
        return state / FOLDER / f"{name}.confirmed"
    return paths[0].with_name(f"{paths[0].name}.{name}.confirmed")


class Journal:
    """The digests of confirmed batches, one per line. A line truncated by a crash matches no batch, so that batch is sent again."""

    def __init__(self, path: Path) -> None:
        """Load the confirmed batches."""
        self._path = path
        self._confirmed = set(path.read_text("ascii", "replace").split() if path.exists() else ())

    def clear(self) -> None:
        """Delete the journal."""
        self._path.unlink(missing_ok=True)
        self._confirmed.clear()

    def is_confirmed(self, batch: EventBatch) -> bool:
        """Whether the gateway has confirmed exactly these bytes."""
        return batch.digest in self._confirmed

    def confirm(self, batch: EventBatch) -> None:
        """Record the batch; return once it is written to the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{_missing_newline(self._path)}{batch.digest}\n")
        self._confirmed.add(batch.digest)


def _missing_newline(path: Path) -> str:
    """A line break if the last line lacks one."""
    with path.open("rb") as file:
        file.seek(0, 2)
        if not file.tell():
            return ""
        file.seek(-1, 2)
        return "" if file.read(1) == b"\n" else "\n"
