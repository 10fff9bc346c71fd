"""Reads the ledger of one company from Kafka, where it is complete and in order."""

import asyncio
from dataclasses import dataclass, field

from schemas.relay.entries import Record
from schemas.relay.facts import ApplicationStep
from schemas.relay.ledger import restore
from schemas.relay.state import State
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.configuration.targets import require_tenant
from streams.kafka.relay_ledger import read_ledger


@dataclass
class History:
    """All records of one company in order, and the state after them."""

    state: State
    records: list[Record] = field(default_factory=list)

    @property
    def steps(self) -> dict[str, ApplicationStep]:
        """The steps of applications by their id."""
        facts = (record.fact for record in self.records)
        return {fact.id: fact for fact in facts if isinstance(fact, ApplicationStep)}


def read_history(settings: Settings, tenant: str) -> History:
    """The ledger of a company; raise Misconfigured for one that is not configured, and Unavailable."""
    require_tenant(load_tenancy(settings.config), tenant)
    return asyncio.run(_read(settings, tenant))


async def _read(settings: Settings, tenant: str) -> History:
    history = History(State(tenant))
    async for record in read_ledger(settings.kafka_access):
        if record.tenant == tenant:
            restore(history.state, record)
            history.records.append(record)
    return history
