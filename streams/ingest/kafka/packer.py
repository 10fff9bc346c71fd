"""Packs events that share a partition into one Kafka record, and says so only when the broker has it."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.partitioner import murmur2

from schemas.alerting.actions import BreachAction
from schemas.errors import Unavailable
from schemas.events import packs
from schemas.events.envelope import Event
from schemas.kafka import topics
from schemas.kafka.connection_health import HealthCount
from schemas.kafka.quarantine import SetAside
from streams.ingest.kafka.producer_supervisor import ProducerSupervisor
from streams.ingest.metrics import GatewayMetrics

log = logging.getLogger(__name__)

LINGER_S = 0.01  # a pack waits this long for company; the design allows 20 ms
PACK_BYTES = 900_000  # below the 1 MB that brokers and clients expect of a record
IN_FLIGHT_BYTES = 64_000_000  # beyond this the sender is asked to come back


@dataclass(frozen=True, slots=True)
class _Item:
    key: bytes
    body: bytes
    done: asyncio.Future[None]


def encode(event: Event) -> bytes:
    """The event as it stands in a pack."""
    return event.model_dump_json(exclude_none=True).encode()


def key_of(event: Event) -> bytes:
    """What decides the partition: events of one key stay in order."""
    return f"{event.tenant}/{event.subject}".encode()


def partition_of(key: bytes, partitions: int) -> int:
    """The partition that Java clients, Faust and aiokafka's default partitioner give this key."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


class Packer:
    """The real publisher. `deadline_s` is the longest that a request waits for its acknowledgements."""

    def __init__(
        self, link: ProducerSupervisor, metrics: GatewayMetrics, deadline_s: float
    ) -> None:
        """Nothing runs before `start`."""
        self._link = link
        self._metrics = metrics
        self._deadline_s = deadline_s
        self._lanes: dict[int, _Lane] = {}
        self._bytes = 0

    async def start(self) -> None:
        """Look for the broker in the background."""
        await self._link.open()

    async def stop(self) -> None:
        """Send what is queued, then disconnect."""
        for lane in self._lanes.values():
            await lane.stop(self._deadline_s)
        await self._link.close()

    def ready(self) -> bool:
        """Whether the broker answers."""
        return self._link.up

    async def accept(self, events: Sequence[Event]) -> None:
        """Return when every event is acknowledged; on Unavailable some may have been, which a retry repeats safely."""
        if not events:
            return
        _, partitions = self._link.producer()
        bodies = [encode(event) for event in events]
        self._room(sum(map(len, bodies)))
        items = [
            self._item(key_of(event), body) for event, body in zip(events, bodies, strict=True)
        ]
        for item in items:
            self._lane(partition_of(item.key, partitions)).put(item)
        await self._acknowledged([item.done for item in items])

    async def set_aside(self, entry: SetAside) -> None:
        """Return when the quarantine has the entry."""
        value = entry.model_dump_json(exclude_none=True).encode()
        key = (entry.tenant or "").encode()
        await self._alone(topics.QUARANTINE.name, key, value, "quarantine_not_acknowledged")

    async def note(self, action: BreachAction) -> None:
        """Return when the broker has the action."""
        value = action.model_dump_json().encode()
        name = topics.BREACH_ACTIONS.name
        await self._alone(name, action.key, value, "action_not_acknowledged")

    async def _alone(self, topic: str, key: bytes, value: bytes, otherwise: str) -> None:
        """Send one record; raise Unavailable for the reason `otherwise`."""
        producer, _ = self._link.producer()
        self._room(len(value))
        item = self._item(key, value)
        try:
            async with asyncio.timeout(self._deadline_s):
                await producer.send(topic, item.key, value, None)
        except (TimeoutError, Unavailable) as error:
            self._link.distrust(producer)
            raise Unavailable(otherwise) from error
        finally:
            item.done.cancel()

    async def report(self, counts: Sequence[HealthCount]) -> None:
        """Return when the broker has every count."""
        producer, _ = self._link.producer()
        sends = [
            producer.send(
                topics.CONNECTION_HEALTH.name, each.key(), each.model_dump_json().encode(), None
            )
            for each in counts
        ]
        try:
            async with asyncio.timeout(self._deadline_s):
                await asyncio.gather(*sends)
        except TimeoutError as error:
            self._link.distrust(producer)
            raise Unavailable("health_not_acknowledged") from error

    def _room(self, size: int) -> None:
        if self._bytes + size > IN_FLIGHT_BYTES:
            raise Unavailable("in_flight_bytes", "too much is waiting for the broker")

    def _item(self, key: bytes, body: bytes) -> _Item:
        self._count(len(body))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda _: self._count(-len(body)))
        return _Item(key, body, done)

    def _count(self, size: int) -> None:
        self._bytes += size
        self._metrics.in_flight.set(self._bytes)

    def _lane(self, partition: int) -> "_Lane":
        if partition not in self._lanes:
            self._lanes[partition] = _Lane(
                partition, self._link, self._metrics, 2 * self._deadline_s
            )
        return self._lanes[partition]

    async def _acknowledged(self, futures: list[asyncio.Future[None]]) -> None:
        done, pending = await asyncio.wait(futures, timeout=self._deadline_s)
        for future in pending:
            future.cancel()  # a lane that has not sent it yet passes over it
        failed = [error for future in done if (error := future.exception()) is not None]
        if pending:
            raise Unavailable("deadline", "the broker did not acknowledge in time")
        if failed:
            raise failed[0]


class _Lane:
    """One partition: one pack at a time, so that order holds and a slow broker makes larger packs, not more."""

    def __init__(
        self, partition: int, link: ProducerSupervisor, metrics: GatewayMetrics, patience_s: float
    ) -> None:
        self._partition = partition
        self._link = link
        self._metrics = metrics
        self._patience_s = patience_s  # after which the producer is given up: the watchdog
        self._queue: deque[_Item] = deque()
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"lane {partition}")

    def put(self, item: _Item) -> None:
        self._queue.append(item)
        self._wake.set()

    async def stop(self, deadline_s: float) -> None:
        waiting = [item.done for item in self._queue if not item.done.done()]
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
                pack = self._take()
                if pack:
                    await self._deliver(pack)
            self._wake.clear()

    def _take(self) -> list[_Item]:
        pack: list[_Item] = []
        size = 0
        while self._queue and len(pack) < packs.LARGEST:
            size += len(self._queue[0].body) + 1
            if pack and size > PACK_BYTES:
                break
            item = self._queue.popleft()
            if not item.done.done():
                pack.append(item)
        return pack

    async def _deliver(self, pack: list[_Item]) -> None:
        failure: Unavailable | None = None
        try:
            await self._send(pack)
        except Unavailable as error:
            failure = error
        except Exception as error:
            # This loop owns the partition: it fails the pack, so that its senders retry, and goes on.
            log.exception("pack failed", extra={"partition": self._partition})
            failure = Unavailable("pack_failed", type(error).__name__)
        for item in pack:
            if item.done.done():
                continue
            if failure is None:
                item.done.set_result(None)
            else:
                item.done.set_exception(failure)

    async def _send(self, pack: list[_Item]) -> None:
        producer, _ = self._link.producer()
        value = packs.encode([item.body for item in pack])
        try:
            async with asyncio.timeout(self._patience_s):
                await producer.send(
                    topics.CANDIDATE_EVENTS.name, pack[0].key, value, self._partition
                )
        except (TimeoutError, Unavailable) as error:
            self._link.distrust(producer)
            raise Unavailable("not_acknowledged", type(error).__name__) from error
        self._metrics.packs.inc()
