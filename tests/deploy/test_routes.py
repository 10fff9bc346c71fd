"""Alertmanager notifies the right people once, and holds back unreliable alerts."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from schemas.alerting.kinds import KINDS
from schemas.alerting.kinds.threshold import ThresholdRule
from schemas.errors import Unavailable
from sinks import alertmanager
from streams.local.monitoring import find_binary
from streams.relay import notices
from tests.deploy.health import ALERTMANAGER, alerts, needs_amtool, run_tool
from tests.ports import free_port
from tests.relay.test_notices import company
from tests.schemas.relay.builders import day, ledger, policies, policy, ten

OFF_TARGET = ThresholdRule.alert_name
KPI_ALERTS = [*dict.fromkeys(kind.alert_name for kind in KINDS.values())]
ROUTES = {
    "watchdog": {"alertname": "Watchdog", "severity": "none", "owner": "platform"},
    "page,platform": {"alertname": "HirelayRoleDown", "severity": "critical", "owner": "platform"},
    "platform": {"alertname": "HirelayDiskLow", "severity": "warning", "owner": "platform"},
    "hr_systems": {
        "alertname": "HirelayConnectionSilent",
        "severity": "warning",
        "owner": "hr_systems",
    },
    "page,recruiting": {"alertname": OFF_TARGET, "severity": "critical", "owner": "hr_manager"},
    "recruiting": {"alertname": OFF_TARGET, "severity": "warning", "owner": "recruiting"},
    "nobody": {"alertname": OFF_TARGET, "severity": "warning", "owner": "somebody_new"},
}


def seconds(text: str) -> int:
    """A duration in the file's notation."""
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


def uncommented() -> str:
    """The file with its example receivers enabled."""
    head, tail = ALERTMANAGER.read_text().split("receivers:", 1)
    return head + "receivers:" + re.sub(r"^    # ", "    ", tail, flags=re.MULTILINE)


@needs_amtool
def test_alertmanager_accepts_its_configuration() -> None:
    """The configuration is valid as shipped."""
    run_tool("amtool", "check-config", ALERTMANAGER)


@needs_amtool
def test_the_examples_in_comments_are_complete(tmp_path: Path) -> None:
    """Uncommenting the examples yields working receivers."""
    path = tmp_path / "alertmanager.yml"
    path.write_text(uncommented())

    assert len(path.read_text().splitlines()) == len(ALERTMANAGER.read_text().splitlines())
    run_tool("amtool", "check-config", path)
    receivers = yaml.safe_load(path.read_text())["receivers"]
    assert [entry["name"] for entry in receivers if len(entry) == 1] == ["nobody"]


@needs_amtool
@pytest.mark.parametrize("receiver", ["platform", "recruiting"])
def test_a_message_of_several_alerts_says_of_each_what_it_is_and_whether_it_is_over(
    receiver: str, tmp_path: Path
) -> None:
    """A notification of a group states for each alert what it is and whether it is firing or resolved."""
    receivers = yaml.safe_load(uncommented())["receivers"]
    slack = next(entry for entry in receivers if entry["name"] == receiver)["slack_configs"][0]
    notifications = [
        {"status": status, "annotations": {"summary": f"what is {status}", "description": "n = 20"}}
        for status in ("firing", "resolved")
    ]
    path = tmp_path / "data.json"
    group = {"alertname": OFF_TARGET, "tenant": "acme", "kpi": "screen_pass_rate"}
    path.write_text(
        json.dumps({"groupLabels": group, "commonLabels": group, "alerts": notifications})
    )
    title, text = (
        run_tool(
            "amtool",
            "template",
            "render",
            f"--template.glob={tmp_path}/*.tmpl",
            f"--template.data={path}",
            f"--template.text={slack[part]}",
        ).strip()
        for part in ("title", "text")
    )

    assert title
    assert "firing: what is firing" in text and "resolved: what is resolved" in text


@needs_amtool
@pytest.mark.parametrize("receivers", ROUTES)
def test_an_alert_reaches_its_owner(receivers: str) -> None:
    """An alert reaches its owner, and a critical one also pages."""
    labels = [f"{name}={value}" for name, value in ROUTES[receivers].items()]

    run_tool(
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={ALERTMANAGER}",
        f"--verify.receivers={receivers}",
        *labels,
    )


