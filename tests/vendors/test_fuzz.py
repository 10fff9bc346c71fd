"""Tests that the gateway answers and accounts for every delivery, however a vendor changes its format."""

import asyncio
import logging
import re
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import Malformed, Unmapped
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.incoming_request import IncomingRequest, translate
from streams.ingest.vendor import Headers, Vendor
from streams.ingest.vendors import VENDORS
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.mutations import changed_delivery

REASONS = {
    *("not_json", "not_this_vendor", "missing_field", "unmapped_event", "unmapped_value"),
    *("not_canonical", "address_in_id", "future_time"),
}
JARGON = re.compile(
    r"\b(?:model|string|int|bool|list|tuple|dict)_type\b|extra_forbidden|literal_error|value_error|: missing|_parsing"
)
EXAMPLES = 2 * settings.default.max_examples  # per vendor


class Watch(logging.Handler):
    """A log handler that keeps error messages."""

    def __init__(self) -> None:
        """Start without messages."""
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.seen.append(record.getMessage())


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A handler that sees every error logged in the process."""
    handler = Watch()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("vendor", gateways.SIGNING, ids=lambda vendor: vendor.name)
def test_every_delivery_is_accounted_for(vendor: Vendor, watch: Watch) -> None:
    """A signed delivery with up to four changed fields is counted, ignored or quarantined with a reason, never an error."""
    publisher = ListPublisher()
    app = create_app(
        Settings(),
        gateways.configuration(),
        publisher,
        SetClock(),
        delivery_ids=ListDeliveryIds(),
    )

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    number = count()
    client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    with asyncio.Runner() as runner:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(changed_delivery(vendor.name))
        def deliver(delivery: gateways.Fixture) -> None:
            name = f"fuzz-{next(number)}"
            own = tuple(header for header in delivery.headers if header[0] != "event-id")
            unique = gateways.Fixture(delivery.vendor, delivery.body, own)
            body, headers = gateways.signed(unique, name=name)
            publisher.events.clear()
            publisher.entries.clear()
            address = gateways.address(vendor.name)
            response = runner.run(client.post(address, content=body, headers=headers))
            result = response.json()
            assert response.status_code == vendor.success, (result, body)
            assert result["accepted"] == len(publisher.events)
            assert (result.get("quarantined") is not None) == bool(publisher.entries)
            assert {entry.reason for entry in publisher.entries} <= REASONS
            request = gateways.Fixture(vendor.name, body, gateways.lower(headers))
            assert publisher.events or publisher.entries or result["ignored"] or is_ping(request)

        deliver()

    assert watch.seen == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_every_body_is_accounted_for(vendor: Vendor) -> None:
    """Translation accounts for every body, also of vendors that the simulator does not support."""

    @settings(max_examples=EXAMPLES // 3, deadline=None)
    @given(changed_delivery(vendor.name))
    def read(delivery: gateways.Fixture) -> None:
        try:
            translation = translate(arrival(vendor, delivery.body, delivery.headers))
        except (Malformed, Unmapped) as why:
            assert why.reason in REASONS
            assert JARGON.search(why.detail) is None
            return
        assert translation.faults or translation.events or translation.ignored or translation.ping

    read()


def arrival(vendor: Vendor, body: bytes, headers: Headers = ()) -> IncomingRequest:
    """Return a request to the vendor's connection."""
    connection = gateways.configuration().connections[vendor.name, f"acme-{vendor.name}"]
    return IncomingRequest(
        id="d", vendor=vendor, resolved=connection, headers=headers, body=body, at=NOON
    )


def is_ping(delivery: gateways.Fixture) -> bool:
    """Return whether the adapter treats it as a test or handshake of the vendor."""
    vendor = gateways.vendor(delivery.vendor)
    if vendor.preflight(delivery.headers, delivery.body) is not None:
        return True
    return delivery.translated().ping


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_noise_is_quarantined(vendor: Vendor) -> None:
    """Bytes that are not a delivery are quarantined, never an error."""

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
    def translate_noise(body: bytes) -> None:
        with pytest.raises((Malformed, Unmapped)):
            translate(arrival(vendor, body))

    translate_noise()
