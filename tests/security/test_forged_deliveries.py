"""No forged delivery is accepted: neither by a verifier nor, through the gateway, into the numbers."""

import hmac
import os
import random
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed, Unauthentic, Unmapped
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.incoming_request import IncomingRequest, encode_readable, translate, verify
from streams.ingest.vendor import Headers, Vendor
from streams.ingest.vendors import VENDORS
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetClock
from tests.ingest import gateways
from tests.security.forging import SCHEMES, Scheme, capture, cut, forgeries

KEY = bytes(range(24))
FORGERIES = int(os.environ.get("FORGERIES", "2200"))  # per vendor; `make attack` sends more
CONFIGURATION = gateways.configuration()


def accepts(vendor: Vendor, headers: Headers, body: bytes) -> bool:
    """Return whether a delivery would change anything: verified and understood, by someone who knows no address key."""
    resolved = replace(
        CONFIGURATION.connections[vendor.name, f"acme-{vendor.name}"],
        secrets=(b"another", KEY),
        secret_ends=(),
    )
    request = IncomingRequest(
        id="d", vendor=vendor, resolved=resolved, headers=headers, body=body, at=NOON
    )
    try:
        verify(request)
        encode_readable(translate(request))
    except (Unauthentic, Malformed, Unmapped):
        return False
    return True


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_no_forgery_is_accepted(vendor: Vendor) -> None:
    """Thousands of changed, re-cut and cross-scheme deliveries are refused."""
    draw = random.Random(f"{vendor.name}/1")
    forged = forgeries(vendor, capture(KEY, NOON), draw, FORGERIES)

    assert [delivery for delivery in forged if accepts(vendor, *delivery)] == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_the_captured_deliveries_are_genuine(vendor: Vendor) -> None:
    """Their signatures verify, so a forgery is refused for what was changed and for nothing else."""
    own = [delivery for delivery in capture(KEY, NOON) if delivery.scheme == vendor.name]

    assert own
    for delivery in own:
        vendor.verify(delivery.headers, delivery.body, (KEY,), NOON)


@pytest.mark.parametrize(
    "scheme", [s for s in SCHEMES if s.parts > 1], ids=lambda scheme: scheme.vendor
)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_no_signed_text_has_two_readings(scheme: Scheme, seed: int, data: st.DataObject) -> None:
    """Of all the ways to cut one signed text, at most one passes the vendor's verifier."""
    piece = st.sampled_from(
        [*"0123456789", ".", "v1", "{}", '{"a":1}', "[]", "a.b", "", "1775012400", "x", "}", "{"]
    )
    signed = scheme.glue.join(
        "".join(data.draw(st.lists(piece, max_size=4))).encode() for _ in range(scheme.parts)
    )
    if data.draw(st.booleans()):
        signed = b"1775012400." + signed
    vendor = next(vendor for vendor in VENDORS if vendor.name == scheme.vendor)
    draw, readings = random.Random(seed), set()
    code = hmac.digest(KEY, signed, "sha256")
    for _ in range(30):
        parts = cut(signed, scheme, draw)
        if parts is None:
            break
        try:
            vendor.verify(*scheme.wrap(parts, code), (KEY,), NOON)
        except Unauthentic:
            continue
        readings.add(parts)

    assert len(readings) <= 1


async def test_nothing_forged_reaches_the_numbers() -> None:
    """Through the gateway every forgery is answered 4xx, nothing is published, and no connection looks alive."""
    publisher = ListPublisher()
    app = create_app(
        Settings(), CONFIGURATION, publisher, SetClock(), delivery_ids=ListDeliveryIds()
    )
    captured, draw = capture(b"a secret that is not configured", NOON), random.Random(2)
    statuses = set()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as sender:
        for vendor in VENDORS:
            for headers, body in forgeries(vendor, captured, draw, 40):
                response = await sender.post(
                    f"/hooks/{vendor.name}/acme-{vendor.name}",
                    content=body,
                    headers=[
                        (name.encode(), value.encode("latin-1", "replace"))
                        for name, value in headers
                    ],
                )
                statuses.add(response.status_code)
        await app.state.gateway.report_health()

    assert statuses == {401}
    assert publisher.events == []
    assert {count.what for count in publisher.counts} == {"signature", "unverified"}


async def test_a_captured_signature_serves_one_body_at_all_gateways() -> None:
    """Where no body is signed, the second body under one id gets 409 at any gateway, and is set aside."""
    shared, publisher = ListDeliveryIds(), ListPublisher()
    hired = gateways.fixture(gateways.files("lever")[0])
    body, headers = gateways.signed(hired)
    other = body.replace(b'"data"', b'"other": 1, "data"')
    answers = []
    for content in (body, other, body):
        app = create_app(Settings(), CONFIGURATION, publisher, SetClock(), delivery_ids=shared)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway"
        ) as sender:
            address = "/hooks/lever/acme-lever/an-address-key"
            answers.append(await sender.post(address, content=content, headers=headers))

    assert [answer.status_code for answer in answers] == [200, 409, 200]
    assert [entry.reason for entry in publisher.entries] == ["reused_id"]
    assert answers[1].json()["entry"] == publisher.entries[0].id


async def test_a_sender_is_told_to_stop_retrying_what_is_hopeless() -> None:
    """A signed id with another body gets 409 and `webhook-delivery: abort-message`."""
    app = create_app(Settings(), CONFIGURATION, ListPublisher(), SetClock())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as sender:
        answers = [
            await sender.post(
                gateways.STANDARD, content=body, headers=gateways.standard_signed(body, "msg_9")
            )
            for body in (b'{"type": "ping"}', b'{"type": "ping", "x": 1}')
        ]

    assert answers[1].status_code == 409
    assert answers[1].headers["webhook-delivery"] == "abort-message"
