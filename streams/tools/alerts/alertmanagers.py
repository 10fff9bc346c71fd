"""Operator checks of Alertmanager: whether an alert arrives, where it is routed, and how to silence a breach."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.errors import Unavailable
from sinks import alertmanager
from sinks.alertmanager import Alert
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import NotYaml, parse_yaml

TEST_ALERT_NAME = "HirelayTest"
TEST_ALERT_TTL = timedelta(minutes=2)
TIMEOUT_S = 5.0
TEST_MESSAGES = {
    "ja": (
        "Hirelay の通知テストです。対応は不要です。",
        "`hirelay alerts test` が送りました。2 分で終わります。",
    ),
    "en": (
        "This is a test alert from Hirelay. No action is needed.",
        "Sent by `hirelay alerts test`; it ends after 2 minutes.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class TestOutcome:
    """The result of a test alert at one address: the receivers it was routed to, or why it did not arrive.

    It `reaches_nobody` if none of the receivers has a notifier, such as `slack_configs`.
    """

    address: str
    receivers: tuple[str, ...] = ()
    problem: str = ""
    reaches_nobody: bool = False

    @property
    def failed(self) -> bool:
        """Whether nobody hears of an alert through this instance."""
        return bool(self.problem) or self.reaches_nobody


def addresses(settings: Settings) -> tuple[str, ...]:
    """Every configured instance; raise Misconfigured if there is none."""
    if not settings.alertmanager_addresses:
        msg = "alerts are not sent: HIRELAY_ALERTMANAGERS is empty; set it to the address of each Alertmanager"
        raise Misconfigured(msg)
    return settings.alertmanager_addresses


def build_test_alert(tenant: str, language: str, now: datetime, token: str) -> Alert:
    """The test alert; `token` makes it unique, so that an earlier test is not mistaken for it."""
    summary, description = TEST_MESSAGES[language]
    labels = {"alertname": TEST_ALERT_NAME, "severity": "info", "language": language, "test": token}
    return {
        "labels": labels | ({"tenant": tenant} if tenant else {}),
        "annotations": {"summary": summary, "description": description},
        "startsAt": now.isoformat(),
        "endsAt": (now + TEST_ALERT_TTL).isoformat(),
    }


def send_test_alert(
    address: str, tenant: str, language: str, now: datetime, sleep: Callable[[float], None]
) -> TestOutcome:
    """Send a test alert to one instance and read it back."""
    token = secrets.token_hex(8)
    try:
        alertmanager.post(address, [build_test_alert(tenant, language, now, token)])
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            for alert in alertmanager.active_alerts(address, f'test="{token}"'):
                receivers = tuple(receiver["name"] for receiver in alert["receivers"])
                return TestOutcome(
                    address=address,
                    receivers=receivers,
                    reaches_nobody=not notifying_receivers(alertmanager.configuration(address))
                    & set(receivers),
                )
            sleep(0.2)
    except Unavailable as problem:
        return TestOutcome(address=address, problem=problem.detail)
    return TestOutcome(address=address, problem="it accepted the alert but does not list it")


def notifying_receivers(configuration: str) -> set[str]:
    """Return the receivers of an Alertmanager configuration that notify anybody; raise Unavailable if it is no YAML."""
    try:
        receivers = parse_yaml(configuration).value["receivers"]
        return {
            receiver["name"]
            for receiver in receivers
            if any(key.endswith("_configs") and receiver[key] for key in receiver)
        }
    except (NotYaml, KeyError, TypeError) as error:
        raise Unavailable("alertmanager", "its configuration cannot be read") from error
