"""A publisher that keeps on disk what Kafka does not take, and hands it over in order once Kafka does."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TypeVar

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.kafka.audit import AuditRecord
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.member_names import MemberName
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.kafka.publisher import EncodedEvent, Publisher
from streams.ingest.spool.drain import LaneDrain
from streams.ingest.spool.lanes import ACTIONS, AUDIT, EVENTS, LANES, QUARANTINE, SpoolLane
from streams.ingest.spool.spool import Spool

log = logging.getLogger(__name__)

Value = TypeVar("Value")


class SpooledPublisher:
    """Returns once Kafka has acknowledged a record or the spool has it on disk.

    After a failure Kafka may have a record that the spool holds too; it counts once, because its ids are those of its content.
    """

    def __init__(self, kafka: Publisher, spool: Spool) -> None:
        """Start nothing before `start`."""
        self._kafka = kafka
        self._spool = spool
        self._drains = {lane.name: LaneDrain(lane, spool, kafka) for lane in LANES}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start both, and drain what an earlier process left."""
        await self._kafka.start()
        await self._spool.start()
        self._tasks = [
            asyncio.create_task(drain.run(), name=f"spool drain {name}")
            for name, drain in self._drains.items()
        ]

    async def stop(self) -> None:
        """Stop; what the spool holds is drained by the next process."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._spool.stop()
        await self._kafka.stop()

    async def publish(self, events: Sequence[EncodedEvent]) -> None:
        """Return only after every event is stored; raise Unavailable."""
        if events:
            await self._store(EVENTS, events)

    async def quarantine(self, entry: QuarantineEntry) -> None:
        """Return only after the entry is stored; raise Unavailable."""
        await self._store(QUARANTINE, entry)

    async def record_action(self, action: BreachAction) -> None:
        """Return only after the action is stored; raise Unavailable."""
        await self._store(ACTIONS, action)

    async def record_audit(self, record: AuditRecord) -> None:
        """Return only after the record is stored; raise Unavailable."""
        await self._store(AUDIT, record)

    async def report_health(self, counts: Sequence[HealthCount]) -> None:
        """Pass the counts to Kafka: they are totals, so that the next ones replace those that are lost."""
        await self._kafka.report_health(counts)

    async def report_names(self, names: Sequence[MemberName]) -> None:
        """Pass the names to Kafka: those that are lost come with later deliveries."""
        await self._kafka.report_names(names)

    def ready(self) -> bool:
        """Return whether Kafka answers or the spool has room."""
        return self._kafka.ready() or self._spool.has_room()

    async def _store(self, lane: SpoolLane[Value], value: Value) -> None:
        await self._drains[lane.name].gate.wait()
        if not self._spool.count(lane.name):
            try:
                await lane.send(self._kafka, value)
            except Unavailable as error:
                # Once an outage: what follows goes straight to the spool until it is empty.
                log.warning("spool used", extra={"lane": lane.name, "reason": error.reason})
            else:
                return
        await self._spool.append(lane.name, lane.encode(value))
