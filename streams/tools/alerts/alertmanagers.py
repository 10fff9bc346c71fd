"""Alertmanagers as an operator asks about them: does an alert arrive, where is it routed, and how is a breach silenced."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from schemas.alerting.breach import Breach
from schemas.errors import Unavailable
from sinks import alertmanager
from sinks.alertmanager import Alert
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings

TEST = "HirelayTest"
LASTS = timedelta(minutes=2)
PATIENCE_S = 5.0
SAID = {
    "ja": (
        "Hirelay の通知テストです。対応は不要です。",
        "`hirelay alerts test` が送りました。2 分で終わります。",
    ),
    "en": (
        "This is a test of Hirelay. Nothing needs to be done.",
        "Sent by `hirelay alerts test`; it ends after 2 minutes.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class TestOutcome:
    """What became of a test alert at one address: the receivers that it was routed to, or why it did not arrive."""

    address: str
    receivers: tuple[str, ...] = ()
    problem: str = ""


def addresses(settings: Settings) -> tuple[str, ...]:
    """Every configured instance; raise Misconfigured where there is none."""
    if not settings.alertmanager_addresses:
        msg = "nobody is told of alerts: HIRELAY_ALERTMANAGERS is empty; set it to the address of each Alertmanager"
        raise Misconfigured(msg)
    return settings.alertmanager_addresses


def probe(tenant: str, language: str, now: datetime, mark: str) -> Alert:
    """The test alert; `mark` tells it from every other one, so that an earlier test is not taken for it."""
    summary, description = SAID[language]
    labels = {"alertname": TEST, "severity": "info", "language": language, "test": mark}
    return {
        "labels": labels | ({"tenant": tenant} if tenant else {}),
        "annotations": {"summary": summary, "description": description},
        "startsAt": now.isoformat(),
        "endsAt": (now + LASTS).isoformat(),
    }


def tested(
    address: str, tenant: str, language: str, now: datetime, sleep: Callable[[float], None]
) -> TestOutcome:
    """Send it to one instance and read it back."""
    mark = secrets.token_hex(8)
    try:
        alertmanager.post(address, [probe(tenant, language, now, mark)])
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for each in alertmanager.held(address, f'test="{mark}"'):
                return TestOutcome(
                    address=address, receivers=tuple(r["name"] for r in each["receivers"])
                )
            sleep(0.2)
    except Unavailable as problem:
        return TestOutcome(address=address, problem=problem.detail)
    return TestOutcome(address=address, problem="it took the alert, but does not show it")


def silence_link(address: str, breach: Breach) -> str:
    """Where that instance's page offers a silence for exactly this breach."""
    matchers = f'{{breach="{breach.id}"}}'
    return f"{address}/#/silences/new?filter={quote(matchers, safe='')}"
