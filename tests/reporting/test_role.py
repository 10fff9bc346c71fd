"""The files that the reporter loads when it starts."""

from pathlib import Path

from streams.configuration.settings import Settings
from streams.reporting.role import load_files
from tests.tools.importing.test_command import configuration


def test_a_company_without_targets_has_a_reporter(tmp_path: Path) -> None:
    """Schedules need no plan: without a targets file the role starts, and no target is known."""
    settings = Settings(
        config=configuration(tmp_path),
        targets=tmp_path / "targets.yaml",
        reports=tmp_path / "reports.yaml",
    )

    assert load_files(settings, {}).targets.targets == ()
