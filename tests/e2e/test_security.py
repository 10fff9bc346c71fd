"""What an outsider, a second gateway and a broker that is away can do to a running stack."""

import asyncio
import secrets
from functools import partial

import pytest

from schemas.errors import Unavailable
from streams.configuration.settings import load_settings
from streams.ingest.kafka.delivery_ids import SharedDeliveryIds, make_clients
from streams.local.kafka import WITHOUT_SECURITY
from tests.e2e.conftest import Stack


async def test_gateways_share_the_first_body_of_an_id(stack: Stack) -> None:
    """Of many bodies that arrive at once at two gateways under one id, both take the same one; a third reads it later."""
    access = load_settings(stack.state).kafka_access
    gateways = [SharedDeliveryIds(partial(make_clients, access), 30) for _ in range(3)]
    key, digests = secrets.token_bytes(32), [secrets.token_bytes(32) for _ in range(20)]
    try:
        firsts = await asyncio.gather(
            *(gateways[number % 2].first_body(key, digest) for number, digest in enumerate(digests))
        )
        later = await gateways[2].first_body(key, secrets.token_bytes(32))
    finally:
        for gateway in gateways:
            await gateway.close()

    assert len({*firsts, later}) == 1
    assert later in digests


async def test_without_kafka_nothing_waits_for_the_shared_memory() -> None:
    """A gateway that cannot ask says so within its deadline, and at once the next time."""
    settings = load_settings(kafka="127.0.0.1:1", **WITHOUT_SECURITY)
    alone = SharedDeliveryIds(partial(make_clients, settings.kafka_access), 2)
    for _ in range(2):
        with pytest.raises(Unavailable, match="delivery_ids_unknown"):
            await alone.first_body(b"key", b"digest")
