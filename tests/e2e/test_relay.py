"""On the real stack: rejections become lines, registrations, a slot and its value, whatever is killed, forged or repeated."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from rich.console import Console

from schemas.relay.entries import Record
from streams.configuration.relay_companies import load_companies
from streams.configuration.settings import load_settings
from streams.ingest import standard_webhooks
from streams.tools.demo.relay import OFFERED, REGISTERING, landing_page, play_relay
from tests.e2e.conftest import Stack, wait_until
from tests.schemas.relay.naive import NaiveLedger

TENANT, FEE = "aoba", 5_000_000 * 35 // 100
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"}
ATTACKS = 200
KPI_SQL = """
select kpi, value
from v_kpis(tenant = 'aoba', dimension = 'total', basis = 'decision', first = '2020-01-01', last = '2040-01-01')
where member = 'all' and kpi in ('relay_counted', 'relay_slots_granted', 'relay_slots_redeemed', 'relay_recovered')
"""


class Relay:
    """The company's systems and the relay service, as they talk to the gateway."""

    def __init__(self, stack: Stack) -> None:
        """Use ids of their own, so that other tests do not meet them."""
        self.stack, self.mark = stack, secrets.token_hex(4)
        self.now = datetime.now(UTC)
        self.client = httpx.Client(timeout=30)

    def post(
        self, connection: str, body: Any, content_type: str = "application/json", **forged: str
    ) -> int:
        """Post one signed delivery until the gateway takes it; return the status."""
        entry = self.stack.connection(connection)
        content = json.dumps(body).encode()
        secret = forged.get("secret", entry["secret"])
        name = secrets.token_hex(8)
        deadline = time.monotonic() + 60
        while True:
            headers = standard_webhooks.sign(name, content, secret, datetime.now(UTC))
            headers["content-type"] = content_type
            try:
                status = self.client.post(
                    entry["url"], content=content, headers=headers
                ).status_code
            except httpx.TransportError:  # the gateway was killed and is not back yet
                status = 503
            if status != 503 or time.monotonic() > deadline:
                return status
            time.sleep(0.2)

    def events(self, *events: tuple[str, int, dict[str, Any]]) -> None:
        """Events of the company's own system, so many minutes before now."""
        batch = [
            {
                "specversion": "1.0",
                "id": f"{self.mark}-{name}-{number}",
                "source": "https://hr.example.com",
                "type": name,
                "time": (self.now - timedelta(minutes=minutes)).isoformat(),
                "data": data,
            }
            for number, (name, minutes, data) in enumerate(events)
        ]
        assert self.post("aoba-standard", batch, "application/cloudevents-batch+json") == 200

    def reject(self, *applications: str) -> None:
        """Rejections by the company."""
        about = [
            {"id": name, "candidate_id": f"c-{name}", "job_id": "j-1"} for name in applications
        ]
        self.events(
            *(
                ("application.rejected", 60, {"application": one, "party": "company"})
                for one in about
            )
        )

    def callback(
        self, name: str, minutes: int, forged: dict[str, str] | None = None, **data: Any
    ) -> int:
        """A callback of the relay service."""
        body = {
            "type": name,
            "timestamp": (self.now - timedelta(minutes=minutes)).isoformat(),
            "data": data,
        }
        return self.post("aoba-careerrelay", body, **(forged or {}))

    def register(self, token: str, person: str, forged: dict[str, str] | None = None) -> int:
        """A registration with consent."""
        at = (self.now - timedelta(minutes=30)).isoformat()
        return self.callback(
            "registration.completed",
            30,
            forged,
            registration_id=f"r-{self.mark}-{person}",
            token=token,
            person_key=f"{self.mark}-{person}",
            consent_id="c-1",
            consented_at=at,
        )

    def token_of(self, application: str) -> str:
        """Ask for the line of an application, and open it as its candidate."""
        line = self.stack.hirelay("relay", "link", "--tenant", TENANT, "--application", application)
        assert line.returncode == 0, line.stderr
        url = line.stdout.strip().rpartition("：")[2]
        wait_until(lambda: self.client.get(url, headers=BROWSER).status_code == 302, 30)
        location = self.client.get(url, headers=BROWSER).headers["location"]
        token = url.rpartition("/")[2]
        page = load_companies(load_settings(self.stack.state), {})[TENANT].relay.page
        assert location == f"{page}?token={token}"
        return token

    def balance(self) -> dict[str, Any]:
        """What `hirelay relay balance` prints, with its details."""
        command = ("relay", "balance", "--tenant", TENANT, "--format", "json", "--details")
        done = self.stack.hirelay(*command)
        assert done.returncode == 0, done.stderr
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures

    def lines(self) -> dict[str, str]:
        """The token of each application whose line is still to be sent."""
        done = self.stack.hirelay("relay", "link", "--tenant", TENANT, "--pending")
        rows = (line.split("\t") for line in done.stdout.splitlines())
        return {name: line.rpartition("/")[2] for name, line in rows}


@contextmanager
def killed(stack: Stack, *roles: str) -> Iterator[None]:
    """Kill roles with SIGKILL now, and wait until all of them run again."""
    pids = {role: stack.kill(role) for role in roles}
    yield
    for role, pid in pids.items():
        stack.wait_for_restart(role, pid)
    stack.wait_for_clickhouse()


