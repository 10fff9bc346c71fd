"""A receiver of Alertmanager webhooks, and an incident that triggers it."""

import json
import threading
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import yaml

from sinks import alertmanager
from tests.e2e.configuration import post_delivery
from tests.e2e.conftest import Stack, wait_until
from tests.ingest.gateways import Fixture

THRESHOLD_RULE = """
  - id: {id}
    tenant: aoba
    kpi: screen_pass_rate
    dimension: channel
    member: {member}
    at_least: 30 %
    window_days: 7
    false_alarms_a_year: 12
    owner: recruiting
    severity: critical
"""

SERVICE_LEVEL_RULE = """
  - id: {id}
    tenant: aoba
    kpi: time_in_screening_days
    dimension: channel
    member: {member}
    at_most: 2
    owner: recruiting
"""


@dataclass
class Pager:
    """The notifications received: how often each breach fired and was resolved."""

    notifications: Counter[tuple[str, str]] = field(default_factory=Counter)

    def counts(self, breach: str) -> tuple[int, int]:
        """Return how often it fired and how often it was resolved."""
        return self.notifications[breach, "firing"], self.notifications[breach, "resolved"]


@contextmanager
def running_pager() -> Iterator[tuple[Pager, str]]:
    """Run a pager that is notified of each breach separately; yield it with the Alertmanager configuration for it."""
    pager = Pager()

    class WebhookHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            for alert in json.loads(body)["alerts"]:
                pager.notifications[alert["labels"].get("breach", ""), alert["status"]] += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), WebhookHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver = {
        "name": "pager",
        "webhook_configs": [{"url": f"http://127.0.0.1:{server.server_port}/"}],
    }
    route = {
        "receiver": "pager",
        "group_by": ["breach"],
        "group_wait": "0s",
        "group_interval": "1s",
    }
    try:
        yield pager, yaml.safe_dump({"route": route, "receivers": [receiver]})
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def page_from(stack: Stack) -> Iterator[Pager]:
    """Have the stack's Alertmanager notify the pager while the block lasts."""
    before = (stack.state / "alertmanager.yml").read_text()
    with running_pager() as (pager, configuration):
        _configure(stack, configuration)
        try:
            yield pager
        finally:
            _configure(stack, before)


def _configure(stack: Stack, text: str) -> None:
    (stack.state / "alertmanager.yml").write_text(text)
    address = stack.run_file()["roles"]["alertmanager"]["url"]
    urllib.request.urlopen(f"{address}/-/reload", data=b"", timeout=10).close()


@dataclass
class Incident:
    """A channel of its own, watched by a rule of its own."""

    stack: Stack
    channel: str = field(default_factory=lambda: f"媒体{uuid.uuid4().hex[:6]}")
    rule: str = field(default_factory=lambda: f"incident-{uuid.uuid4().hex[:6]}")
    sent: int = 0

    def add_rule(self, rule: str = THRESHOLD_RULE) -> None:
        """Add the rule to the rules file of the running stack."""
        path = self.stack.state / "alerts.yaml"
        rule = rule.format(id=self.rule, member=self.channel)
        path.write_text(path.read_text() + rule)

    def post_decisions(self, *, passed: int, failed: int, days_ago: int) -> None:
        """Post this many decisions for that day in one delivery."""
        at = datetime.now(UTC) - timedelta(days=days_ago, minutes=2)
        events = []
        for number in range(passed + failed):
            self.sent += 1
            name = f"{self.channel}-{self.sent}"
            events.append(self._event(name, "created", at - timedelta(seconds=20)))
            events.append(self._event(name, "stage_changed" if number < passed else "rejected", at))
        self._post(events)

    def post_waiting(self, days: int) -> None:
        """Post one application that entered screening this many days ago."""
        at = datetime.now(UTC) - timedelta(days=days)
        self._post([self._event(f"{self.channel}-waits", "created", at)])

    def post_decision(self) -> None:
        """Post the pass decision of the waiting application."""
        at = datetime.now(UTC) - timedelta(minutes=1)
        self._post([self._event(f"{self.channel}-waits", "stage_changed", at)])

    def _post(self, events: list[dict[str, Any]]) -> None:
        headers = (("content-type", "application/cloudevents-batch+json"),)
        body = json.dumps(events, ensure_ascii=False).encode()
        assert (
            post_delivery(
                self.stack, "aoba-standard", Fixture("standard", body, headers), self.sent
            )
            == 200
        )

    def _event(self, name: str, what: str, at: datetime) -> dict[str, Any]:
        screening = {"id": "s-screening", "name": "書類選考"}
        more: dict[str, dict[str, Any]] = {
            "created": {"stage": screening},
            "stage_changed": {"to_stage": {"id": "s-first", "name": "一次面接"}},
            "rejected": {"stage": screening, "party": "company"},
        }
        data = {
            "application": {"id": name, "applied_at": at.isoformat()},
            "channel": {"id": self.channel},
        }
        head = {"specversion": "1.0", "id": f"{name}-{what}", "source": "incident"}
        kind = {"type": f"application.{what}", "time": at.isoformat()}
        return head | kind | {"data": data | more[what]}

    def alerts(self) -> list[dict[str, Any]]:
        """Return the firing alerts of the rule, from Alertmanager's API."""
        address = self.stack.run_file()["roles"]["alertmanager"]["url"]
        return alertmanager.active_alerts(address, f'rule="{self.rule}"')

    def breaches(self) -> list[Any]:
        """Return (id, state, ending) of every breach of the rule, from ClickHouse."""
        query = "select id, state, ending from v_breaches where rule = {rule:String}"
        return self.stack.query(query, rule=self.rule)

    def wait_for_alert(self, seconds: float) -> dict[str, Any]:
        """Return the single alert once it fires."""
        wait_until(lambda: len(self.alerts()) == 1, seconds)
        return self.alerts()[0]
