"""Backup of a stopped local stack in one file, and its restoration in the same or another directory."""

import hashlib
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from schemas.errors import Malformed, Unavailable
from schemas.events.application import FrozenModel
from streams.local.state_lock import RESTORING, lock_state

MANIFEST = "hirelay-backup.json"
FORMAT = 1
# What the stack makes anew by itself, or only its run needs; everything else is copied, files of others too.
UNPACKING = ".unpacking"
DERIVED = frozenset({"logs", "prometheus", "run.json", "up.pid", "up.log", RESTORING, UNPACKING})
WORKER_STORES = "worker"  # and worker-2, worker-3, …: their changelogs are in Kafka
COMPRESSION = 1  # the logs of Kafka are compressed already


class Manifest(FrozenModel):
    """The first member of a backup: the directory it was taken of, when, and the SHA-256 of every file by its path."""

    format: int
    state: str
    taken: AwareDatetime
    files: dict[str, str]


@dataclass(frozen=True)
class Backup:
    """A backup that was taken or restored."""

    path: Path
    manifest: Manifest

    def as_text(self, verb: str, where: Path) -> str:
        """Return one sentence."""
        files, taken = len(self.manifest.files), self.manifest.taken
        return f"{verb} {files} files of {taken:%Y-%m-%d %H:%M:%S %Z}: {where}"


def back_up(state: Path, path: Path, now: datetime) -> Backup:
    """Write the backup of a stopped stack to a new file that only its owner can read, because it contains secrets.

    Raise Unavailable when the stack runs, when there is none, when the file exists, and when it would be inside of it.
    """
    state, path = state.resolve(), path.resolve()
    if not (state / "kafka").is_dir():
        raise Unavailable("state", f"{state} has no data of a stack")
    if path.exists() or path.is_relative_to(state):
        raise Unavailable("backup", f"{path}: name a new file outside of {state}")
    with lock_state(state):
        names = [entry.name for entry in _entries(state)]
        files = {str(file.relative_to(state)): _digest(file) for file in _files(state)}
        manifest = Manifest(format=FORMAT, state=str(state), taken=now, files=files)
        partial = path.with_name(path.name + ".part")
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w:gz", compresslevel=COMPRESSION) as archive:
            _add_manifest(archive, manifest)
            for name in names:
                archive.add(state / name, name)
        partial.rename(path)
    return Backup(path, manifest)


def restore(path: Path, state: Path, *, replace: bool) -> Backup:
    """Unpack a backup into the directory of a stopped stack; start it afterwards.

    Everything is unpacked and compared before anything is removed. Raise Malformed when the backup is damaged or not
    one, Unavailable when the stack runs or, unless `replace`, has data.
    """
    state.mkdir(parents=True, exist_ok=True)
    state = state.resolve()
    with lock_state(state, restoring=True):
        interrupted, unpacked = (state / RESTORING).exists(), state / UNPACKING
        if not replace and (interrupted or any(_entries(state))):
            raise Unavailable("state", f"{state} has data; --replace removes it")
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            manifest = _unpack(path, unpacked)
        except Malformed:
            shutil.rmtree(unpacked, ignore_errors=True)
            raise
        _move_secrets(unpacked, manifest.state, state)
        shutil.rmtree(state / RESTORING, ignore_errors=True)
        _replace(state, unpacked.rename(state / RESTORING))
    return Backup(path, manifest)


def _entries(state: Path) -> Iterator[Path]:
    """Yield what belongs into a backup, at the top of the directory."""
    for entry in sorted(state.iterdir()):
        is_store = entry.name.partition("-")[0] == WORKER_STORES
        if entry.name not in DERIVED and not is_store:
            yield entry


def _files(state: Path) -> Iterator[Path]:
    for entry in _entries(state):
        for file in [entry] if entry.is_file() else sorted(entry.rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield file


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = manifest.model_dump_json().encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _unpack(path: Path, directory: Path) -> Manifest:
    """Unpack and compare; raise Malformed."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(directory, filter="data")
        manifest = Manifest.model_validate_json((directory / MANIFEST).read_text())
    except (tarfile.TarError, EOFError, OSError, ValidationError, ValueError) as error:
        raise Malformed("backup", f"{path} cannot be read: {str(error)[:200]}") from error
    if manifest.format != FORMAT:
        raise Malformed("backup", f"{path} has format {manifest.format}, not {FORMAT}")
    (directory / MANIFEST).unlink()
    unpacked = {str(file.relative_to(directory)): _digest(file) for file in _files(directory)}
    if unpacked != manifest.files:
        differing = sorted(name for name, _ in unpacked.items() ^ manifest.files.items())
        raise Malformed("backup", f"{path} is damaged: {differing[0]} is not what was copied")
    return manifest


def _move_secrets(unpacked: Path, old: str, new: Path) -> None:
    """Let the configuration name the secrets in their new place."""
    configuration = unpacked / "hirelay.yaml"
    if configuration.exists():
        text = configuration.read_text()
        configuration.write_text(text.replace(f"{old}/secrets/", f"{new}/secrets/"))


def _replace(state: Path, unpacked: Path) -> None:
    """Remove what is there, stores of workers too, and put the unpacked files in its place; `unpacked` goes last."""
    for entry in state.iterdir():
        if entry.name in {RESTORING, "up.pid"}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for entry in unpacked.iterdir():
        entry.rename(state / entry.name)
    unpacked.rmdir()
