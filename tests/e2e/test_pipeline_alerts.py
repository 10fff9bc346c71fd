"""The pipeline breaks, and the right alert fires while KPI alerts are held back: on real Prometheus and Alertmanager."""

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
from streams.alerting.alert_payload import Links, alert
from streams.local.monitoring import RULES, installed
from streams.local.run_file import ROLES
from tests.alerting.test_alert_payload import opened
from tests.e2e.conftest import Stack, wait_until
from tests.sinks.test_series import listed

pytestmark = pytest.mark.skipif(
    installed("alertmanager") is None or installed("prometheus") is None,
    reason="NOT TESTED: install prometheus and prometheus-alertmanager to see the pipeline's alerts fire",
)


@contextmanager
def impatient(stack: Stack, folder: Path) -> Iterator[None]:
    """Have Prometheus look every second and wait for nothing; as it was afterwards."""
    path = stack.state / "prometheus.yml"
    before = path.read_text()
    hasty = yaml.safe_load(before)
    hasty["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    hasty["rule_files"] = [str(folder / each.name) for each in sorted(RULES.glob("*.yml"))]
    for each in RULES.glob("*.yml"):
        rules = re.sub(r"\bfor: \w+", "for: 1s", each.read_text())
        (folder / each.name).write_text(rules)
    _configure(stack, path, yaml.safe_dump(hasty))
    try:
        yield
    finally:
        _configure(stack, path, before)


def _configure(stack: Stack, path: Path, text: str) -> None:
    path.write_text(text)
    os.kill(int(stack.run()["roles"]["prometheus"]["pid"]), signal.SIGHUP)


def firing(stack: Stack, *matchers: str) -> list[dict[str, Any]]:
    """What Alertmanager holds."""
    try:
        return alertmanager.held(stack.run()["roles"]["alertmanager"]["url"], *matchers)
    except Unavailable:
        return []


def tell(stack: Stack) -> None:
    """A KPI alert, as the dispatcher words it."""
    now = datetime.now(UTC)
    told = alert(opened().model_copy(update={"told": now}), Links(), now)
    alertmanager.post(stack.run()["roles"]["alertmanager"]["url"], [told])


def held_back(stack: Stack) -> list[bool]:
    """Whether the KPI alert is, if it is there."""
    mine = f'breach="{opened().id}"'
    return [each["status"]["state"] == "suppressed" for each in firing(stack, mine)]


def test_a_dispatcher_that_hangs_is_missed_and_kpi_alerts_are_held_back(
    stack: Stack, tmp_path: Path
) -> None:
    """Frozen, it is no longer scraped: somebody is called, told where to read on, and hears of no KPI until it is mended."""
    wait_until(lambda: firing(stack, 'alertname="Watchdog"'), 30)
    dispatcher = int(stack.run()["roles"]["dispatcher"]["pid"])
    down = 'alertname="HirelayDispatcherDown"'
    with impatient(stack, tmp_path):
        tell(stack)
        wait_until(lambda: held_back(stack) == [False], 20)
        os.kill(dispatcher, signal.SIGSTOP)
        try:
            wait_until(lambda: firing(stack, down), 30)
            wait_until(lambda: held_back(stack) == [True], 10)
            (told,) = firing(stack, down)
        finally:
            os.kill(dispatcher, signal.SIGCONT)
        wait_until(lambda: not firing(stack, down), 30)
        wait_until(lambda: held_back(stack) == [False], 10)

    assert (told["labels"]["severity"], told["labels"]["owner"]) == ("critical", "platform")
    assert told["annotations"]["summary_ja"].startswith("dispatcher が応答せず")
    assert told["annotations"]["runbook_url"].endswith("deploy/runbook.md#hirelaydispatcherdown")
    assert "runbook" not in told["labels"]


def test_a_watch_that_hears_nothing_of_kafka_does_not_say_that_it_looks(stack: Stack) -> None:
    """While the broker hangs no cell is read, and what says when they were last looked at stands still."""
    run = stack.run()

    def ago() -> float:
        text = urllib.request.urlopen(f"{run['roles']['watch']['url']}/metrics", timeout=10).read()
        found = re.search(r"^hirelay_watch_looked_timestamp_seconds (\S+)$", text.decode(), re.M)
        return time.time() - float(found.group(1)) if found else 0.0

    wait_until(lambda: ago() < 3, 30)
    os.kill(run["roles"]["kafka"]["pid"], signal.SIGSTOP)
    try:
        wait_until(lambda: ago() > 5, 15)
    finally:
        os.kill(run["roles"]["kafka"]["pid"], signal.SIGCONT)
    wait_until(lambda: ago() < 3, 60)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_runs_shows_nothing_that_is_not_listed(stack: Stack, role: str) -> None:
    """Whatever has happened in it."""
    address = stack.run()["roles"][role]["url"]
    text = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
    families = [
        each for each in text_string_to_metric_families(text) if not each.name.endswith("_created")
    ]

    assert [each.name for each in families if not listed(each)] == []
    assert "hirelay_started_timestamp_seconds" in {each.name for each in families}


def test_nothing_is_behind_when_everything_is_counted(stack: Stack) -> None:
    """Worker and archiver measure what waits for them, transactions included."""

    def lag(role: str) -> dict[str, float]:
        address = stack.run()["roles"][role]["url"]
        text = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
        found = re.findall(rf'^hirelay_{role}_lag_records{{topic="([^"]+)"}} (\S+)$', text, re.M)
        return {topic: float(number) for topic, number in found}

    assert stack.simulate("--events", "200", "--seed", "11").wait(120) == 0
    assert stack.verdict()["equal"]
    for role, topics in (
        ("worker", {"candidate-events"}),
        ("archiver", {"candidate-events", "kpi-cells"}),
    ):
        wait_until(lambda role=role: lag(role) and not any(lag(role).values()), 30)
        assert topics <= set(lag(role))
    address = stack.run()["roles"]["archiver"]["url"]

    def shown() -> str:
        return urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()

    # ClickHouse is asked once in 15 s, and may have been asked before anything was counted.
    kpi = r'^hirelay_kpi_value\{.*kpi="applications".*\} [1-9]'
    wait_until(lambda: re.search(kpi, shown(), re.M), 30)
    assert "hirelay_kpi_collect_failures_total 0.0" in shown()
    assert not re.search(r"^hirelay_archiver_freshness_seconds_count 0", shown(), re.M)
