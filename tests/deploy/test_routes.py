"""Alertmanager tells the right people, once, and holds back what cannot be trusted."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from schemas.errors import Unavailable
from sinks import alertmanager
from streams.alerting.alert_payload import OFF_TARGET, OVERDUE
from streams.local.kafka import free_port
from streams.local.monitoring import installed
from tests.deploy.health import ALERTMANAGER, alerts, needs_amtool, said

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
    """A duration as the file has it."""
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


def without_comment_signs() -> str:
    """The file with the examples of its receivers in force."""
    head, tail = ALERTMANAGER.read_text().split("receivers:", 1)
    return head + "receivers:" + re.sub(r"^    # ", "    ", tail, flags=re.MULTILINE)


@needs_amtool
def test_alertmanager_accepts_its_configuration() -> None:
    """As it stands."""
    said("amtool", "check-config", ALERTMANAGER)


@needs_amtool
def test_the_examples_in_comments_are_complete(tmp_path: Path) -> None:
    """Whoever takes the comment signs away has receivers that work."""
    path = tmp_path / "alertmanager.yml"
    path.write_text(without_comment_signs())

    assert len(path.read_text().splitlines()) == len(ALERTMANAGER.read_text().splitlines())
    said("amtool", "check-config", path)
    held = yaml.safe_load(path.read_text())["receivers"]
    assert [each["name"] for each in held if len(each) == 1] == ["nobody"]


@needs_amtool
@pytest.mark.parametrize("receiver", ["platform", "recruiting"])
def test_a_message_of_several_alerts_says_of_each_what_it_is_and_whether_it_is_over(
    receiver: str, tmp_path: Path
) -> None:
    """One notification has all that goes on of a group and all that has ended; what they have in common says neither."""
    receivers = yaml.safe_load(without_comment_signs())["receivers"]
    slack = next(each for each in receivers if each["name"] == receiver)["slack_configs"][0]
    told = [
        {"status": status, "annotations": {"summary": f"what is {status}", "description": "n = 20"}}
        for status in ("firing", "resolved")
    ]
    path = tmp_path / "data.json"
    group = {"alertname": OFF_TARGET, "tenant": "acme", "kpi": "screen_pass_rate"}
    path.write_text(json.dumps({"groupLabels": group, "commonLabels": group, "alerts": told}))
    title, text = (
        said(
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
    """And somebody is called if it is critical."""
    labels = [f"{name}={value}" for name, value in ROUTES[receivers].items()]

    said(
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={ALERTMANAGER}",
        f"--verify.receivers={receivers}",
        *labels,
    )


def test_who_expects_the_watchdog_every_minute_hears_it_every_minute() -> None:
    """Alertmanager looks again every `group_interval`, and tells again once more than `repeat_interval` has passed."""
    route = yaml.safe_load(ALERTMANAGER.read_text())["route"]
    watchdog = next(each for each in route["routes"] if each["receiver"] == "watchdog")
    looks, again = (
        seconds((route | watchdog)[name]) for name in ("group_interval", "repeat_interval")
    )

    assert next(at for at in range(looks, 3600, looks) if at > again) == 60


def test_a_broken_pipeline_holds_kpi_alerts_back_and_nothing_else_of_theirs() -> None:
    """By the labels that both kinds carry."""
    rules = yaml.safe_load(ALERTMANAGER.read_text())["inhibit_rules"]
    first = rules[0]
    broken = {'severity="critical"', 'layer="pipeline"'}

    assert ({*first["source_matchers"]}, first["target_matchers"]) == (
        broken,
        [f'alertname=~"{OFF_TARGET}|{OVERDUE}"'],
    )
    assert "equal" not in first
    named = re.findall(r'alertname=~?"([^"]+)"', str(rules).replace("\\", ""))
    assert {name for each in named for name in each.split("|")} <= {OFF_TARGET, OVERDUE, *alerts()}


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Alertmanager with our configuration."""
    address = f"127.0.0.1:{free_port()}"
    command = (
        str(installed("alertmanager")),
        f"--config.file={ALERTMANAGER}",
        f"--storage.path={tmp_path_factory.mktemp('alertmanager')}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    )
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    yield f"http://{address}"
    running.terminate()
    running.wait()


def reached(true: Callable[[], bool]) -> bool:
    """Whether it becomes so within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(Unavailable):
            if true():
                return True
        time.sleep(0.05)
    return False


@needs_amtool
def test_a_broker_that_is_away_pages_once(manager: str) -> None:
    """A watch that hears nothing of it, and deliveries that it does not take, are the same outage."""
    pipeline = {"severity": "critical", "owner": "platform", "layer": "pipeline"}
    away = {"alertname": "HirelayBrokerUnavailable", "instance": "gateway:8080", **pipeline}
    follows = ("HirelayWatchStalled", "HirelayDeliveriesPutOff")
    others = ("HirelayArchiverBehind", "HirelayWorkerIdle")
    told = [away, *({"alertname": name, **pipeline} for name in (*follows, *others))]

    def states() -> dict[str, str]:
        alertmanager.post(manager, [{"labels": labels} for labels in told])
        held = alertmanager.held(manager)
        return {each["labels"]["alertname"]: each["status"]["state"] for each in held}

    expected = dict.fromkeys(follows, "suppressed") | dict.fromkeys(others, "active")
    assert reached(lambda: states() == expected | {"HirelayBrokerUnavailable": "active"})
