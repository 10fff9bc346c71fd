"""While it runs the gateway takes up a changed configuration, and tells how each connection is doing."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest
import yaml
from prometheus_client import generate_latest

from schemas.events.envelope import Event
from schemas.kafka.connection_health import HealthCount, What
from schemas.kafka.quarantine import Reason
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.connection_health import ConnectionHealth
from streams.ingest.http.gateway import Gateway
from streams.ingest.http.server import ConfigurationWatcher, create_app
from streams.ingest.metrics import GatewayMetrics
from tests.fakes import ListPublisher, SetClock
from tests.ingest import gateways

VENDORS = Path(__file__).parents[2] / "vendors"
MOVE = gateways.fixture(VENDORS / "greenhouse/candidate_stage_change.json")


def written(folder: Path, secret: str) -> Path:
    """A configuration of one connection, whose secret is in a file."""
    path = folder / "hirelay.yaml"
    for name, text in (("secret", secret), ("key", "k" * 20)):
        (folder / name).write_text(text)
    tenant = {
        "id": "acme",
        "name": "アクメ",
        "quarantine_key": {"file": "key"},
        "person_key": {"file": "key"},
        "connections": [
            {"id": "acme-gh", "vendor": "greenhouse", "secrets": [{"file": "secret"}]},
        ],
    }
    path.write_text(yaml.safe_dump({"tenants": [tenant]}))
    return path


def test_a_secret_that_arrives_later_is_taken_up(tmp_path: Path) -> None:
    """A connection whose file of a secret is empty waits; when the file is filled it is open, without a restart."""
    source = ConfigurationWatcher(written(tmp_path, ""))
    before = source.load().doors["greenhouse", "acme-gh"].secrets
    untouched = source.reload()
    (tmp_path / "secret").write_text("a secret of the vendor")
    changed = source.reload()

    assert (before, untouched) == ((), None)
    assert changed is not None
    assert changed.doors["greenhouse", "acme-gh"].secrets == (b"a secret of the vendor",)
    assert source.reload() is None


def test_a_mistake_is_said_once_and_the_doors_stay_open(tmp_path: Path) -> None:
    """A configuration that cannot be used is no reason to stop receiving."""
    path = written(tmp_path, "a secret of the vendor")
    source = ConfigurationWatcher(path)
    source.load()
    path.write_text("tenants: 7")

    with pytest.raises(Misconfigured):
        source.reload()
    assert source.reload() is None
    path.write_text(written(tmp_path, "another secret").read_text())
    assert source.reload() is not None


async def test_what_came_is_reported_by_connection() -> None:
    """Events, outcomes and refused signatures, as absolute counts; what could not be told is told next time."""
    publisher = ListPublisher()
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    opened: Gateway = app.state.gateway
    transport = httpx.ASGITransport(app)
    body, headers = gateways.signed(MOVE)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        for _ in range(2):
            await sender.post(gateways.GREENHOUSE, content=body, headers=headers)
        await sender.post(gateways.GREENHOUSE, content=body, headers={"Signature": "sha256 00"})
        shown = (await sender.get("/metrics")).text
    publisher.away = True
    await opened.report()
    publisher.away = False
    await opened.report()
    await opened.report()

    assert {(each.what, each.name): each.total for each in publisher.counts} == {
        ("outcome", "accepted"): 2,
        ("outcome", "refused"): 1,
        ("event", "candidate_stage_change"): 2,
        ("signature", "refused"): 1,
    }
    assert len(publisher.counts) == 4
    assert {each.connection for each in publisher.counts} == {"acme-greenhouse"}
    for line in (
        'hirelay_connection_signature_failures_total{connection="acme-greenhouse",tenant="acme",vendor="greenhouse"} 1.0',
        'hirelay_connection_signature_failures_total{connection="acme-ashby",tenant="acme",vendor="ashby"} 0.0',
        'hirelay_connection_last_delivery_timestamp_seconds{connection="acme-greenhouse",tenant="acme",vendor="greenhouse"}',
        'last_event_timestamp_seconds{connection="acme-greenhouse",event="candidate_stage_change",tenant="acme",vendor="greenhouse"}',
    ):
        assert line in shown


async def test_what_alerts_count_is_shown_before_it_happens() -> None:
    """A counter that is born with its first event hides it, and a whole burst between two scrapes."""
    app = create_app(Settings(), gateways.configuration(), ListPublisher(), SetClock())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as asked:
        shown = (await asked.get("/metrics")).text

    of = 'connection="acme-greenhouse",reason="{}",tenant="acme",vendor="greenhouse"'
    for reason in {*get_args(Reason)} - {"poison_pack"}:
        assert f"hirelay_connection_quarantined_total{{{of.format(reason)}}} 0.0" in shown
    for outcome in ("failed", "unavailable"):
        for vendor in ("greenhouse", "hirelay"):
            of = f'outcome="{outcome}",vendor="{vendor}"'
            assert f"hirelay_gateway_deliveries_total{{{of}}} 0.0" in shown


def test_nothing_is_shown_of_a_connection_that_was_taken_out() -> None:
    """Or it would be missed as silent a day later, until a restart; one that stays keeps what was counted."""
    held, shown = gateways.configuration().doors, GatewayMetrics()
    metrics = shown.connections
    gone = held["lever", "acme-lever"]
    metrics.open(held.values())
    told: tuple[tuple[What, str], ...] = (
        ("outcome", "accepted"),
        ("event", "an event"),
        ("signature", "refused"),
        ("reason", "bad_signature"),
    )
    for door in (gone, held["ashby", "acme-ashby"]):
        for what, name in told:
            metrics.note(ConnectionHealth().note(door, what, name, SetClock().now), {"an event"})
    metrics.open([each for each in held.values() if each is not gone])

    text = generate_latest(shown.registry).decode()
    assert 'connection="acme-lever"' not in text
    assert (
        'failures_total{connection="acme-ashby",tenant="acme",vendor="ashby"} 1.0' in text
        and 'last_event_timestamp_seconds{connection="acme-ashby",event="an event"' in text
    )


async def test_how_long_a_silence_may_be_is_shown_as_it_is_now() -> None:
    """Over a night it is longer than at the end of a working day; a company that was taken out has none."""
    clock = SetClock(datetime(2026, 11, 26, 8, tzinfo=UTC))  # Thursday, 17 o'clock in Tokyo
    app = create_app(Settings(), gateways.configuration(), ListPublisher(), clock)
    gateway: Gateway = app.state.gateway
    allowed = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as asked:
        for hours in (0, 16):
            clock.now += timedelta(hours=hours)
            shown = (await asked.get("/metrics")).text
            allowed += re.findall(r'tenant_working_day_seconds{tenant="acme"} (\S+)', shown)
    gateway.metrics.tenants.open([])

    assert [float(each) / 3600 for each in allowed] == [24, 39]
    assert "tenant_working_day_seconds{" not in generate_latest(gateway.shown()).decode()


def test_a_later_count_replaces_the_earlier_one() -> None:
    """The key of a count is what it counts, and who counted it."""
    one = HealthCount.model_validate(
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

    assert one.key() == one.model_copy(update={"total": 2}).key()
    assert one.key() != one.model_copy(update={"run": "s"}).key()


class Defect(ListPublisher):
    """A publisher with a mistake in it."""

    async def accept(self, events: Sequence[Event]) -> None:
        """Make it."""
        raise RuntimeError(len(events))


async def test_an_error_of_our_own_is_counted() -> None:
    """The vendor gets a 500 and sends again; operators see it."""
    app = create_app(Settings(), gateways.configuration(), Defect(), SetClock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    body, headers = gateways.signed(MOVE)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        answer = await sender.post(gateways.GREENHOUSE, content=body, headers=headers)
        shown = (await sender.get("/metrics")).text

    assert answer.status_code == 500
    assert 'hirelay_gateway_deliveries_total{outcome="failed",vendor="greenhouse"} 1.0' in shown
