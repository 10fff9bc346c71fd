"""The watch: follows the cells of the live epoch and writes changes of breaches.

It stores no state: everything comes from `kpi-breaches` and the cells, so a crash costs only a second read.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.alerting.breach import Breach
from schemas.alerting.rules import AlertRules
from schemas.errors import Malformed
from schemas.instants import local_today
from schemas.kafka.epochs import REPLAY_KEY, Epoch
from schemas.kafka.topics import EPOCHS, KPI_CELLS, RELAY_LEDGER
from schemas.planning.periods import local_date
from schemas.relay.rejection_cells import rejection_changes
from schemas.tenants.config import Tenancy
from sinks.metrics import WatchMetrics
from streams.alerting.breach_log import (
    BreachWriter,
    latest_breaches,
)
from streams.alerting.cells import CellSums, KpiSeries
from streams.alerting.judge import Judge
from streams.configuration.alerts import load_alerts, migration_advice
from streams.configuration.files import Misconfigured, load_tenancy, modification_times
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.kafka.committed_reader import last_poll_time, read_to_end, start_consumer
from streams.kafka.relay_ledger import decode_record
from streams.kafka.whole_flushes import WholeFlushes

log = logging.getLogger(__name__)

# After this long without new counts, a company's events are complete and its day follows the clock. Until then it is the latest day
# of its events; otherwise, imported history would look like cases that are still waiting today.
QUIET_PERIOD = timedelta(seconds=60)
POLL_S = 1.0  # how often the day and the files are checked while idle
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The active rules, their companies, and the modification times of both files.

    They are `stale` while the files are unusable or missing.
    """

    rules: AlertRules
    tenancy: Tenancy
    mtimes: tuple[float, ...]
    stale: bool = False

    def today(self, clock: Clock) -> Callable[[str], date]:
        """A function that returns the local day of a company."""
        now = clock()
        days = {tenant.id: local_today(now, tenant.timezone) for tenant in self.tenancy.tenants}
        return days.__getitem__


async def watch(settings: Settings, metrics: WatchMetrics, clock: Clock) -> None:
    """Watch forever; any failure raises, and the next process starts from what is in Kafka."""
    writer = BreachWriter(settings.kafka_access)
    await writer.start()
    current: Watched | None = None
    try:
        while True:
            current = load_watched(settings, current)
            metrics.configuration_stale.set(current.stale)
            live = kafka_epochs.live_epoch(
                await asyncio.to_thread(kafka_epochs.read, settings.kafka_access)
            )
            number = 0 if live is None else live.number
            log.info("watching", extra={"epoch": number, "rules": len(current.rules.rules)})
            await _WatchSession(settings, metrics, clock, current, writer).run(number)
    finally:
        await writer.stop()


def load_watched(settings: Settings, current: Watched | None) -> Watched:
    """The rules from the files; if they are unusable or missing, log it and keep the previous rules, if there are any."""
    mtimes = modification_times(settings.config, settings.alerts)
    try:
        tenancy = load_tenancy(settings.config)
        if not settings.alerts.exists() and not (current and current.rules.rules):
            log.warning("no alert rules found", extra={"missing": str(settings.alerts)})
            return Watched(rules=AlertRules(rules=()), tenancy=tenancy, mtimes=mtimes)
        rules = load_alerts(settings.alerts, tenancy)
    except Misconfigured as problem:
        if current is None:
            raise
        log.warning("alert rules not loaded", extra={"reason": str(problem)[:500]})
        return Watched(rules=current.rules, tenancy=current.tenancy, mtimes=mtimes, stale=True)
    for advice in migration_advice(rules):
        log.warning("alert rule has former keys", extra={"advice": advice})
    return Watched(rules=rules, tenancy=tenancy, mtimes=mtimes)


