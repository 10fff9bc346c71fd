"""Counts situations without Kafka, worker and ClickHouse: signed deliveries to the gateway's HTTP application, folded into cells."""

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from schemas.cells import Cells
from schemas.events import packs
from schemas.events.envelope import Event
from schemas.funnel.rules import TenantRules
from schemas.tenants.config import Connection, Secret, StageRule, Tenancy, Tenant, WebhookSecret
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import resolve
from streams.ingest.http.server import create_app
from streams.ingest.kafka.publisher import encode
from streams.tools.verify.oracle import Oracle
from tests.cases.situations import Situation, delivery
from tests.fakes import ListPublisher, SetClock
from tests.ingest.gateways import ENVIRON, Fixture, signed

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)  # after everything that really happened


def company(situation: Situation) -> Tenant:
    """Return the tenant of a situation, with one connection, its stage rules and one token."""
    secret = WebhookSecret(env="STANDARD")
    settings = dict(situation.settings)
    stages = tuple(StageRule(**rule) for rule in settings.pop("stages", ()))
    connection = Connection(id=situation.id, vendor="standard", secrets=(secret,), stages=stages)
    return Tenant(
        id=situation.id,
        name=situation.id,
        quarantine_key=Secret(env="QUARANTINE"),
        person_key=Secret(env="PERSON"),
        api_tokens=(Secret(env="COMPANY_TOKEN"),),
        connections=(connection,),
        **settings,
    )


def shuffled(situation: Situation) -> list[Fixture]:
    """Return one delivery per event, in an order that has nothing to do with that of the situation."""
    deliveries = [delivery(event) for event in situation.events]
    random.Random(situation.id).shuffle(deliveries)
    return deliveries


def count(situation: Situation, deliveries: Sequence[Fixture]) -> Cells:
    """Return all cells after the gateway has answered every delivery and every cost."""
    oracle = Oracle()
    for offset, record in enumerate(records(situation, deliveries)):
        oracle.add(offset, record)
    return oracle.cells(TenantRules(snapshot_mapping(tenancy(situation))))


def tenancy(situation: Situation) -> Tenancy:
    """Return the configuration of the situation's company alone."""
    return Tenancy(tenants=(company(situation),))


def records(situation: Situation, deliveries: Sequence[Fixture]) -> list[bytes]:
    """Return what the gateway wrote to Kafka, one record for each delivery and cost with any event."""
    accepted = asyncio.run(_accepted(tenancy(situation), situation, deliveries))
    return [packs.encode([encode(event).body for event in events]) for events in accepted]


async def _accepted(
    settings: Tenancy, situation: Situation, deliveries: Sequence[Fixture]
) -> list[list[Event]]:
    """Send everything and return the accepted events of each request that had any."""
    environ = ENVIRON | {"COMPANY_TOKEN": "token-of-the-company-in-a-situation"}
    configuration = resolve(settings, SecretStore(environ, Path()), vendor_schemes())
    publisher = ListPublisher()
    app = create_app(Settings(), configuration, publisher, SetClock(NOW))
    accepted: list[list[Event]] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as client:
        for number, sent in enumerate(deliveries):
            body, headers = signed(sent, name=f"delivery-{number}", at=NOW)
            response = await client.post(
                f"/hooks/standard/{situation.id}", content=body, headers=headers
            )
            assert response.status_code < 300, response.text
            accepted.append(list(publisher.events))
            publisher.events.clear()
        authorization = {"Authorization": f"Bearer {environ['COMPANY_TOKEN']}"}
        for cost in situation.costs:
            response = await client.post(
                "/v1/costs", content=json.dumps(cost), headers=authorization
            )
            assert response.status_code == 202, response.text
            accepted.append(list(publisher.events))
            publisher.events.clear()
    return [events for events in accepted if events]
