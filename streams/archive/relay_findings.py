"""Follows the ledgers of Career Relay, and publishes what they say about rejections and candidates whenever it changes."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import RELAY_LEDGER
from schemas.relay.entries import Record
from schemas.relay.facts import ApplicationStep
from schemas.relay.ledger import restore
from schemas.relay.policy import RelayCompany
from schemas.relay.reasons import reasons_of
from schemas.relay.state import State
from sinks.clickhouse import relay_findings
from sinks.clickhouse.client import connect
from streams.archive.finding_rows import finding_rows
from streams.configuration.files import Misconfigured, load_tenancy, modification_times
from streams.configuration.relay import load_relay
from streams.configuration.settings import Settings
from streams.kafka.committed_reader import read_to_end, start_consumer
from streams.kafka.relay_ledger import decode_record
from streams.reading.candidate_experience import read_experience

log = logging.getLogger(__name__)

QUERY_TIMEOUT_S = 30.0
PAUSE_S = 5.0  # between two readings, longer if reading takes long
BUSY_SHARE = 0.05  # of the time that readings may take, because archiving comes first
FAILURES = (KafkaError, ClickHouseError, OSError, Unavailable, Malformed, Misconfigured)
Clock = Callable[[], datetime]


@dataclass
class CompanyLedger:
    """One company's ledger so far, with the steps of applications, whose reasons its state does not hold."""

    state: State
    steps: dict[str, ApplicationStep] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Take the next record."""
        restore(self.state, record)
        if isinstance(record.fact, ApplicationStep):
            self.steps[record.fact.id] = record.fact


class WatchedCompanies:
    """The companies that use Career Relay; their files are parsed when they have changed, not at every look."""

    def __init__(self, settings: Settings) -> None:
        """Parse nothing yet."""
        self._files = settings.config, settings.relay
        self._times: tuple[float, ...] | None = None
        self._companies: tuple[RelayCompany, ...] = ()

    def read(self) -> tuple[RelayCompany, ...]:
        """Return them as the files are now; raise Misconfigured."""
        times = modification_times(*self._files)
        if times != self._times:
            config, relay = self._files
            self._companies = (
                load_relay(relay, load_tenancy(config)).companies if config.exists() else ()
            )
            self._times = times
        return self._companies


async def publish_forever(settings: Settings, clock: Clock) -> None:
    """Publish forever; what fails is logged and tried again, because archiving does not depend on it."""
    companies = WatchedCompanies(settings)
    while True:
        try:
            await _follow(settings, companies, clock)
        except FAILURES as problem:
            log.warning("relay findings not published", extra={"reason": str(problem)[:200]})
        await asyncio.sleep(PAUSE_S)


async def _follow(settings: Settings, companies: WatchedCompanies, clock: Clock) -> None:
    """Read the ledgers from the beginning and follow them, as long as a company uses Career Relay."""
    if not companies.read():
        return
    consumer = await start_consumer(settings.kafka_access, RELAY_LEDGER.name)
    client = await asyncio.to_thread(connect, settings.clickhouse_access, QUERY_TIMEOUT_S)
    ledgers: dict[str, CompanyLedger] = {}
    try:
        while current := companies.read():
            started = time.monotonic()
            async for message in read_to_end(consumer):
                take(ledgers, decode_record(message.value))
            for company in current:
                ledger = ledgers.get(company.tenant)
                if ledger is not None:
                    await asyncio.to_thread(publish, client, ledger, company, clock())
            await asyncio.sleep(max(PAUSE_S, (time.monotonic() - started) / BUSY_SHARE))
    finally:
        await consumer.stop()
        await asyncio.to_thread(client.close)


def take(ledgers: dict[str, CompanyLedger], record: Record) -> None:
    """Take a record of any company."""
    ledgers.setdefault(record.tenant, CompanyLedger(State(record.tenant))).take(record)


def publish(client: Any, ledger: CompanyLedger, company: RelayCompany, now: datetime) -> bool:
    """Publish what the ledger of a company says as of an instant; return whether it changed."""
    rows = finding_rows(
        reasons_of(ledger.state, ledger.steps, company),
        read_experience(ledger.state, client, now),
    )
    return relay_findings.publish(client, company.tenant, rows)
