"""Benchmark of the gateway CPU time per delivery (verify, translate, check, encode) against HMAC and JSON parsing only."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest

from streams.ingest.incoming_request import IncomingRequest, encode_readable, translate, verify
from streams.ingest.vendor import Vendor
from tests.fakes import NOON
from tests.ingest import gateways
from tests.vendors.mutations import fixtures

ROUNDS = 40


def arrivals(vendor: Vendor) -> list[IncomingRequest]:
    """Return every signed fixture that the gateway accepts."""
    connection = gateways.configuration().connections[vendor.name, f"acme-{vendor.name}"]
    requests = []
    for number, delivery in enumerate(fixtures(vendor.name)):
        if "error" in gateways.expectation(delivery):
            continue
        body, headers = gateways.signed(delivery, name=f"b{number}")
        request = IncomingRequest(
            id="d",
            vendor=vendor,
            resolved=connection,
            headers=gateways.lower(headers),
            body=body,
            at=NOON,
        )
        if vendor.preflight(request.headers, request.body) is None:
            requests.append(request)
    return requests


def microseconds(
    work: Callable[[IncomingRequest], object], requests: list[IncomingRequest]
) -> float:
    """Return the CPU µs per delivery, best of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for _ in range(ROUNDS):
            for request in requests:
                work(request)
        best = min(best, time.process_time() - begun)
    return best / (ROUNDS * len(requests)) * 1e6


def minimal_work(request: IncomingRequest) -> object:
    """The minimum of any gateway: the HMAC of the body and parsing it."""
    hmac.digest(b"key", request.body, hashlib.sha256)
    return json.loads(request.body)


def gateway_work(request: IncomingRequest) -> object:
    """What our gateway does before it waits for Kafka."""
    verify(request)
    return [encoded.body for encoded in encode_readable(translate(request))[1]]


@pytest.mark.parametrize("vendor", gateways.SIGNING, ids=lambda vendor: vendor.name)
def test_a_delivery_beside_hmac_and_parse(vendor: Vendor) -> None:
    """A delivery of any vendor takes less than a millisecond of CPU: a thousand deliveries per second and core."""
    requests = arrivals(vendor)
    ours, baseline = microseconds(gateway_work, requests), microseconds(minimal_work, requests)
    size = sum(len(request.body) for request in requests) // len(requests)
    print(
        f"\n{vendor.name}: {ours:.0f} CPU us/delivery of {size} bytes; "
        f"hmac + json.loads {baseline:.0f}; ratio {ours / baseline:.1f}"
    )

    assert ours < 1_000
