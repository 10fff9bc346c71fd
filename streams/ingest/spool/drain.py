"""Moves the records of one lane from the spool to Kafka, in order."""

import asyncio
import logging
from typing import Any

from schemas.errors import Unavailable
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.spool.lanes import SpoolLane
from streams.ingest.spool.spool import Spool, SpoolBatch
from streams.ingest.spool.store import StoredRecord

log = logging.getLogger(__name__)

PAUSE_S = 1.0  # between attempts while Kafka or the disk does not answer
LAST_RECORDS = 1_000  # fewer are drained within moments, and new deliveries wait for them


class LaneDrain:
    """Drains one lane for as long as it runs.

    New records of the lane go behind those that are on disk. At the end `gate` closes for a moment: new deliveries wait
    until the lane is empty and then go to Kafka again, or a busy gateway would write to its disk for ever.
    """

    def __init__(self, lane: SpoolLane[Any], spool: Spool, kafka: Publisher) -> None:
        """Start with an open gate; `run` drains."""
        self._lane = lane
        self._spool = spool
        self._kafka = kafka
        self._acknowledged: set[tuple[int, int]] = set()  # file and number of records of the batch
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self) -> None:
        """Drain until cancelled; a batch that is interrupted is sent again, and counts once."""
        while True:
            await self._spool.until_any(self._lane.name)
            try:
                if self._kafka.ready():
                    await self._drain()
            except Unavailable as error:
                log.warning("spool waits", extra={"lane": self._lane.name, "reason": error.reason})
            except Exception:
                # This loop owns the lane: what was answered with success must not wait for a restart.
                log.exception("spool not drained", extra={"lane": self._lane.name})
            if self._spool.count(self._lane.name):
                await asyncio.sleep(PAUSE_S)

    async def _drain(self) -> None:
        """Empty the lane; raise Unavailable."""
        name, total = self._lane.name, 0
        try:
            while left := self._spool.count(name):
                if left <= LAST_RECORDS:
                    self.gate.clear()
                total += await self._drain_batch(await self._spool.read(name))
        finally:
            self.gate.set()
        log.info("spool drained", extra={"lane": name, "records": total})

    async def _drain_batch(self, batch: SpoolBatch) -> int:
        """Send a batch; remove the records before the first that Kafka has not acknowledged; raise Unavailable."""
        values = {record.number: self._decode(record) for record in batch.records}
        answers = await asyncio.gather(
            *(self._send(batch.file, number, value) for number, value in values.items()),
            return_exceptions=True,
        )
        failures = [n for n, answer in enumerate(answers) if isinstance(answer, BaseException)]
        records = batch.records[: failures[0]] if failures else batch.records
        damaged = [record.number for record in records if values[record.number] is None]
        await self._remove(SpoolBatch(batch.lane, records, batch.file), damaged)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        self._acknowledged.clear()
        return len(records)

    def _decode(self, record: StoredRecord) -> Any:
        """Return the value of a record, or None if it cannot be read."""
        try:
            return None if record.payload is None else self._lane.decode(record.payload)
        except ValueError:
            return None

    async def _send(self, file: int, number: int, value: Any) -> None:
        """Send a record, unless Kafka has it from an attempt in which one before it failed."""
        if value is None:
            log.error("spool record damaged", extra={"lane": self._lane.name, "record": number})
        elif (file, number) not in self._acknowledged:
            await self._lane.send(self._kafka, value)
            self._acknowledged.add((file, number))

    async def _remove(self, batch: SpoolBatch, damaged: list[int]) -> None:
        """Remove what Kafka has, however long the disk refuses: otherwise it would be sent again all that time.

        Meanwhile an empty lane is open, so that a full disk refuses nobody while Kafka answers.
        """
        self._spool.release(batch, damaged)
        while True:
            try:
                await self._spool.erase(batch, damaged)
            except Unavailable:
                self.gate.set()
                await asyncio.sleep(PAUSE_S)
            else:
                return
