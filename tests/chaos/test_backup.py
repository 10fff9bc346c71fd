"""The backup of the runbook: taken from a local stack, the stack destroyed, and restored in another place."""

import shutil
from pathlib import Path

from tests.e2e.conftest import Stack, running_stack
from tests.e2e.test_rebuild import play


def test_a_backup_replaces_a_destroyed_stack(tmp_path: Path) -> None:
    """Restored elsewhere the numbers are equal, and deliveries signed with the same secrets count."""
    first, second, path = tmp_path / "first", tmp_path / "second", tmp_path / "backup.tar.gz"
    first.mkdir()
    with running_stack(first) as stack:
        play(stack, seed=35)
        before = stack.verify()
        refused = stack.hirelay("backup", str(path))
    secrets = {file.name: file.read_text() for file in (first / "secrets").iterdir()}
    shutil.rmtree(first / "foreign")  # of the tests
    taken = Stack(first).hirelay("backup", str(path))
    shutil.rmtree(first)
    restored = Stack(second).hirelay("restore", str(path))
    with running_stack(second) as stack:
        after = stack.verify()
        play(stack, seed=36)

        assert (refused.returncode, taken.returncode, restored.returncode) == (2, 0, 0)
        assert secrets == {file.name: file.read_text() for file in (second / "secrets").iterdir()}
        assert (after["equal"], after["events"]) == (True, before["events"])
        assert stack.verify()["events"] > before["events"]
