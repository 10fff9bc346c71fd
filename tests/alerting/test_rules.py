"""The example rules are understood, and those of a company nobody knows are not."""

from pathlib import Path

import pytest

from streams.alerting.watch import watched
from streams.configuration.alerts import load_alerts
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.local.sample_companies import write_alerts, write_sample

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


def test_rules_whose_file_is_away_stay_in_force(tmp_path: Path) -> None:
    """A volume that is mounted anew is no reason to tell everybody that all is well; `rules: []` is."""
    given = Settings(config=write_sample(tmp_path), alerts=write_alerts(tmp_path))
    before = watched(given, None)
    given.alerts.unlink()
    away = watched(given, before)
    given.alerts.write_text("rules: []")

    assert before.rules.rules
    mended = watched(given, away)
    assert away.rules == before.rules
    assert mended.rules.rules == ()
    assert (before.stale, away.stale, mended.stale) == (False, True, False)


@pytest.mark.parametrize(
    "said",
    ["at_least: 2026-02-30", f"at_least: {'9' * 5000}", "at_least: &a [*a]", "2026-04-01: 1"],
)
def test_a_slip_in_the_file_ends_no_watch(tmp_path: Path, said: str) -> None:
    """A day that there is none of, say: it is refused like any other slip, and the rules in force stay."""
    given = Settings(config=write_sample(tmp_path), alerts=write_alerts(tmp_path))
    before = watched(given, None)
    given.alerts.write_text(
        f"rules: [{{id: a, tenant: aoba, kpi: screen_pass_rate, owner: hr, {said}}}]"
    )

    assert watched(given, before).rules == before.rules


def test_without_a_file_nothing_is_watched(tmp_path: Path) -> None:
    """Who wants no alerts writes no rules."""
    given = Settings(config=write_sample(tmp_path), alerts=tmp_path / "none.yaml")
    none = watched(given, None)

    assert none.rules.rules == ()
    assert watched(given, none).rules.rules == ()
