"""The Kafka publisher: packs events of one partition into one record and returns once the broker acknowledged it."""

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.partitioner import murmur2

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events import packs
from schemas.kafka import topics
from schemas.kafka.audit import AuditRecord
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.member_names import MemberName
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.kafka.publisher import EncodedEvent
from streams.ingest.metrics import GatewayMetrics

log = logging.getLogger(__name__)

LINGER_S = 0.01  # how long a pack waits for more events; the design allows 20 ms
PACK_BYTES = 900_000  # below the 1 MB record limit that brokers and clients expect
IN_FLIGHT_BYTES = 64_000_000  # beyond this, senders get 503


@dataclass(frozen=True, slots=True)
class _PendingRecord:
    key: bytes
    body: bytes
    done: asyncio.Future[None]
    group: object = None


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that Java clients, Faust and aiokafka's default partitioner assign to this key."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


class Packer:
    """The Kafka publisher. `deadline_s` limits how long a request waits for its acknowledgements."""

    def __init__(
        self, supervisor: ProducerSupervisor, metrics: GatewayMetrics, deadline_s: float
    ) -> None:
        """Start no task before `start`."""
        self._supervisor = supervisor
        self._metrics = metrics
        self._deadline_s = deadline_s
        self._queues: dict[int, _PartitionQueue] = {}
        self._bytes = 0

    async def start(self) -> None:
        """Connect to the broker in the background."""
        await self._supervisor.open()

    async def stop(self) -> None:
        """Flush the queues, then disconnect."""
        for queue in self._queues.values():
            await queue.stop(self._deadline_s)
        await self._supervisor.close()

    def ready(self) -> bool:
        """Return whether the broker answers."""
        return self._supervisor.up

    async def publish(self, events: Sequence[EncodedEvent]) -> None:
        """Return when every event is acknowledged.

        On Unavailable some events may have been acknowledged; a retry is safe.
        """
        if not events:
            return
        _, partitions = self._supervisor.producer()
        self._require_capacity(sum(len(event.body) for event in events))
        group = object()
        records = [self._pending(event.key, event.body, group) for event in events]
        for record in records:
            self._queue_for(partition_of(record.key, partitions)).put(record)
        await self._wait_for_acks([record.done for record in records])

    async def quarantine(self, entry: QuarantineEntry) -> None:
        """Return when the broker has acknowledged the entry."""
        value = entry.model_dump_json(exclude_none=True).encode()
        key = (entry.tenant or "").encode()
        await self._send_single(topics.QUARANTINE.name, key, value, "quarantine_not_acknowledged")

    async def record_action(self, action: BreachAction) -> None:
        """Return when the broker has acknowledged the action."""
        value = action.model_dump_json().encode()
        name = topics.BREACH_ACTIONS.name
        await self._send_single(name, action.key, value, "action_not_acknowledged")

    async def record_audit(self, record: AuditRecord) -> None:
        """Return when the broker has acknowledged the record."""
        value = record.model_dump_json().encode()
        name = topics.AUDIT_LOG.name
        await self._send_single(name, record.key, value, "audit_not_acknowledged")

    async def _send_single(self, topic: str, key: bytes, value: bytes, failure_reason: str) -> None:
        """Send one record; raise Unavailable with `failure_reason`."""
        producer, _ = self._supervisor.producer()
        self._require_capacity(len(value))
        record = self._pending(key, value)
        try:
            async with asyncio.timeout(self._deadline_s):
                await producer.send(topic, record.key, value, None)
        except (TimeoutError, Unavailable) as error:
            self._supervisor.mark_failed(producer)
            raise Unavailable(failure_reason) from error
        finally:
            record.done.cancel()

    async def report_health(self, counts: Sequence[HealthCount]) -> None:
        """Return when the broker has acknowledged every count."""
        records = [(count.key(), count.model_dump_json().encode()) for count in counts]
        await self._send_all(topics.CONNECTION_HEALTH.name, records, "health_not_acknowledged")

    async def report_names(self, names: Sequence[MemberName]) -> None:
        """Return when the broker has acknowledged every name."""
        records = [(name.key, name.model_dump_json().encode()) for name in names]
        await self._send_all(topics.MEMBERS.name, records, "names_not_acknowledged")

    async def _send_all(
        self, topic: str, records: Sequence[tuple[bytes, bytes]], failure_reason: str
    ) -> None:
        producer, _ = self._supervisor.producer()
        sends = [producer.send(topic, key, value, None) for key, value in records]
        try:
            async with asyncio.timeout(self._deadline_s):
                await asyncio.gather(*sends)
        except TimeoutError as error:
            self._supervisor.mark_failed(producer)
            raise Unavailable(failure_reason) from error

    def _require_capacity(self, size: int) -> None:
        if self._bytes + size > IN_FLIGHT_BYTES:
            raise Unavailable("in_flight_bytes", "too much is waiting for the broker")

    def _pending(self, key: bytes, body: bytes, group: object = None) -> _PendingRecord:
        self._add_in_flight(len(body))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda _: self._add_in_flight(-len(body)))
        return _PendingRecord(key, body, done, group)

    def _add_in_flight(self, size: int) -> None:
        self._bytes += size
        self._metrics.in_flight.set(self._bytes)

    def _queue_for(self, partition: int) -> "_PartitionQueue":
        if partition not in self._queues:
            self._queues[partition] = _PartitionQueue(
                partition, self._supervisor, self._metrics, 2 * self._deadline_s
            )
        return self._queues[partition]

    async def _wait_for_acks(self, futures: list[asyncio.Future[None]]) -> None:
        done, pending = await asyncio.wait(futures, timeout=self._deadline_s)
        for future in pending:
            future.cancel()  # a queue that has not sent it yet skips it
        failed = [error for future in done if (error := future.exception()) is not None]
        if pending:
            raise Unavailable("deadline", "the broker did not acknowledge in time")
        if failed:
            raise failed[0]


