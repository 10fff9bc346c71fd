"""The running gateway applies configuration changes and reports the health of each connection."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest
import yaml
from prometheus_client import generate_latest

from schemas.events.counting import NOT_COUNTED
from schemas.events.envelope import Event
from schemas.kafka.connection_health import HealthCount, HealthKind
from schemas.kafka.quarantine import Reason
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import ConfigurationWatcher
from streams.ingest.connection_health import ConnectionHealth
from streams.ingest.http.gateway import Gateway
from streams.ingest.http.server import create_app
from streams.ingest.metrics import GatewayMetrics
from tests.fakes import ListPublisher, SetClock
from tests.ingest import gateways

VENDORS = Path(__file__).parents[2] / "vendors"
APPLICATION = {"application": {"id": "a-1"}}
MOVE = gateways.fixture(VENDORS / "greenhouse/candidate_stage_change.json")


def cloud_event(name: str, data: dict[str, object]) -> dict[str, object]:
    """A CloudEvent of that type."""
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "https://hr.example.com",
        "type": name,
        "time": "2026-04-01T09:30:00+09:00",
        "data": data,
    }


def write_configuration(folder: Path, secret: str) -> Path:
    """Write a configuration of one connection whose secret is in a file."""
    path = folder / "hirelay.yaml"
    for name, text in (
        ("secret", secret),
        ("key", "a key to encrypt with"),
        ("person", "a key to hash people with"),
    ):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    tenant = {
        "id": "acme",
        "name": "アクメ",
        "quarantine_key": {"file": "key"},
        "person_key": {"file": "person"},
        "connections": [
            {"id": "acme-gh", "vendor": "greenhouse", "secrets": [{"file": "secret"}]},
        ],
    }
    path.write_text(yaml.safe_dump({"tenants": [tenant]}))
    return path


def test_a_secret_added_later_is_loaded(tmp_path: Path) -> None:
    """A connection with an empty secret file becomes active once the file is filled, without a restart."""
    source = ConfigurationWatcher(write_configuration(tmp_path, ""))
    before = source.load().connections["greenhouse", "acme-gh"].secrets
    untouched = source.reload()
    (tmp_path / "secret").write_text("a secret of the vendor")
    changed = source.reload()

    assert (before, untouched) == ((), None)
    assert changed is not None
    assert changed.connections["greenhouse", "acme-gh"].secrets == (b"a secret of the vendor",)
    assert source.reload() is None


def test_an_invalid_configuration_is_reported_once(tmp_path: Path) -> None:
    """An invalid configuration raises once, and a later valid one is loaded."""
    path = write_configuration(tmp_path, "a secret of the vendor")
    source = ConfigurationWatcher(path)
    source.load()
    path.write_text("tenants: 7")

    with pytest.raises(Misconfigured):
        source.reload()
    assert source.reload() is None
    path.write_text(write_configuration(tmp_path, "another secret").read_text())
    assert source.reload() is not None


async def test_health_counts_are_reported_by_connection() -> None:
    """Events, outcomes and refused signatures are absolute counts; counts that failed to publish are sent next time."""
    publisher = ListPublisher()
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    gateway: Gateway = app.state.gateway
    transport = httpx.ASGITransport(app)
    body, headers = gateways.signed(MOVE)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        for _ in range(2):
            await sender.post(gateways.GREENHOUSE, content=body, headers=headers)
        await sender.post(gateways.GREENHOUSE, content=body, headers={"Signature": "sha256 00"})
        text = (await sender.get("/metrics")).text
    publisher.away = True
    await gateway.report_health()
    publisher.away = False
    await gateway.report_health()
    await gateway.report_health()

    assert {(count.what, count.name): count.total for count in publisher.counts} == {
        ("outcome", "accepted"): 2,
        ("unverified", "refused"): 1,
        ("event", "candidate_stage_change"): 2,
        ("signature", "refused"): 1,
    }
    assert len(publisher.counts) == 4
    assert {count.connection for count in publisher.counts} == {"acme-greenhouse"}
    for line in (
        'hirelay_connection_signature_failures_total{connection="acme-greenhouse",tenant="acme",vendor="greenhouse"} 1.0',
        'hirelay_connection_signature_failures_total{connection="acme-ashby",tenant="acme",vendor="ashby"} 0.0',
        'hirelay_connection_last_delivery_timestamp_seconds{connection="acme-greenhouse",tenant="acme",vendor="greenhouse"}',
        'last_event_timestamp_seconds{connection="acme-greenhouse",event="candidate_stage_change",tenant="acme",vendor="greenhouse"}',
    ):
        assert line in text


async def test_events_that_no_number_contains_are_reported() -> None:
    """Accepted events that are not counted yet are counted by type, and listed only for senders of canonical events."""
    publisher = ListPublisher()
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    gateway: Gateway = app.state.gateway
    relay = cloud_event("relay.outcome", {"invitation_id": "i-1"})
    batch = json.dumps(
        [relay, relay | {"id": "e-2"}, cloud_event("application.created", APPLICATION)]
    ).encode()
    signed = gateways.standard_signed(batch, content_type="application/cloudevents-batch+json")
    body, headers = gateways.signed(gateways.fixture(VENDORS / "greenhouse/update_candidate.json"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as sender:
        answers = [
            (await sender.post(path, content=content, headers=sent)).json()
            for path, content, sent in (
                (gateways.STANDARD, batch, signed),
                (gateways.GREENHOUSE, body, headers),
            )
        ]
    await gateway.report_health()

    assert answers[0]["accepted"] == 3
    assert answers[0]["not_counted"] == [
        {"type": "relay.outcome", "events": 2, "reason": NOT_COUNTED["relay.outcome"]}
    ]
    assert set(answers[1]) == {"delivery", "accepted", "ignored", "quarantined"}
    assert {
        (count.connection, count.name): count.total
        for count in publisher.counts
        if count.what == "not_counted"
    } == {("acme-events", "relay.outcome"): 2, ("acme-greenhouse", "candidate.updated"): 1}


async def test_counters_of_alerts_exist_before_the_first_event() -> None:
    """Counters are exported at 0, or their first events between two scrapes would be invisible."""
    app = create_app(Settings(), gateways.configuration(), ListPublisher(), SetClock())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as client:
        text = (await client.get("/metrics")).text

    of = 'connection="acme-greenhouse",reason="{}",tenant="acme",vendor="greenhouse"'
    for reason in {*get_args(Reason)} - {"poison_pack"}:
        assert f"hirelay_connection_quarantined_total{{{of.format(reason)}}} 0.0" in text
    for outcome in ("failed", "unavailable"):
        for vendor in ("greenhouse", "hirelay"):
            of = f'outcome="{outcome}",vendor="{vendor}"'
            assert f"hirelay_gateway_deliveries_total{{{of}}} 0.0" in text


def test_a_removed_connection_has_no_series() -> None:
    """A removed connection would raise a silence alert a day later; the other connections keep their counts."""
    connections, gateway_metrics = gateways.configuration().connections, GatewayMetrics()
    metrics = gateway_metrics.connections
    removed = connections["lever", "acme-lever"]
    metrics.set_connections(connections.values())
    counts: tuple[tuple[HealthKind, str], ...] = (
        ("outcome", "accepted"),
        ("event", "an event"),
        ("signature", "refused"),
        ("reason", "bad_signature"),
    )
    for resolved in (removed, connections["ashby", "acme-ashby"]):
        for what, name in counts:
            metrics.record(
                ConnectionHealth().record(resolved, what, name, SetClock().now), {"an event"}
            )
    metrics.set_connections(
        [connection for connection in connections.values() if connection is not removed]
    )

    text = generate_latest(gateway_metrics.registry).decode()
    assert 'connection="acme-lever"' not in text
    assert (
        'failures_total{connection="acme-ashby",tenant="acme",vendor="ashby"} 1.0' in text
        and 'last_event_timestamp_seconds{connection="acme-ashby",event="an event"' in text
    )


async def test_the_allowed_silence_follows_the_business_hours() -> None:
    """The allowed silence is longer overnight than at the end of a working day; a removed tenant has no series."""
    clock = SetClock(datetime(2026, 11, 26, 8, tzinfo=UTC))  # Thursday, 17 o'clock in Tokyo
    app = create_app(Settings(), gateways.configuration(), ListPublisher(), clock)
    gateway: Gateway = app.state.gateway
    allowed = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as client:
        for hours in (0, 16):
            clock.now += timedelta(hours=hours)
            text = (await client.get("/metrics")).text
            allowed += re.findall(r'tenant_working_day_seconds{tenant="acme"} (\S+)', text)
    gateway.metrics.tenants.set_tenants([])

    assert [float(seconds) / 3600 for seconds in allowed] == [24, 39]
    assert "tenant_working_day_seconds{" not in generate_latest(gateway.current_registry()).decode()


def test_a_later_count_replaces_the_earlier_one() -> None:
    """A later count of the same run has the same record key; another run has another key."""
    count = HealthCount.model_validate(
        {
            "tenant": "acme",
            "connection": "acme-gh",
            "vendor": "greenhouse",
            "run": "r",
            "what": "event",
            "name": "ping",
            "total": 1,
            "last": SetClock().now,
        }
    )

    assert count.key() == count.model_copy(update={"total": 2}).key()
    assert count.key() != count.model_copy(update={"run": "s"}).key()


class Defect(ListPublisher):
    """A publisher with a bug."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Raise an unexpected error."""
        raise RuntimeError(len(events))


async def test_an_error_of_our_own_is_counted() -> None:
    """An internal error is answered with 500, so the vendor retries, and counted as failed."""
    app = create_app(Settings(), gateways.configuration(), Defect(), SetClock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    body, headers = gateways.signed(MOVE)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        answer = await sender.post(gateways.GREENHOUSE, content=body, headers=headers)
        text = (await sender.get("/metrics")).text

    assert answer.status_code == 500
    assert 'hirelay_gateway_deliveries_total{outcome="failed",vendor="greenhouse"} 1.0' in text
