"""The loop of the relay: reads events, decides, and writes records with its position in one transaction."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.errors import Malformed
from schemas.funnel.rules import TenantRules
from schemas.privacy.person_ids import generation
from schemas.relay.balance import balance
from schemas.relay.entries import Record
from schemas.relay.factors import FactorRule, factor_of
from schemas.relay.facts import ApplicationStep, Fact, Registered, Tick
from schemas.relay.ledger import accept, restore
from schemas.relay.state import State
from schemas.tenants.mapping_snapshot import snapshot_mapping
from sinks.alertmanager import Alert
from sinks.metrics import RelayMetrics
from streams.configuration import relay_companies
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.relay_companies import RelayTenant
from streams.configuration.settings import Settings
from streams.kafka import clients
from streams.kafka.relay_ledger import read_ledger
from streams.relay import notices
from streams.relay.events import read_events, to_fact
from streams.relay.follow_up import follow_up
from streams.relay.ledger_log import GROUP, LedgerWriter

log = logging.getLogger(__name__)

POLL_S = 0.5  # how often the clock and the files are looked at while no events arrive
BATCH_RECORDS = 500
Clock = Callable[[], datetime]


class Keeper:
    """The ledgers of all companies, and how events and time change them."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], clock: Clock) -> None:
        """Load the configuration; raise Misconfigured."""
        self._settings, self._environ, self._clock = settings, environ, clock
        self.states: dict[str, State] = {}
        self.companies: dict[str, RelayTenant] = {}
        self._mtimes: tuple[float, ...] = ()
        self._load()

    def _load(self) -> None:
        self._mtimes = relay_companies.file_times(self._settings)
        self.companies = relay_companies.load_companies(self._settings, self._environ)
        self._rules = TenantRules(snapshot_mapping(load_tenancy(self._settings.config)))

    def reload(self) -> bool:
        """Load changed files; return whether they are usable. Those that are not leave everything as it was."""
        mtimes = relay_companies.file_times(self._settings)
        if mtimes == self._mtimes:
            return True
        try:
            self._load()
        except Misconfigured as problem:
            self._mtimes = mtimes
            log.warning("relay policies not loaded", extra={"reason": str(problem)[:500]})
            return False
        return True

    def restore(self, record: Record) -> None:
        """Take a record that was written before."""
        restore(self.states.setdefault(record.tenant, State(record.tenant)), record)

    def new_companies(self) -> set[str]:
        """The companies whose ledger is still empty: what happened before has to be read again for them."""
        return {tenant for tenant in self.companies if not self._state(tenant).seq}

    def on_time(self) -> list[Record]:
        """What changed policies and the passing of time bring."""
        now, records = self._clock(), list[Record]()
        for tenant, company in sorted(self.companies.items()):
            records += self._take(company, company.policies(now))
            day = self._state(tenant).day(now)
            records += self._take(company, Tick(id=f"tick-{day}", at=now))
        return records

    def on_message(self, value: bytes | None) -> list[Record]:
        """What the events of one Kafka record bring; raise Malformed for a record that the worker quarantines."""
        records: list[Record] = []
        for event, full in read_events(value):
            company = self.companies.get(event.tenant)
            if company is None:
                continue
            rules = self._rules.for_tenant(event.tenant)
            fact = to_fact(event, full, self._state(event.tenant), rules)
            if fact is not None:
                records += self._take(company, with_factor(fact, company.relay.factors))
        return records

    def alerts(self) -> list[Alert]:
        """The alerts about slots that fire now."""
        now = self._clock()
        return [
            alert
            for tenant, company in sorted(self.companies.items())
            for alert in notices.alerts(company, self._state(tenant), now)
        ]

    def _state(self, tenant: str) -> State:
        return self.states.setdefault(tenant, State(tenant))

    def _take(self, company: RelayTenant, fact: Fact) -> list[Record]:
        state = self._state(company.tenant.id)
        refuse_other_key(state, fact)
        record = accept(state, fact, self._clock())
        if record is None:
            return []
        following = follow_up(company, state, record)
        return [record] if following is None else [record, *self._take(company, following)]


def refuse_other_key(state: State, fact: Fact) -> None:
    """Raise Misconfigured for a person under another key than those of the ledger: whoever is in both would count twice."""
    counted = next(iter(state.persons), None)
    if not isinstance(fact, Registered) or counted is None:
        return
    if generation(fact.person) != generation(counted):
        msg = (
            f"people of {state.tenant} come under another person_key than those in the ledger: stop the gateway and every role, "
            f"check `person_key` and `previous_person_keys`, and run `hirelay rekey --tenant {state.tenant} --apply`"
        )
        raise Misconfigured(msg)


