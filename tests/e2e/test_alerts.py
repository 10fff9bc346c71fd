"""A KPI falls, and the right person hears of it once: on real Kafka, ClickHouse and Alertmanager."""

import os
import signal
import time

import pytest

from streams.local.monitoring import installed
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import LEVEL, Incident, paged

pytestmark = pytest.mark.skipif(
    installed("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to see alerts arrive",
)


def test_an_incident_is_told_in_japanese_within_seconds(stack: Stack) -> None:
    """A channel's pass rate falls from 40 % to 20 %: the alert fires with evidence and a suggestion, and ends."""
    incident = Incident(stack)
    incident.watch()
    incident.screened(passed=40, failed=60, days_ago=12)
    wait_until(lambda: _screened(stack, incident) == 100, 20)
    assert incident.breaches() == []
    begun = time.monotonic()
    incident.screened(passed=20, failed=80, days_ago=0)
    alert = incident.fires(10)
    took = time.monotonic() - begun
    print(f"\nwebhook answered to firing: {took:.2f} s")
    # The first part of the decisions may have sufficed; all of them follow within the same seconds.
    wait_until(lambda: "n = 100。" in incident.alerts()[0]["annotations"]["description"], 10)
    told = incident.alerts()[0]["annotations"]

    assert told["summary"] == (
        f"媒体「{incident.channel}」の書類通過率が 20.0% です(目標 30.0% 以上)"
    )
    assert "n = 100。90% 区間 14.1%〜27.2%。" in told["description"]
    assert "不採用理由" in told["suggestion"]
    assert (alert["labels"]["owner"], alert["labels"]["severity"]) == ("recruiting", "critical")
    assert took < 5


def _screened(stack: Stack, incident: Incident) -> int:
    query = "select sum(value) from v_cells where member = {member:String} and basis = 'decision' and measure in ('passed.screening', 'failed.screening')"
    return int(stack.asked(query, member=incident.channel)[0][0])


def test_who_waits_too_long_is_told_until_somebody_decides(stack: Stack) -> None:
    """A service level of two days: an application of five days ago fires, its decision ends it."""
    incident = Incident(stack)
    incident.watch(LEVEL)
    incident.screened(passed=1, failed=0, days_ago=0)  # so that events have told until today
    incident.waits(5)
    alert = incident.fires(20)

    assert alert["labels"]["alertname"] == "HirelayOverdue"
    assert alert["annotations"]["summary"] == (
        f"媒体「{incident.channel}」で書類選考に 2 日を超えて留まる応募が 1 件です(上限 0 件、最長 5 日)"
    )
    incident.decided()
    wait_until(lambda: incident.alerts() == [], 20)
    wait_until(
        lambda: [each[1:] for each in incident.breaches()] == [("resolved", "recovered")], 20
    )


def test_whatever_dies_an_episode_is_told_once(stack: Stack) -> None:
    """Alertmanager hangs, worker, watch and dispatcher are killed at the worst moments: one page, one all-clear."""
    incident = Incident(stack)
    incident.watch()
    manager = int(stack.run()["roles"]["alertmanager"]["pid"])
    with paged(stack) as pager:
        os.kill(manager, signal.SIGSTOP)
        try:
            incident.screened(passed=2, failed=98, days_ago=0)
            wait_until(lambda: len(incident.breaches()) == 1, 20)
            for role in ("worker", "watch", "dispatcher"):
                stack.wait_for_new(role, stack.kill(role))
        finally:
            os.kill(manager, signal.SIGCONT)
        breach = incident.fires(20)["labels"]["breach"]
        wait_until(lambda: pager.of(breach) == (1, 0), 10)
        dead = stack.kill("watch")
        incident.screened(passed=200, failed=0, days_ago=0)
        stack.wait_for_new("watch", dead)
        wait_until(lambda: pager.of(breach) == (1, 1), 30)
        stack.wait_for_new("dispatcher", stack.kill("dispatcher"))
        wait_until(lambda: _ready(stack, "dispatcher"), 30)
        incident.screened(passed=1, failed=0, days_ago=0)
        wait_until(lambda: _screened(stack, incident) == 301, 20)

        assert pager.of(breach) == (1, 1)
    assert incident.breaches() == [(breach, "resolved", "recovered")]


def _ready(stack: Stack, role: str) -> bool:
    import urllib.request

    try:
        address = stack.run()["roles"][role]["url"]
        text = urllib.request.urlopen(f"{address}/metrics", timeout=2).read().decode()
    except OSError:
        return False
    return 'hirelay_dispatcher_posts_total{alertmanager="0",outcome="taken"}' in text
