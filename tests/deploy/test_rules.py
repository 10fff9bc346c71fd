"""Prometheus rules use existing series, name an owner and severity, and fire when they should."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sinks import series
from streams.local.run_file import ROLES
from tests.deploy.health import PROMETHEUS, alerts, groups, needs_promtool, rules, run_tool

SERIES = {name: row for row in series.all_series() for name in row.sample_names}
RECORDING_RULES = {rule["record"] for rule in rules() if "record" in rule}
PROMETHEUS_SERIES = {"up"}
OWNERS = {"platform", "hr_systems"}
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))
NAME = re.compile(r"\b(?:hirelay[a-z0-9_:]*|up)\b(?:\{([^}]*)\})?")
SELECTED = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
CASE = re.compile(r'count\(ALERTS\{alertname="(\w+)", alertstate="firing"\}\)')


def unknown(expression: str) -> list[str]:
    """The series of an expression, and the labels that select them, that are not exported."""
    missing = []
    for match in NAME.finditer(expression):
        name = match.group(0).split("{")[0]
        if name in RECORDING_RULES | PROMETHEUS_SERIES:
            continue
        row = SERIES.get(name)
        labels = set(SELECTED.findall(match.group(1) or ""))
        allowed = {"le", "job", "instance", *(() if row is None else row.labels)}
        missing += [name] if row is None else [f"{name}{{{label}}}" for label in labels - allowed]
    return missing


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_is_about_series_that_exist(rule: dict[str, Any]) -> None:
    """Renaming a metric without its rules fails here."""
    assert unknown(rule["expr"]) == []


def test_a_series_that_does_not_exist_is_seen() -> None:
    """A wrong name and a wrong label are both detected."""
    wrong = 'rate(hirelay_gateway_delivery_total[5m]) + hirelay_worker_lag_records{partition="0"}'

    assert unknown(wrong) == [
        "hirelay_gateway_delivery_total",
        "hirelay_worker_lag_records{partition}",
    ]


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_how_bad_it_is_and_whose(name: str) -> None:
    """An alert has a severity, an owner, two languages, and a section in the runbook."""
    alert = alerts()[name]
    labels, annotations = alert["labels"], alert["annotations"]

    assert labels["severity"] in (
        {"none"} if name == "Watchdog" else {"critical", "warning", "info"}
    )
    assert labels["owner"] in OWNERS and labels["layer"] == "pipeline"
    assert (
        re.search(r"[ぁ-んァ-ヶ一-龠]", annotations["summary_ja"])
        and annotations["summary"] == annotations["summary_ja"]
    )
    assert annotations["summary_en"].isascii() and annotations["description"]
    assert annotations["runbook_url"] == "{{ $externalLabels.runbook }}#" + name.lower()


def test_every_role_that_is_down_is_missed() -> None:
    """Each role has an alert on `up`."""
    expressions = [rule["expr"] for rule in alerts().values() if rule["expr"].startswith("up{")]
    jobs = {
        job
        for expression in expressions
        for job in re.findall(r'"([^"]+)"', expression)[0].split("|")
    }

    assert jobs == {*ROLES}


@pytest.mark.parametrize("name", alerts())
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(name: str) -> None:
    """The promtool cases cover every alert."""
    tests = [test for path in CASES for test in yaml.safe_load(path.read_text())["tests"]]
    cases = [
        bool(case["exp_samples"])
        for test in tests
        if test["name"] == name
        for case in test["promql_expr_test"]
        if name == "Watchdog" or CASE.fullmatch(case["expr"])
    ]

    assert {*cases} == {True, False}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases_are_run_in_one_order(path: Path) -> None:
    """Promtool orders unlisted groups at random, so each file lists them all, recordings first."""
    order = yaml.safe_load(path.read_text())["group_eval_order"]

    assert order[0] == "hirelay-recording" and sorted(order) == sorted(groups())


@needs_promtool
def test_prometheus_accepts_its_configuration() -> None:
    """Prometheus accepts its configuration, including the rules."""
    run_tool("promtool", "check", "config", PROMETHEUS / "prometheus.yml")


@needs_promtool
def test_alerts_fire_when_they_should() -> None:
    """Every case in the files next to the rules passes."""
    run_tool("promtool", "test", "rules", *CASES)


@needs_promtool
def test_a_threshold_that_was_changed_by_mistake_fails_its_case(tmp_path: Path) -> None:
    """The cases are close enough to the thresholds to detect a change."""
    shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    path = tmp_path / "prometheus/rules/pipeline.yml"
    path.write_text(path.read_text().replace("waiting_seconds) > 60", "waiting_seconds) > 90"))

    with pytest.raises(AssertionError, match="HirelayWorkerBehind"):
        run_tool("promtool", "test", "rules", tmp_path / "prometheus/tests/pipeline.yml")