class _WatchSession:
    """One epoch under one set of rules, until either changes."""

    def __init__(
        self,
        settings: Settings,
        metrics: WatchMetrics,
        clock: Clock,
        watched: Watched,
        writer: BreachWriter,
    ) -> None:
        self._settings, self._metrics, self._clock = settings, metrics, clock
        self._watched, self._writer = watched, writer
        self._sums = CellSums(watched.rules)
        self._judge = Judge(watched.rules, watched.tenancy)
        self._epochs: dict[int, Epoch] = {}
        self._last_counted: dict[str, datetime] = {}
        self._flushes = WholeFlushes()

    async def run(self, number: int) -> None:
        """Read everything, evaluate it once, then evaluate changes."""
        self._judge.record(await latest_breaches(self._settings.kafka_access))
        topics = [KPI_CELLS.in_epoch(number).name, EPOCHS.name]
        if self._sums.reads_ledger:
            topics.append(RELAY_LEDGER.name)
        consumer = await start_consumer(self._settings.kafka_access, *topics)
        try:
            async for record in read_to_end(consumer):
                self._apply_whole(record)
            await self._write(self._judge.withdrawals(self._clock()))
            days = self._effective_days()
            await self._evaluate(None, days)
            self._metrics.ready.set(1)
            await self._follow(consumer, number, days)
        finally:
            await consumer.stop()

    async def _follow(self, consumer: Any, number: int, days: Mapping[str, date]) -> None:
        while self._is_current(number):
            batches = await consumer.getmany(timeout_ms=int(POLL_S * 1000))
            touched = [
                series
                for records in batches.values()
                for record in records
                for series in self._apply_whole(record)
            ]
            days_changed = days != (days := self._effective_days())
            if touched or days_changed:
                await self._evaluate(None if days_changed else touched, days)
            if polled_at := last_poll_time(consumer):
                self._metrics.last_read.set(polled_at)

    def _apply_whole(self, record: Any) -> list[KpiSeries]:
        """Apply what is whole with this record: a flush in pieces could look like a breach."""
        return [series for whole in self._flushes.release(record) for series in self._apply(whole)]

    def _apply(self, record: Any) -> list[KpiSeries]:
        if record.topic == EPOCHS.name:
            if record.key != REPLAY_KEY:
                epoch = Epoch.model_validate_json(record.value)
                self._epochs[epoch.number] = epoch
            return []
        try:
            touched = self._sum(record)
        except Malformed as problem:
            self._metrics.unreadable.inc()
            log.warning("cell unreadable", extra={"reason": str(problem)[:200]})
            return []
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        for tenant in {series.tenant for series in touched}:  # partitions arrive in any order
            self._last_counted[tenant] = max(at, self._last_counted.get(tenant, at))
        return touched

    def _sum(self, record: Any) -> list[KpiSeries]:
        """Sum the cell of a worker, or what a record of the relay's ledger says about rejections; raise Malformed."""
        if record.topic != RELAY_LEDGER.name:
            return self._sums.apply(record.partition, record.key, record.value)
        return [
            series
            for key, changes in rejection_changes(decode_record(record.value))
            for series in self._sums.add(key, changes)
        ]

    def _is_current(self, number: int) -> bool:
        """Whether the epoch is live and the rules still match the files."""
        live = kafka_epochs.live_epoch(self._epochs)
        mtimes = modification_times(self._settings.config, self._settings.alerts)
        return (live is None or live.number == number) and self._watched.mtimes == mtimes

    def _effective_days(self) -> dict[str, date]:
        """The effective day of each company; when it changes, by date or by quiet time, everything is re-evaluated."""
        today, now = self._watched.today(self._clock), self._clock()
        return {
            tenant.id: effective_day(
                today(tenant.id),
                self._sums.latest_day(tenant.id),
                self._last_counted.get(tenant.id),
                now,
            )
            for tenant in self._watched.tenancy.tenants
        }

    async def _evaluate(self, touched: list[KpiSeries] | None, days: Mapping[str, date]) -> None:
        await self._write(self._changes(touched, days))

    def _changes(self, touched: list[KpiSeries] | None, days: Mapping[str, date]) -> list[Breach]:
        """The records to write."""
        today = self._watched.today(self._clock)
        backfilling = {tenant for tenant, day in days.items() if day < today(tenant)}
        return self._judge.changes(
            self._sums, touched, days.__getitem__, self._clock(), backfilling=backfilling
        )

    async def _write(self, changes: list[Breach]) -> None:
        await self._writer.write(changes)
        self._judge.record(changes)
        for breach in changes:
            self._metrics.records.labels(breach.state).inc()
        self._metrics.show_active(self._judge.active())


def effective_day(
    today: date, latest_day: int | None, last_counted: datetime | None, now: datetime
) -> date:
    """How far a company's events have progressed: their latest day (since 1970) until they are quiet, then `today`."""
    if latest_day is None or last_counted is None or now - last_counted >= QUIET_PERIOD:
        return today
    return min(today, local_date(latest_day))


def utc_now() -> datetime:
    """The clock of the role."""
    return datetime.now(UTC)
