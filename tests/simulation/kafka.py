"""A broker in memory behind the interfaces of aiokafka: logs with compaction, and clients whose requests take time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from tests.simulation.virtual_time import Clock, VirtualLoop

MAX_BATCH_ROWS = 6  # small, so that a write of many rows lands in several pieces
MAX_FETCH_RECORDS = 20

Rows = list[tuple[bytes | None, bytes | None]]


class Record(NamedTuple):
    """One record of a log; `at` is when it was appended."""

    offset: int
    key: bytes | None
    value: bytes | None
    at: float


@dataclass
class Log:
    """One partition of a topic; offsets stay when compaction removes records."""

    records: list[Record] = field(default_factory=list)
    end: int = 0

    def append(self, rows: Rows, at: float) -> int:
        """Append rows; return the offset of the first."""
        first = self.end
        self.records += [Record(first + n, *row, at) for n, row in enumerate(rows)]
        self.end += len(rows)
        return first

    def read(self, offset: int, count: int) -> list[Record]:
        """Return the next records from an offset on."""
        return [record for record in self.records if record.offset >= offset][:count]

    def compact(self, until: float) -> None:
        """Keep the last record of every key among those appended until then, and all later ones."""
        last = {record.key: record.offset for record in self.records if record.at <= until}
        self.records = [r for r in self.records if r.at > until or last[r.key] == r.offset]


@dataclass
class Broker:
    """All logs, and how long a request takes."""

    clock: Clock
    dice: Random
    logs: dict[tuple[str, int], Log] = field(default_factory=dict)
    slow_until: float = 0.0
    silent_until: float = 0.0  # when the last frozen or cut-off process could be heard again
    on_append: Callable[[str, int, Rows, VirtualLoop | None], None] = lambda *_: None

    def log(self, topic: str, partition: int) -> Log:
        """Return the log of a partition."""
        return self.logs.setdefault((topic, partition), Log())

    def append(
        self, topic: str, partition: int, rows: Rows, writer: VirtualLoop | None = None
    ) -> int:
        """Append rows of a process, or of none that is simulated; return the offset of the first."""
        first = self.log(topic, partition).append(rows, self.clock.now)
        self.on_append(topic, partition, rows, writer)
        return first

    def latency(self) -> float:
        """Return how long one way of a request takes, in seconds; while the broker is slow, much longer."""
        slowness = self.dice.uniform(1.0, 12.0) if self.clock.now < self.slow_until else 0.0
        return self.dice.expovariate(50) + slowness * (self.dice.random() < 0.3)


@dataclass(frozen=True)
class Access:
    """How a process reaches the broker: stands in for `KafkaAccess`."""

    broker: Broker
    loop: VirtualLoop

    def request(self, carry_out: Callable[[], Any]) -> "asyncio.Future[Any]":
        """Send a request: carried out unless the process ends before it was sent, answered unless it has ended since."""
        clock, answer = self.broker.clock, self.loop.create_future()

        def arrive() -> None:
            result = carry_out()
            clock.call_at(self._travelled(), lambda: respond(result), self.loop)

        def respond(result: Any) -> None:
            if not answer.done():
                answer.set_result(result)

        def send() -> None:
            clock.call_at(self._travelled(), arrive)

        clock.call_at(clock.now + self.broker.dice.expovariate(200), send, self.loop)
        return answer

    def _travelled(self) -> float:
        """Return when what is sent now arrives at the other side."""
        return max(self.broker.clock.now, self.loop.cut_off_until) + self.broker.latency()


class Landed(NamedTuple):
    """The acknowledgement of a batch."""

    offset: int


@dataclass
class Batch:
    """A batch that a producer fills."""

    rows: Rows = field(default_factory=list)

    def append(
        self, *, key: bytes, value: bytes, timestamp: int, headers: Sequence[Any] = ()
    ) -> object | None:
        """Add a row, whose headers no simulated reader needs; return None when the batch is full."""
        if len(self.rows) == MAX_BATCH_ROWS:
            return None
        self.rows.append((key, value))
        return self

    def record_count(self) -> int:
        """Return the number of rows."""
        return len(self.rows)


class Producer:
    """An idempotent producer: the batches of one partition land in order, each once."""

    def __init__(self, access: Access, **_: Any) -> None:
        """Connect at once."""
        self._access = access
        self._last: dict[tuple[str, int], asyncio.Future[Any]] = {}

    async def start(self) -> None:
        """Connect."""

    async def stop(self) -> None:
        """Disconnect."""

    def create_batch(self) -> Batch:
        """Return an empty batch."""
        return Batch()

    async def send_batch(
        self, batch: Batch, topic: str, *, partition: int
    ) -> "asyncio.Future[Landed]":
        """Send a batch; the returned future is its acknowledgement."""
        return self._send(topic, partition, batch.rows)

    async def send_and_wait(self, topic: str, *, key: bytes, value: bytes) -> Landed:
        """Send one record to some partition."""
        return await self._send(topic, 0, [(key, value)])

    def _send(self, topic: str, partition: int, rows: list[Any]) -> "asyncio.Future[Landed]":
        before = self._last.get((topic, partition))
        loop, broker = self._access.loop, self._access.broker

        async def land_in_order() -> Landed:
            if before is not None:
                await before
            return Landed(
                await self._access.request(lambda: broker.append(topic, partition, rows, loop))
            )

        sent = self._last[topic, partition] = loop.create_task(land_in_order())
        return asyncio.shield(sent)  # who no longer waits for a batch does not take it back


class Consumer:
    """A consumer of assigned partitions, as recovery uses it."""

    def __init__(self, access: Access, *_: str, **__: Any) -> None:
        """Connect at once."""
        self._access = access
        self._positions: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connect."""

    async def stop(self) -> None:
        """Disconnect."""

    def assign(self, tps: list[TopicPartition]) -> None:
        """Read these partitions."""
        self._positions = dict.fromkeys(tps, 0)

    def assignment(self) -> set[TopicPartition]:
        """Return the partitions."""
        return set(self._positions)

    def pause(self, *_: TopicPartition) -> None:
        """Do nothing: records are fetched by partition."""

    def resume(self, *_: TopicPartition) -> None:
        """Do nothing: records are fetched by partition."""

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Read on from an offset."""
        self._positions[tp] = offset

    async def position(self, tp: TopicPartition) -> int:
        """Return the offset to read next."""
        return self._positions[tp]

    def _log(self, tp: TopicPartition) -> Log:
        return self._access.broker.log(tp.topic, tp.partition)

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offsets of the next records."""
        return await self._access.request(lambda: {tp: self._log(tp).end for tp in tps})

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the first offsets."""
        return dict.fromkeys(tps, 0)

    async def getmany(
        self, tp: TopicPartition, *, timeout_ms: int
    ) -> dict[TopicPartition, list[Record]]:
        """Return the next records of a partition."""
        offset = self._positions[tp]
        records = await self._access.request(lambda: self._log(tp).read(offset, MAX_FETCH_RECORDS))
        if records:
            self._positions[tp] = records[-1].offset + 1
        return {tp: records}
