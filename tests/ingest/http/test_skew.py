"""The clock of the gateway may be wrong: an event counts on the day on which it happened."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from schemas.cells import Cells
from schemas.funnel.rules import TenantRules
from schemas.instants import day_number
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.tools.verify.oracle import Oracle
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways

# The last and the first minutes around the days on which New York and Berlin change their clocks, and Tokyo's midnight.
INSTANTS = (
    "2026-03-08T01:59:59-05:00",
    "2026-03-08T03:00:00-04:00",
    "2026-03-28T23:59:59+01:00",
    "2026-03-29T03:00:00+02:00",
    "2026-03-31T23:59:59+09:00",
    "2026-04-01T00:00:00+09:00",
)
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/Berlin")


def deliveries() -> list[bytes]:
    """One application for every instant."""
    return [
        json.dumps(
            {
                "type": "application.created",
                "timestamp": instant,
                "data": {"application": {"id": f"a-{number}"}, "channel": {"id": "doda"}},
            }
        ).encode()
        for number, instant in enumerate(INSTANTS)
    ]


async def cells(zone: str, skew: timedelta) -> Cells:
    """Return the cells of a company in that zone, whose gateway's clock is off by `skew`, as is its sender's.

    A gateway off by more than the tolerance refuses what is signed with the right time; the sender sends it again.
    """
    tenancy = gateways.tenancy()
    (acme,) = tenancy.tenants
    tenancy = tenancy.model_copy(update={"tenants": (acme.model_copy(update={"timezone": zone}),)})
    publisher, clock = ListPublisher(), SetClock(NOON + skew)
    app = create_app(Settings(), gateways.configuration(), publisher, clock)
    transport, oracle = httpx.ASGITransport(app), Oracle()
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        for number, body in enumerate(deliveries()):
            delivery = gateways.Fixture("standard", body)
            content, headers = gateways.signed(delivery, name=f"d-{number}", at=clock.now)
            answer = await sender.post(gateways.STANDARD, content=content, headers=headers)
            assert answer.status_code == 200, answer.text
    assert [entry.detail for entry in publisher.entries] == []
    for offset, event in enumerate(publisher.events):
        pack = {"v": 1, "events": [json.loads(event.model_dump_json())]}
        oracle.add(offset, json.dumps(pack).encode())
    return oracle.cells(TenantRules(snapshot_mapping(tenancy)))


@pytest.mark.parametrize("zone", ZONES)
async def test_a_wrong_clock_changes_no_cell(
    zone: str, record_property: Callable[[str, object], None]
) -> None:
    """Neither an hour's skew nor daylight saving moves an event to another day."""
    exact = await cells(zone, timedelta())
    for hours in (-1, 1):
        assert await cells(zone, timedelta(hours=hours)) == exact
    record_property("seen", f"{zone}: {len(exact)} cells equal")

    zone_info = ZoneInfo(zone)
    days = [datetime.fromisoformat(instant).astimezone(zone_info).date() for instant in INSTANTS]
    assert {
        key.day: tally["applications"]
        for key, tally in exact.items()
        if (key.dimension, key.basis) == ("total", "decision")
    } == Counter(map(day_number, days))
