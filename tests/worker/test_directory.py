"""A worker has its directory for itself."""

from pathlib import Path

import pytest

from schemas.errors import Unavailable
from streams.worker.directory import reserve


def test_two_workers_cannot_share_a_directory(tmp_path: Path) -> None:
    """The second is refused with the setting to change, and takes over when the first has ended."""
    with reserve(tmp_path / "epoch-0"), pytest.raises(Unavailable, match="HIRELAY_WORKER_DIR"):
        reserve(tmp_path / "epoch-0")

    reserve(tmp_path / "epoch-0").close()


def test_workers_of_two_epochs_share_a_directory(tmp_path: Path) -> None:
    """A replay counts the next epoch beside the live one."""
    with reserve(tmp_path / "epoch-0"), reserve(tmp_path / "epoch-1"):
        pass
