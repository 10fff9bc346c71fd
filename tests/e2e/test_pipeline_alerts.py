"""On real Prometheus and Alertmanager: the pipeline breaks, and the right alert fires while KPI alerts are inhibited."""

import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from schemas.errors import Unavailable
from sinks import alertmanager
from streams.alerting.alert_payload import Links, to_alert
from streams.local.monitoring import RULES, find_binary
from streams.local.run_file import ROLES
from tests.alerting.test_alert_payload import open_breach
from tests.e2e.conftest import Stack, wait_until
from tests.sinks.test_series import listed

pytestmark = pytest.mark.skipif(
    find_binary("alertmanager") is None or find_binary("prometheus") is None,
    reason="NOT TESTED: install prometheus and prometheus-alertmanager to see the pipeline's alerts fire",
)


@contextmanager
def fast_prometheus(stack: Stack, folder: Path) -> Iterator[None]:
    """Make Prometheus scrape and evaluate every second without `for` delays; restore its configuration afterwards."""
    path = stack.state / "prometheus.yml"
    before = path.read_text()
    configuration = yaml.safe_load(before)
    configuration["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [
        str(folder / rule_file.name) for rule_file in sorted(RULES.glob("*.yml"))
    ]
    for rule_file in RULES.glob("*.yml"):
        rules = re.sub(r"\bfor: \w+", "for: 1s", rule_file.read_text())
        (folder / rule_file.name).write_text(rules)
    _configure(stack, path, yaml.safe_dump(configuration))
    try:
        yield
    finally:
        _configure(stack, path, before)


def _configure(stack: Stack, path: Path, text: str) -> None:
    path.write_text(text)
    os.kill(int(stack.run_file()["roles"]["prometheus"]["pid"]), signal.SIGHUP)


def firing_alerts(stack: Stack, *matchers: str) -> list[dict[str, Any]]:
    """Return Alertmanager's active alerts."""
    try:
        return alertmanager.active_alerts(
            stack.run_file()["roles"]["alertmanager"]["url"], *matchers
        )
    except Unavailable:
        return []


def post_kpi_alert(stack: Stack) -> None:
    """Post a KPI alert as the dispatcher does."""
    now = datetime.now(UTC)
    payload = to_alert(open_breach().model_copy(update={"told": now}), Links(), now)
    alertmanager.post(stack.run_file()["roles"]["alertmanager"]["url"], [payload])


def suppressed(stack: Stack) -> list[bool]:
    """Return whether the KPI alert is suppressed, if it is there."""
    matcher = f'breach="{open_breach().id}"'
    return [active["status"]["state"] == "suppressed" for active in firing_alerts(stack, matcher)]


def test_a_frozen_dispatcher_alerts_and_inhibits_kpi_alerts(stack: Stack, tmp_path: Path) -> None:
    """A frozen dispatcher fails its scrapes: the alert links to the runbook and inhibits KPI alerts until recovery."""
    wait_until(lambda: firing_alerts(stack, 'alertname="Watchdog"'), 30)
    dispatcher = int(stack.run_file()["roles"]["dispatcher"]["pid"])
    down = 'alertname="HirelayDispatcherDown"'
    with fast_prometheus(stack, tmp_path):
        post_kpi_alert(stack)
        wait_until(lambda: suppressed(stack) == [False], 20)
        os.kill(dispatcher, signal.SIGSTOP)
        try:
            wait_until(lambda: firing_alerts(stack, down), 30)
            wait_until(lambda: suppressed(stack) == [True], 10)
            (down_alert,) = firing_alerts(stack, down)
        finally:
            os.kill(dispatcher, signal.SIGCONT)
        wait_until(lambda: not firing_alerts(stack, down), 30)
        wait_until(lambda: suppressed(stack) == [False], 10)

    assert (down_alert["labels"]["severity"], down_alert["labels"]["owner"]) == (
        "critical",
        "platform",
    )
    assert down_alert["annotations"]["summary_ja"].startswith("dispatcher が応答せず")
    assert down_alert["annotations"]["runbook_url"].endswith(
        "deploy/runbook.md#hirelaydispatcherdown"
    )
    assert "runbook" not in down_alert["labels"]


def test_a_watch_without_kafka_stops_its_look_timestamp(stack: Stack) -> None:
    """While the broker hangs no cell is read, and the timestamp of the last look stops."""
    run = stack.run_file()

    def ago() -> float:
        text = urllib.request.urlopen(f"{run['roles']['watch']['url']}/metrics", timeout=10).read()
        match = re.search(r"^hirelay_watch_looked_timestamp_seconds (\S+)$", text.decode(), re.M)
        return time.time() - float(match.group(1)) if match else 0.0

    wait_until(lambda: ago() < 3, 30)
    os.kill(run["roles"]["kafka"]["pid"], signal.SIGSTOP)
    try:
        wait_until(lambda: ago() > 5, 15)
    finally:
        os.kill(run["roles"]["kafka"]["pid"], signal.SIGCONT)
    wait_until(lambda: ago() < 3, 60)


@pytest.mark.parametrize("role", ROLES)
def test_a_running_role_exports_only_listed_metrics(stack: Stack, role: str) -> None:
    """Whatever has happened in a role, it exports only listed metrics."""
    address = stack.run_file()["roles"][role]["url"]
    text = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
    families = [
        family
        for family in text_string_to_metric_families(text)
        if not family.name.endswith("_created")
    ]

    assert [family.name for family in families if not listed(family)] == []
    assert "hirelay_started_timestamp_seconds" in {family.name for family in families}


def test_lag_is_zero_when_everything_is_counted(stack: Stack) -> None:
    """Worker and archiver measure their lag, including transactional topics."""

    def lag(role: str) -> dict[str, float]:
        address = stack.run_file()["roles"][role]["url"]
        text = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
        samples = re.findall(rf'^hirelay_{role}_lag_records{{topic="([^"]+)"}} (\S+)$', text, re.M)
        return {topic: float(number) for topic, number in samples}

    assert stack.simulate("--events", "200", "--seed", "11").wait(120) == 0
    assert stack.verify()["equal"]
    for role, topics in (
        ("worker", {"candidate-events"}),
        ("archiver", {"candidate-events", "kpi-cells"}),
    ):
        wait_until(lambda role=role: lag(role) and not any(lag(role).values()), 30)
        assert topics <= set(lag(role))
    address = stack.run_file()["roles"]["archiver"]["url"]

    def scrape() -> str:
        return urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()

    # ClickHouse is queried every 15 s at most, possibly before anything was counted.
    kpi = r'^hirelay_kpi_value\{.*kpi="applications".*\} [1-9]'
    wait_until(lambda: re.search(kpi, scrape(), re.M), 30)
    assert "hirelay_kpi_collect_failures_total 0.0" in scrape()
    assert not re.search(r"^hirelay_archiver_freshness_seconds_count 0", scrape(), re.M)