@pytest.fixture(scope="module")
def relay(stack: Stack) -> Relay:
    """The company and the service."""
    return Relay(stack)


def test_one_line_becomes_a_slot_and_its_value(stack: Stack, relay: Relay) -> None:
    """Ten registrations earn a slot that a hire redeems, while roles are killed; both ledgers and ClickHouse agree."""
    before = relay.balance()
    applications = [f"{relay.mark}-{number}" for number in range(10)]
    relay.reject(*applications)
    opened = relay.token_of(applications[0])
    wait_until(lambda: set(applications[1:]) <= relay.lines().keys(), 60)
    tokens = relay.lines() | {applications[0]: opened}
    with killed(stack, "relay", "gateway"):
        for number, application in enumerate(applications):
            assert relay.register(tokens[application], f"p{number}") == 200
    with killed(stack, "relay", "worker", "archiver"):
        relay.callback("slot.reserved", 20, slot=1, job_id="j-9")
        relay.callback("slot.redeemed", 10, slot=1, application_id=f"{relay.mark}-h")
        relay.events(("application.hired", 5, {"application": {"id": f"{relay.mark}-h"}}))
    wait_until(lambda: relay.balance()["redeemed"] == before["redeemed"] + 1, 60)
    after = relay.balance()

    assert after["counted"] == after["verified"] == before["counted"] + 10
    assert (after["granted"], after["progress"]) == (before["granted"] + 1, before["progress"])
    assert after["recovered"] == before["recovered"] + FEE
    plain = stack.hirelay("relay", "balance", "--tenant", TENANT, "--format", "json").stdout
    names = "tenant as_of counted progress granted open reserved redeemed accrued recovered"
    assert json.loads(plain).keys() == set(names.split())
    expected = {
        "relay_counted": after["counted"],
        "relay_slots_granted": after["granted"],
        "relay_slots_redeemed": after["redeemed"],
        "relay_recovered": after["recovered"],
    }
    wait_until(lambda: dict(stack.query(KPI_SQL)) == expected, 60)
    assert audit(stack).returncode == 0
    assert naive_figures(stack) == {name: after[name] for name in naive_figures(stack)}


def test_the_story_of_the_demo_runs_through(stack: Stack, relay: Relay) -> None:
    """The relay service of the demo opens links, registers persons, and a hire redeems the slot that they earned."""
    applications = [f"{relay.mark}-s{number}" for number in range(REGISTERING)]
    relay.reject(*applications)
    hired = f"{relay.mark}-s-h"
    relay.events(("application.hired", 5, {"application": {"id": hired}}))
    wait_until(lambda: hired in ledger(stack) and set(applications) <= relay.lines().keys(), 60)
    before = relay.balance()

    run_file, settings = stack.run_file(), load_settings(stack.state)
    with landing_page(run_file, settings):
        assert play_relay(run_file, settings, Console(quiet=True))

    after = relay.balance()
    assert after["counted"] == before["counted"] + REGISTERING
    assert (after["redeemed"], after["open"]) == (before["redeemed"] + 1, before["open"])
    grants = stack.hirelay("relay", "grants", "--tenant", TENANT, "--format", "json")
    assert json.loads(grants.stdout)[-1]["offered"] == OFFERED


def test_no_forged_foreign_or_repeated_callback_counts(stack: Stack, relay: Relay) -> None:
    """Callbacks with a wrong signature, with links of nobody's, or sent again change no figure."""
    before = relay.balance()
    tokens = relay.lines()
    own = next(iter(tokens.values()), "A" * 22)
    other = "whsec_" + "QUJD" * 8
    codes = set()
    for number in range(ATTACKS):
        if number % 4 == 0:
            codes.add(relay.register(own, f"forged-{number}", {"secret": other}))
        elif number % 4 < 3:
            codes.add(relay.register(secrets.token_urlsafe(16), f"foreign-{number}"))
        else:
            codes.add(relay.register(own, "p1"))

    assert codes <= {200, 401, 429}
    wait_until(lambda: audit(stack).returncode == 0, 60)
    after = relay.balance()
    assert {name: after[name] for name in before if name != "as_of"} == {
        name: before[name] for name in before if name != "as_of"
    }


def audit(stack: Stack) -> Any:
    """Run `hirelay relay audit`."""
    return stack.hirelay("relay", "audit", "--tenant", TENANT)


def ledger(stack: Stack) -> str:
    """All records of the ledger, one JSON object per line."""
    command = ("relay", "ledger", "--tenant", TENANT, "--last", "100000", "--format", "json")
    return stack.hirelay(*command).stdout


def naive_figures(stack: Stack) -> dict[str, int]:
    """What the naive ledger makes of the facts on the stack."""
    naive = NaiveLedger()
    for line in ledger(stack).splitlines():
        naive.take(Record.model_validate_json(line).fact)
    figures = naive.figures()
    return {
        name: figures[name]
        for name in ("counted", "progress", "granted", "open", "reserved", "redeemed")
    }
