"""The example rules load, and rules of an unknown company do not."""

from pathlib import Path

import pytest

from streams.alerting.watch import load_watched
from streams.configuration.alerts import load_alerts
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.local.sample_companies import write_alerts, write_sample

ROOT = Path(__file__).parents[2]


def test_the_example_and_the_sample_are_sound(tmp_path: Path) -> None:
    """The example and the sample rules are valid."""
    example = load_tenancy(ROOT / "deploy/config/hirelay.yaml")

    assert load_alerts(ROOT / "deploy/config/alerts.yaml", example).rules
    assert load_alerts(write_alerts(tmp_path), load_tenancy(write_sample(tmp_path))).rules


def test_a_company_that_is_not_configured_is_refused(tmp_path: Path) -> None:
    """The error suggests the closest company id."""
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: [{id: a, tenant: acmee, kpi: hires, at_least: 1, owner: hr}]")

    with pytest.raises(Misconfigured, match="did you mean `acme`"):
        load_alerts(path, load_tenancy(ROOT / "deploy/config/hirelay.yaml"))


def test_rules_whose_file_is_away_stay_in_force(tmp_path: Path) -> None:
    """A remounted volume does not end the alerts; `rules: []` does."""
    settings = Settings(config=write_sample(tmp_path), alerts=write_alerts(tmp_path))
    before = load_watched(settings, None)
    settings.alerts.unlink()
    missing = load_watched(settings, before)
    settings.alerts.write_text("rules: []")

    assert before.rules.rules
    restored = load_watched(settings, missing)
    assert missing.rules == before.rules
    assert restored.rules.rules == ()
    assert (before.stale, missing.stale, restored.stale) == (False, True, False)


@pytest.mark.parametrize(
    "slip",
    ["at_least: 2026-02-30", f"at_least: {'9' * 5000}", "at_least: &a [*a]", "2026-04-01: 1"],
)
def test_a_slip_in_the_file_ends_no_watch(tmp_path: Path, slip: str) -> None:
    """An invalid file, such as one with an impossible date, is refused, and the previous rules stay."""
    settings = Settings(config=write_sample(tmp_path), alerts=write_alerts(tmp_path))
    before = load_watched(settings, None)
    settings.alerts.write_text(
        f"rules: [{{id: a, tenant: aoba, kpi: screen_pass_rate, owner: hr, {slip}}}]"
    )

    assert load_watched(settings, before).rules == before.rules


def test_a_file_of_an_earlier_version_loads_with_advice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A rule with a `confidence` stays in force, and the log says what to write instead."""
    settings = Settings(config=write_sample(tmp_path), alerts=tmp_path / "alerts.yaml")
    settings.alerts.write_text(
        "rules: [{id: a, tenant: aoba, kpi: screen_pass_rate, at_least: 40 %, confidence: 0.99, owner: hr}]"
    )
    watched = load_watched(settings, None)

    assert [rule.id for rule in watched.rules.rules] == ["a"]
    assert "write `false_alarms_a_year: 1` instead" in caplog.records[-1].advice  # type: ignore[attr-defined]


def test_without_a_file_nothing_is_watched(tmp_path: Path) -> None:
    """Without a rules file there are no alerts."""
    settings = Settings(config=write_sample(tmp_path), alerts=tmp_path / "none.yaml")
    none = load_watched(settings, None)

    assert none.rules.rules == ()
    assert load_watched(settings, none).rules.rules == ()
