"""On real Kafka, ClickHouse and Alertmanager: a KPI falls, and the owner is notified once."""

import os
import signal
import time

import pytest

from streams.local.monitoring import find_binary
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import SERVICE_LEVEL_RULE, Incident, page_from

pytestmark = pytest.mark.skipif(
    find_binary("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to see alerts arrive",
)


def test_an_incident_fires_in_japanese_within_seconds(stack: Stack) -> None:
    """A channel's pass rate falls from 40 % to 20 %: the alert fires with evidence and a suggestion, and ends."""
    incident = Incident(stack)
    incident.add_rule()
    incident.post_decisions(passed=40, failed=60, days_ago=12)
    wait_until(lambda: _count_decisions(stack, incident) == 100, 20)
    assert incident.breaches() == []
    started = time.monotonic()
    incident.post_decisions(passed=20, failed=80, days_ago=0)
    alert = incident.wait_for_alert(10)
    elapsed = time.monotonic() - started
    print(f"\nwebhook answered to firing: {elapsed:.2f} s")
    # Some of the decisions may already fire the alert; the rest follow within seconds.
    wait_until(lambda: "n = 100。" in incident.alerts()[0]["annotations"]["description"], 10)
    annotations = incident.alerts()[0]["annotations"]

    assert annotations["summary"] == (
        f"媒体「{incident.channel}」の書類通過率が 20.0% です(目標 30.0% 以上)"
    )
    assert "n = 100。90% 区間 14.1%〜27.2%。" in annotations["description"]
    assert "不採用理由" in annotations["suggestion"]
    assert (alert["labels"]["owner"], alert["labels"]["severity"]) == ("recruiting", "critical")
    assert elapsed < 5


def _count_decisions(stack: Stack, incident: Incident) -> int:
    query = "select sum(value) from v_cells where member = {member:String} and basis = 'decision' and measure in ('passed.screening', 'failed.screening')"
    return int(stack.query(query, member=incident.channel)[0][0])


def test_a_service_level_alert_fires_until_the_decision(stack: Stack) -> None:
    """With a service level of two days, an application waiting for five days fires, and its decision resolves it."""
    incident = Incident(stack)
    incident.add_rule(SERVICE_LEVEL_RULE)
    incident.post_decisions(passed=1, failed=0, days_ago=0)  # so that events reach until today
    incident.post_waiting(5)
    alert = incident.wait_for_alert(20)

    assert alert["labels"]["alertname"] == "HirelayOverdue"
    assert alert["annotations"]["summary"] == (
        f"媒体「{incident.channel}」で書類選考に 2 日を超えて留まる応募が 1 件です(上限 0 件、最長 5 日)"
    )
    incident.post_decision()
    wait_until(lambda: incident.alerts() == [], 20)
    wait_until(
        lambda: [breach[1:] for breach in incident.breaches()] == [("resolved", "recovered")], 20
    )


def test_an_episode_pages_once_despite_crashes(stack: Stack) -> None:
    """Alertmanager freezes; worker, watch and dispatcher are killed at bad moments: one page, one resolve."""
    incident = Incident(stack)
    incident.add_rule()
    manager = int(stack.run_file()["roles"]["alertmanager"]["pid"])
    with page_from(stack) as pager:
        os.kill(manager, signal.SIGSTOP)
        try:
            incident.post_decisions(passed=2, failed=98, days_ago=0)
            wait_until(lambda: len(incident.breaches()) == 1, 20)
            for role in ("worker", "watch", "dispatcher"):
                stack.wait_for_restart(role, stack.kill(role))
        finally:
            os.kill(manager, signal.SIGCONT)
        breach = incident.wait_for_alert(20)["labels"]["breach"]
        wait_until(lambda: pager.counts(breach) == (1, 0), 10)
        old_pid = stack.kill("watch")
        incident.post_decisions(passed=200, failed=0, days_ago=0)
        stack.wait_for_restart("watch", old_pid)
        wait_until(lambda: pager.counts(breach) == (1, 1), 30)
        stack.wait_for_restart("dispatcher", stack.kill("dispatcher"))
        wait_until(lambda: _is_ready(stack, "dispatcher"), 30)
        incident.post_decisions(passed=1, failed=0, days_ago=0)
        wait_until(lambda: _count_decisions(stack, incident) == 301, 20)

        assert pager.counts(breach) == (1, 1)
    assert incident.breaches() == [(breach, "resolved", "recovered")]


def _is_ready(stack: Stack, role: str) -> bool:
    import urllib.request

    try:
        address = stack.run_file()["roles"][role]["url"]
        text = urllib.request.urlopen(f"{address}/metrics", timeout=2).read().decode()
    except OSError:
        return False
    return 'hirelay_dispatcher_posts_total{alertmanager="0",outcome="taken"}' in text
