"""Whatever a vendor leaves out, renames or spells otherwise, the door answers and every delivery is accounted for."""

import asyncio
import logging
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import Malformed, Unmapped
from streams.configuration.settings import Settings
from streams.ingest.delivery import IncomingRequest, translate
from streams.ingest.http.server import create_app
from streams.ingest.vendor import Headers, Vendor
from streams.ingest.vendors import VENDORS
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.mutations import broken

REASONS = {
    *("not_json", "not_this_vendor", "missing_field", "unmapped_event", "unmapped_value"),
    "not_canonical",
}
EXAMPLES = 300  # of each vendor


class Watch(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.seen.append(record.getMessage())


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Sees every error of the process."""
    handler = Watch()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("vendor", gateways.SIGNING, ids=lambda vendor: vendor.name)
def test_every_delivery_is_accounted_for(vendor: Vendor, watch: Watch) -> None:
    """Signed, but changed in up to four places: counted, passed over or set aside with a reason; never an error."""
    publisher = ListPublisher()
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    number = count()
    client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    with asyncio.Runner() as runner:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(broken(vendor.name))
        def deliver(delivery: gateways.Fixture) -> None:
            body, headers = gateways.signed(delivery, name=f"fuzz-{next(number)}")
            publisher.events.clear()
            publisher.entries.clear()
            address = f"/hooks/{vendor.name}/acme-{vendor.name}"
            answer = runner.run(client.post(address, content=body, headers=headers))
            said = answer.json()
            assert answer.status_code == vendor.success, (said, body)
            assert said["accepted"] == len(publisher.events)
            assert (said.get("quarantined") is not None) == bool(publisher.entries)
            assert {entry.reason for entry in publisher.entries} <= REASONS
            told = gateways.Fixture(vendor.name, body, gateways.lower(headers))
            assert publisher.events or publisher.entries or said["ignored"] or is_ping(told)

        deliver()

    assert watch.seen == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_every_body_is_accounted_for(vendor: Vendor) -> None:
    """The same behind the door, also of a vendor that the simulator does not speak."""

    @settings(max_examples=EXAMPLES // 3, deadline=None)
    @given(broken(vendor.name))
    def read(delivery: gateways.Fixture) -> None:
        try:
            told = translate(arrival(vendor, delivery.body, delivery.headers))
        except (Malformed, Unmapped) as why:
            assert why.reason in REASONS
            return
        assert told.events or told.ignored or told.ping

    read()


def arrival(vendor: Vendor, body: bytes, headers: Headers = ()) -> IncomingRequest:
    """A delivery at the vendor's door."""
    door = gateways.configuration().doors[vendor.name, f"acme-{vendor.name}"]
    return IncomingRequest(id="d", vendor=vendor, door=door, headers=headers, body=body, at=NOON)


def is_ping(delivery: gateways.Fixture) -> bool:
    """Whether the adapter takes it for a test or a greeting of the vendor."""
    vendor = gateways.vendor(delivery.vendor)
    if vendor.greet(delivery.headers, delivery.body) is not None:
        return True
    return delivery.translated().ping


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_noise_is_set_aside(vendor: Vendor) -> None:
    """Bytes that are no delivery are set aside, never an error."""

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
    def translate_noise(body: bytes) -> None:
        with pytest.raises((Malformed, Unmapped)):
            translate(arrival(vendor, body))

    translate_noise()