def test_who_expects_the_watchdog_every_minute_hears_it_every_minute() -> None:
    """Alertmanager checks every `group_interval` and repeats once more than `repeat_interval` has passed."""
    route = yaml.safe_load(ALERTMANAGER.read_text())["route"]
    watchdog = next(subroute for subroute in route["routes"] if subroute["receiver"] == "watchdog")
    group_interval, repeat_interval = (
        seconds((route | watchdog)[name]) for name in ("group_interval", "repeat_interval")
    )

    assert (
        next(at for at in range(group_interval, 3600, group_interval) if at > repeat_interval) == 60
    )


def test_a_broken_pipeline_holds_kpi_alerts_back_and_nothing_else_of_theirs() -> None:
    """A broken pipeline inhibits only KPI alerts, by the labels that both kinds carry."""
    rules = yaml.safe_load(ALERTMANAGER.read_text())["inhibit_rules"]
    first = rules[0]
    broken = {'severity="critical"', 'layer="pipeline"'}

    assert ({*first["source_matchers"]}, first["target_matchers"]) == (
        broken,
        [f'alertname=~"{"|".join(KPI_ALERTS)}"'],
    )
    assert "equal" not in first
    named = re.findall(r'alertname=~?"([^"]+)"', str(rules).replace("\\", ""))
    assert {name for matcher in named for name in matcher.split("|")} <= {
        *KPI_ALERTS,
        *alerts(),
    }


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Alertmanager with our configuration."""
    address = f"127.0.0.1:{free_port()}"
    command = (
        str(find_binary("alertmanager")),
        f"--config.file={ALERTMANAGER}",
        f"--storage.path={tmp_path_factory.mktemp('alertmanager')}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    )
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    yield f"http://{address}"
    running.terminate()
    running.wait()


def becomes_true(condition: Callable[[], bool]) -> bool:
    """Whether the condition becomes true within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(Unavailable):
            if condition():
                return True
        time.sleep(0.05)
    return False


@needs_amtool
def test_a_broker_that_is_away_pages_once(manager: str) -> None:
    """A stalled watch and rejected deliveries belong to the same outage as the broker."""
    pipeline = {"severity": "critical", "owner": "platform", "layer": "pipeline"}
    broker_alert = {"alertname": "HirelayBrokerUnavailable", "instance": "gateway:8080", **pipeline}
    follows = ("HirelayWatchStalled", "HirelayDeliveriesPutOff")
    others = ("HirelayArchiverBehind", "HirelayWorkerIdle")
    firing = [broker_alert, *({"alertname": name, **pipeline} for name in (*follows, *others))]

    def states() -> dict[str, str]:
        alertmanager.post(manager, [{"labels": labels} for labels in firing])
        current = alertmanager.active_alerts(manager, 'owner="platform"')
        return {alert["labels"]["alertname"]: alert["status"]["state"] for alert in current}

    expected = dict.fromkeys(follows, "suppressed") | dict.fromkeys(others, "active")
    assert becomes_true(lambda: states() == expected | {"HirelayBrokerUnavailable": "active"})


@needs_amtool
def test_the_owner_of_slots_hears_of_new_and_expiring_ones(manager: str) -> None:
    """A slot of the first days, and the same one thirty days before its end, reach the receiver of the company's owner."""
    state = ledger(*ten(), terms=policies(policy(slot_days=60)))
    until = (datetime.now(UTC) + timedelta(minutes=15)).isoformat()
    sent = [
        alert | {"endsAt": until}
        for number in (4, 40)
        for alert in notices.alerts(company("ja"), state, day(number))
    ]

    def received() -> dict[str, tuple[list[str], str]]:
        alertmanager.post(manager, sent)
        return {
            alert["labels"]["alertname"]: (
                [receiver["name"] for receiver in alert["receivers"]],
                alert["annotations"]["summary"],
            )
            for alert in alertmanager.active_alerts(manager, 'owner="hr_manager"')
        }

    assert becomes_true(lambda: received().keys() == {notices.GRANTED, notices.EXPIRING})
    assert {*map(str, (receivers for receivers, _ in received().values()))} == {"['recruiting']"}
    assert "獲得しました" in received()[notices.GRANTED][1]
    assert "2026-06-03に使えなくなります" in received()[notices.EXPIRING][1]