def with_factor(fact: Fact, rules: Iterable[FactorRule]) -> Fact:
    """The fact, a rejection with what its reason means by the rules of today: a later mapping does not rewrite it."""
    if not isinstance(fact, ApplicationStep) or fact.step != "rejected":
        return fact
    return fact.model_copy(update={"factor": factor_of(fact.reason, rules)})


async def keep(
    settings: Settings, environ: Mapping[str, str], metrics: RelayMetrics, clock: Clock
) -> None:
    """Keep the ledgers forever; any failure raises, and the next process goes on from what is in Kafka."""
    writer = LedgerWriter(settings.kafka_access)
    await writer.start()
    sender: asyncio.Task[None] | None = None
    try:
        keeper = Keeper(settings, environ, clock)
        async for record in read_ledger(settings.kafka_access):
            keeper.restore(record)
        sender = asyncio.create_task(
            notices.send_forever(settings.alertmanager_addresses, keeper.alerts)
        )
        while True:
            consumer = await _open_events(settings, writer, from_start=bool(keeper.new_companies()))
            try:
                await _follow(keeper, writer, consumer, metrics)
            finally:
                await consumer.stop()
    finally:
        if sender is not None:
            sender.cancel()
        await writer.stop()


async def _open_events(settings: Settings, writer: LedgerWriter, *, from_start: bool) -> Any:
    """A consumer of all events behind the position of the last transaction, or from the beginning."""
    access = settings.kafka_access
    consumer = clients.async_consumer(
        access,
        group_id=GROUP,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=250,
    )
    await clients.start(consumer, access)
    partitions = await writer.event_partitions()
    consumer.assign(partitions)
    for tp in partitions:
        committed = None if from_start else await consumer.committed(tp)
        if committed is None:
            await consumer.seek_to_beginning(tp)
        else:
            consumer.seek(tp, committed)
    return consumer


async def _follow(
    keeper: Keeper, writer: LedgerWriter, consumer: Any, metrics: RelayMetrics
) -> None:
    """Read and write until a failure, or until a company that is new needs all events again."""
    # One transaction: a company that is new is only known once its events are going to be read from the beginning.
    positions = {tp: await consumer.position(tp) for tp in consumer.assignment()}
    await _write(writer, keeper.on_time(), positions, metrics)
    ends = await consumer.end_offsets(list(positions))
    while True:
        metrics.configuration_stale.set(not keeper.reload())
        if keeper.new_companies():  # before anything is decided, which would be lost otherwise
            log.info("a company is new: reading all events again")
            return
        batches = await consumer.getmany(timeout_ms=int(POLL_S * 1000), max_records=BATCH_RECORDS)
        records, positions = list[Record](), {}
        for tp, messages in batches.items():
            for message in messages:
                records += _decide(keeper, message, metrics)
                positions[tp] = message.offset + 1
        records += keeper.on_time()
        await _write(writer, records, positions, metrics)
        _show(keeper, metrics)
        if not metrics.is_ready() and await _has_reached(consumer, ends):
            metrics.ready.set(1)


async def _has_reached(consumer: Any, ends: Mapping[Any, int]) -> bool:
    """Whether everything has been read that existed at the start."""
    return all([await consumer.position(tp) >= end for tp, end in ends.items()])


def _decide(keeper: Keeper, message: Any, metrics: RelayMetrics) -> list[Record]:
    try:
        return keeper.on_message(message.value)
    except Malformed as problem:
        metrics.unreadable.inc()
        place = f"{message.topic}/{message.partition}/{message.offset}"
        log.warning("record not read", extra={"place": place, "reason": problem.reason})
        return []


def _show(keeper: Keeper, metrics: RelayMetrics) -> None:
    for tenant in keeper.companies:
        figures = balance(keeper.states[tenant])
        names = ("open", "reserved", "redeemed", "expired", "revoked")
        metrics.show_slots(tenant, {name: getattr(figures, name) for name in names})


async def _write(
    writer: LedgerWriter, records: list[Record], positions: dict[Any, int], metrics: RelayMetrics
) -> None:
    if records or positions:
        await writer.write(records, positions)
        metrics.records.inc(len(records))
