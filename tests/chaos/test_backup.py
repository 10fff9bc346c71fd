"""The backup of the runbook, taken from a local stack and restored in another place."""

import shutil
from pathlib import Path

from tests.e2e.conftest import running_stack
from tests.e2e.test_rebuild import play


def test_a_copy_of_kafka_configuration_and_secrets_is_a_whole_backup(tmp_path: Path) -> None:
    """Restored elsewhere, without ClickHouse and stores, the numbers are equal and vendors' signatures still hold."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    with running_stack(first) as stack:
        play(stack, seed=35)
        before = stack.verify()
    derived = ("clickhouse", "worker", "logs", "foreign", "up.*", "run.json")
    shutil.copytree(first, second, symlinks=True, ignore=shutil.ignore_patterns(*derived))
    with running_stack(second) as stack:
        after = stack.verify()
        play(stack, seed=36)

        assert (after["equal"], after["events"]) == (True, before["events"])
        assert stack.verify()["events"] > before["events"]
