"""The watch: follows the cells of the live epoch and writes what becomes of breaches.

It keeps nothing: what it knows is what `kpi-breaches` and the cells say, so a crash costs a second reading and nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from schemas.alerting.breach import Breach
from schemas.alerting.rules import AlertRules
from schemas.errors import Malformed
from schemas.kafka.epochs import Epoch
from schemas.kafka.topics import EPOCHS, KPI_CELLS
from schemas.planning.periods import day_of
from schemas.tenants.config import Tenancy
from sinks.metrics import WatchMetrics
from streams.alerting.breach_log import (
    BreachWriter,
    all_breaches,
    consumer_of,
    last_heard,
    up_to_now,
)
from streams.alerting.cells import CellSums, KpiSeries
from streams.alerting.judge import Judge
from streams.configuration.alerts import load_alerts
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs

log = logging.getLogger(__name__)

# A company of which nothing has been counted for so long has told all that there is: then its day is that of the clock. Until then
# it is the latest day that its events have told, or a past that is being brought in would look like cases that wait till today.
QUIET = timedelta(seconds=60)
LOOK_S = 1.0  # how often the day and the files are looked at while nothing comes
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The rules in force, the companies they are about, and when their files were written.

    They are `stale` while the files say something that cannot be used, or are away.
    """

    rules: AlertRules
    tenancy: Tenancy
    stamps: tuple[float, ...]
    stale: bool = False

    def today(self, clock: Clock) -> Callable[[str], date]:
        """The local day of a company."""
        now = clock()
        zones = {tenant.id: ZoneInfo(tenant.timezone) for tenant in self.tenancy.tenants}
        days = {name: now.astimezone(zone).date() for name, zone in zones.items()}
        return days.__getitem__


async def watch(settings: Settings, metrics: WatchMetrics, clock: Clock) -> None:
    """Watch for ever; any failure raises, and the next process starts from what stands in Kafka."""
    writer = BreachWriter(settings.kafka)
    await writer.start()
    held: Watched | None = None
    try:
        while True:
            held = watched(settings, held)
            metrics.configuration_stale.set(held.stale)
            live = kafka_epochs.live(await asyncio.to_thread(kafka_epochs.read, settings.kafka))
            number = 0 if live is None else live.number
            log.info("watching", extra={"epoch": number, "rules": len(held.rules.rules)})
            await _Round(settings, metrics, clock, held, writer).run(number)
    finally:
        await writer.stop()


def watched(settings: Settings, held: Watched | None) -> Watched:
    """The rules of the files; what cannot be used, or is away, is said, and the rules that were in force stay, if there were any."""
    stamps = _stamps(settings)
    try:
        tenancy = load_tenancy(settings.config)
        if not settings.alerts.exists() and not (held and held.rules.rules):
            log.warning("nothing is watched", extra={"missing": str(settings.alerts)})
            return Watched(rules=AlertRules(rules=()), tenancy=tenancy, stamps=stamps)
        rules = load_alerts(settings.alerts, tenancy)
    except Misconfigured as problem:
        if held is None:
            raise
        log.warning("alert rules not taken up", extra={"reason": str(problem)[:500]})
        return Watched(rules=held.rules, tenancy=held.tenancy, stamps=stamps, stale=True)
    return Watched(rules=rules, tenancy=tenancy, stamps=stamps)


def _stamps(settings: Settings) -> tuple[float, ...]:
    def stamp(path: Path) -> float:
        return path.stat().st_mtime if path.exists() else 0.0

    return (stamp(settings.config), stamp(settings.alerts))


class _Round:
    """One epoch under one set of rules, until either changes."""

    def __init__(
        self,
        settings: Settings,
        metrics: WatchMetrics,
        clock: Clock,
        held: Watched,
        writer: BreachWriter,
    ) -> None:
        self._settings, self._metrics, self._clock = settings, metrics, clock
        self._held, self._writer = held, writer
        self._sums = CellSums(held.rules)
        self._judge = Judge(held.rules, held.tenancy)
        self._epochs: dict[int, Epoch] = {}
        self._counted: dict[str, datetime] = {}

    async def run(self, number: int) -> None:
        """Read everything, judge it once, then judge what changes."""
        self._judge.note(await all_breaches(self._settings.kafka))
        topic = KPI_CELLS.in_epoch(number).name
        consumer = await consumer_of(self._settings.kafka, topic, EPOCHS.name)
        try:
            async for record in up_to_now(consumer):
                self._take(record)
            await self._write(self._judge.withdrawn(self._clock()))
            days = self._days()
            await self._look(None, days)
            self._metrics.ready.set(1)
            await self._follow(consumer, number, days)
        finally:
            await consumer.stop()

    async def _follow(self, consumer: Any, number: int, days: Mapping[str, date]) -> None:
        while self._still(number):
            found = await consumer.getmany(timeout_ms=int(LOOK_S * 1000))
            touched = [
                series
                for records in found.values()
                for each in records
                for series in self._take(each)
            ]
            everything = days != (days := self._days())
            if touched or everything:
                await self._look(None if everything else touched, days)
            if heard := last_heard(consumer):
                self._metrics.looked.set(heard)

    def _take(self, record: Any) -> list[KpiSeries]:
        if record.topic == EPOCHS.name:
            epoch = Epoch.model_validate_json(record.value)
            self._epochs[epoch.number] = epoch
            return []
        try:
            touched = self._sums.take(record.partition, record.key, record.value)
        except Malformed as problem:
            self._metrics.unreadable.inc()
            log.warning("cell not watched", extra={"reason": str(problem)[:200]})
            return []
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        for tenant in {series.tenant for series in touched}:  # partitions come in any order
            self._counted[tenant] = max(at, self._counted.get(tenant, at))
        return touched

    def _still(self, number: int) -> bool:
        """Whether the epoch is live and the rules are those of the files."""
        live = kafka_epochs.live(self._epochs)
        return (live is None or live.number == number) and self._held.stamps == _stamps(
            self._settings
        )

    def _days(self) -> dict[str, date]:
        """The day of each company: a new one, or one that has come by silence, is a tick."""
        today, now = self._held.today(self._clock), self._clock()
        return {
            tenant.id: reached(
                today(tenant.id), self._sums.latest(tenant.id), self._counted.get(tenant.id), now
            )
            for tenant in self._held.tenancy.tenants
        }

    async def _look(self, touched: list[KpiSeries] | None, days: Mapping[str, date]) -> None:
        await self._write(self._changes(touched, days))

    def _changes(self, touched: list[KpiSeries] | None, days: Mapping[str, date]) -> list[Breach]:
        """The records to write."""
        today = self._held.today(self._clock)
        behind = {tenant for tenant, day in days.items() if day < today(tenant)}
        return self._judge.changes(
            self._sums, touched, days.__getitem__, self._clock(), behind=behind
        )

    async def _write(self, changes: list[Breach]) -> None:
        await self._writer.write(changes)
        self._judge.note(changes)
        for each in changes:
            self._metrics.records.labels(each.state).inc()
        self._metrics.show(self._judge.active())


def reached(today: date, latest: int | None, counted: datetime | None, now: datetime) -> date:
    """How far a company's events have told: until they are quiet the latest day of theirs (since 1970), then `today`."""
    if latest is None or counted is None or now - counted >= QUIET:
        return today
    return min(today, day_of(latest))


def utc_now() -> datetime:
    """The clock of the role."""
    return datetime.now(UTC)
