"""Faust's Kafka consumer, made to read every partition from exactly where its last owner stopped, and its flow."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import faust
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from schemas.kafka.topics import CANDIDATE_EVENTS

PositionsSought = Callable[[Mapping[int, int]], Awaitable[None]]


class SeekingConsumer(Consumer):
    """Also seeks where nothing is committed yet: to the beginning.

    While partitions are assigned, Faust drops what it has fetched and relies on the seek to read it again; the superclass
    does not seek a partition without a committed offset, so its first records would be lost.
    """

    async def perform_seek(self) -> None:
        """Seek every source partition, and tell the transport's `on_sought` the offset of its next record."""
        await super().perform_seek()
        changelogs = self.app.tables.changelog_topics
        sources = {tp for tp in self.assignment() if tp.topic not in changelogs}
        offsets = {tp: self._read_offset.get(tp) or 0 for tp in sources}
        uncommitted = [tp for tp, offset in offsets.items() if offset == 0]
        if uncommitted:
            beginnings = await self.earliest_offsets(*uncommitted)
            await self.seek_wait(beginnings)
            offsets.update({TP(*tp): offset for tp, offset in beginnings.items()})
        transport = cast("SeekingTransport", self.transport)  # nothing else creates this class
        await transport.on_sought({tp.partition: offset for tp, offset in offsets.items()})


class SeekingTransport(Transport):
    """Creates `SeekingConsumer`s."""

    Consumer = SeekingConsumer
    on_sought: PositionsSought

    @classmethod
    def install(cls, app: faust.App, on_sought: PositionsSought) -> None:
        """Let the application read through this transport."""
        transport: Any = cls(app.conf.broker_consumer, app)
        transport.on_sought = on_sought
        app.transport = transport


class FaustSource:
    """The records that an agent reads, as the funnel sees them."""

    def __init__(self, app: faust.App, stream: faust.Stream[bytes]) -> None:
        """`stream` leaves acknowledging to its reader."""
        self._app, self.acknowledge = app, stream.ack

    def pause(self, partition: int) -> None:
        """Read no more of a partition; records that were read before may still arrive."""
        self._app.consumer.pause_partitions({TP(CANDIDATE_EVENTS.name, partition)})

    def resume(self, partition: int) -> None:
        """Read a paused partition again; while partitions are assigned, Faust resumes what it assigns."""
        if not self._app.rebalancing:
            self._app.consumer.resume_partitions({TP(CANDIDATE_EVENTS.name, partition)})