class _PartitionQueue:
    """The queue of one partition: one pack in flight, so order is kept and a slow broker gets larger packs, not more."""

    def __init__(
        self,
        partition: int,
        supervisor: ProducerSupervisor,
        metrics: GatewayMetrics,
        send_timeout_s: float,
    ) -> None:
        self._partition = partition
        self._supervisor = supervisor
        self._metrics = metrics
        self._send_timeout_s = send_timeout_s  # after this the producer is replaced
        self._queue: deque[_PendingRecord] = deque()
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"partition queue {partition}")

    def put(self, record: _PendingRecord) -> None:
        self._queue.append(record)
        self._wake.set()

    async def stop(self, deadline_s: float) -> None:
        waiting = [record.done for record in self._queue if not record.done.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=deadline_s)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(LINGER_S)
            while self._queue:
                pack = self._next_pack()
                if pack:
                    await self._deliver_pack(pack)
            self._wake.clear()

    def _next_pack(self) -> list[_PendingRecord]:
        """The next records that fit; those of one request are kept together, so that they keep their order for the fold."""
        pack: list[_PendingRecord] = []
        size = 0
        while self._queue and len(pack) < packs.MAX_EVENTS:
            if pack and self._queue[0].group is not pack[-1].group and not self._fits(pack, size):
                break
            size += len(self._queue[0].body) + 1
            if pack and size > PACK_BYTES:
                break
            record = self._queue.popleft()
            if not record.done.done():
                pack.append(record)
        return pack

    def _fits(self, pack: list[_PendingRecord], size: int) -> bool:
        """Whether all records of the request at the head of the queue fit behind those in the pack."""
        group = self._queue[0].group
        together = list(itertools.takewhile(lambda record: record.group is group, self._queue))
        size += sum(len(record.body) + 1 for record in together)
        return len(pack) + len(together) <= packs.MAX_EVENTS and size <= PACK_BYTES

    async def _deliver_pack(self, pack: list[_PendingRecord]) -> None:
        failure: Unavailable | None = None
        try:
            await self._send_pack(pack)
        except Unavailable as error:
            failure = error
        except Exception as error:
            # This loop owns the partition: it fails the pack, so that its senders retry, and continues.
            log.exception("pack failed", extra={"partition": self._partition})
            failure = Unavailable("pack_failed", type(error).__name__)
        for record in pack:
            if record.done.done():
                continue
            if failure is None:
                record.done.set_result(None)
            else:
                record.done.set_exception(failure)

    async def _send_pack(self, pack: list[_PendingRecord]) -> None:
        producer, _ = self._supervisor.producer()
        value = packs.encode([record.body for record in pack])
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await producer.send(
                    topics.CANDIDATE_EVENTS.name, pack[0].key, value, self._partition
                )
        except (TimeoutError, Unavailable) as error:
            self._supervisor.mark_failed(producer)
            raise Unavailable("not_acknowledged", type(error).__name__) from error
        self._metrics.packs.inc()
