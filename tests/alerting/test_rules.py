"""The example rules are understood, and those of a company nobody knows are not."""

from pathlib import Path

import pytest

from streams.alerts import load_alerts
from streams.config import Misconfigured, load_tenancy
from streams.local.companies import write_alerts, write_sample

ROOT = Path(__file__).parents[2]


def test_the_example_and_the_sample_are_sound(tmp_path: Path) -> None:
    """Who copies them starts with rules that work."""
    example = load_tenancy(ROOT / "deploy/config/hirelay.yaml")

    assert load_alerts(ROOT / "deploy/config/alerts.yaml", example).rules
    assert load_alerts(write_alerts(tmp_path), load_tenancy(write_sample(tmp_path))).rules


def test_a_company_that_is_not_configured_is_refused(tmp_path: Path) -> None:
    """With the one that was probably meant."""
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: [{id: a, tenant: acmee, kpi: hires, at_least: 1, owner: hr}]")

    with pytest.raises(Misconfigured, match="did you mean `acme`"):
        load_alerts(path, load_tenancy(ROOT / "deploy/config/hirelay.yaml"))
