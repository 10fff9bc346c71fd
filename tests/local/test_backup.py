"""A backup is taken and restored as a whole, or not at all."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.errors import Malformed, Unavailable
from streams.local.backup import back_up, restore
from streams.local.state_lock import RESTORING, lock_state

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def stopped_stack(folder: Path) -> Path:
    """Return the directory of a stopped stack, in small."""
    state = folder / "state"
    for directory in (
        "kafka/data",
        "spool",
        "secrets",
        "clickhouse/store",
        "worker/epoch-0",
        "logs",
    ):
        (state / directory).mkdir(parents=True)
    (state / "kafka/data/00.log").write_bytes(b"records")
    (state / "clickhouse/metadata").symlink_to("store")
    (state / "secrets/acme").write_text("key")
    (state / "secrets/acme").chmod(0o600)
    (state / "hirelay.yaml").write_text(f"file: {state}/secrets/acme\n")
    (state / "worker/epoch-0/rows").write_bytes(b"derived")
    return state


def contents(state: Path) -> dict[str, bytes]:
    """Return every file by its path."""
    return {
        str(path.relative_to(state)): path.read_bytes()
        for path in sorted(state.rglob("*"))
        if path.is_file() and path.name != "up.pid"
    }


def test_a_backup_brings_back_a_lost_directory(tmp_path: Path) -> None:
    """Files, their permissions and links are back, without what is made anew, and the file is for its owner only."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    (state / "worker/epoch-0/rows").unlink()
    before = contents(state)
    back_up(state, path, NOON)
    shutil.rmtree(state)
    restore(path, state, replace=False)

    assert contents(state) == before
    assert (state / "clickhouse/metadata").readlink() == Path("store")
    assert [oct(file.stat().st_mode)[-3:] for file in (state / "secrets/acme", path)] == ["600"] * 2


def test_a_restored_configuration_names_the_secrets_beside_it(tmp_path: Path) -> None:
    """The directory that the backup was taken of may be gone."""
    state, path, other = stopped_stack(tmp_path), tmp_path / "backup.tar.gz", tmp_path / "other"
    back_up(state, path, NOON)
    restore(path, other, replace=False)

    assert (other / "hirelay.yaml").read_text() == f"file: {other}/secrets/acme\n"


def test_data_is_replaced_only_on_demand(tmp_path: Path) -> None:
    """What was made from the data that goes, as the stores of workers, goes with it."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    back_up(state, path, NOON)
    (state / "kafka/data/00.log").write_bytes(b"later records")
    with pytest.raises(Unavailable, match="--replace"):
        restore(path, state, replace=False)
    assert (state / "kafka/data/00.log").read_bytes() == b"later records"
    restore(path, state, replace=True)

    assert (state / "kafka/data/00.log").read_bytes() == b"records"
    assert not (state / "worker").exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8])
def test_a_damaged_backup_removes_nothing(tmp_path: Path, share: float) -> None:
    """A file that was cut off is noticed before anything is removed."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    back_up(state, path, NOON)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    before = contents(state)

    with pytest.raises(Malformed, match="backup"):
        restore(path, state, replace=True)
    assert contents(state) == before
    lock_state(state).close()


def test_a_running_stack_is_neither_copied_nor_replaced(tmp_path: Path) -> None:
    """Its files belong together only while nobody writes them."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    back_up(state, path, NOON)
    with lock_state(state):
        with pytest.raises(Unavailable, match="stop it first"):
            back_up(state, tmp_path / "another.tar.gz", NOON)
        with pytest.raises(Unavailable, match="stop it first"):
            restore(path, state, replace=True)


def test_no_stack_starts_in_a_directory_that_is_half_restored(tmp_path: Path) -> None:
    """It would begin with an empty Kafka; repeated, the restore ends its work."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    before = contents(state)
    back_up(state, path, NOON)
    shutil.rmtree(state / "kafka")
    (state / RESTORING).mkdir()
    with pytest.raises(Unavailable, match="interrupted; repeat it"):
        lock_state(state)
    restore(path, state, replace=True)

    lock_state(state).close()
    assert contents(state) == {n: c for n, c in before.items() if not n.startswith("worker")}


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """A backup is a new file outside of what it copies."""
    state, path = stopped_stack(tmp_path), tmp_path / "backup.tar.gz"
    back_up(state, path, NOON)
    for taken in (path, state / "inside.tar.gz"):
        with pytest.raises(Unavailable, match="name a new file"):
            back_up(state, taken, NOON)
