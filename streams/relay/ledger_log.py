"""The topic of the ledger: written by one relay in transactions, together with how far it has read the events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS, RELAY_LEDGER
from schemas.relay.entries import Record
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka.committed_reader import read_to_end, start_consumer

TRANSACTIONAL_ID = "hirelay-relay"  # a producer that starts with it fences all earlier ones
GROUP = "hirelay-relay"  # whose offsets are committed in the same transactions as the records


class LedgerWriter:
    """A transactional writer; a relay that was replaced, frozen or cut off is fenced and can no longer write."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open no connection before `start`."""
        self._access = access
        self._producer: Any = None

    async def start(self) -> None:
        """Become the only writer: whatever is read after this is everything ever written. Raises Unavailable."""
        self._producer = clients.async_producer(
            self._access,
            transactional_id=TRANSACTIONAL_ID,
            transaction_timeout_ms=15_000,
            linger_ms=0,
            max_request_size=8_000_000,
        )
        await clients.start(self._producer, self._access)

    async def write(self, records: Sequence[Record], positions: Mapping[Any, int]) -> None:
        """Write all records and the positions behind them, or nothing; any failure raises, and the relay restarts."""
        async with self._producer.transaction():
            for record in records:
                await self._producer.send(
                    RELAY_LEDGER.name, key=record.key, value=encode_record(record)
                )
            if positions:
                await self._producer.send_offsets_to_transaction(dict(positions), GROUP)

    async def event_partitions(self) -> list[TopicPartition]:
        """The partitions of the events; raise Unavailable without the topic."""
        numbers = await self._producer.partitions_for(CANDIDATE_EVENTS.name)
        if not numbers:
            raise Unavailable("kafka", f"topic {CANDIDATE_EVENTS.name} does not exist")
        return [TopicPartition(CANDIDATE_EVENTS.name, number) for number in sorted(numbers)]

    async def stop(self) -> None:
        """Close the connection."""
        if self._producer is not None:
            await self._producer.stop()


async def read_ledger(access: KafkaAccess) -> AsyncIterator[Record]:
    """Yield every record of all companies in order; raise Unavailable, and Malformed for one that cannot be read."""
    consumer = await start_consumer(access, RELAY_LEDGER.name)
    try:
        async for message in read_to_end(consumer):
            yield decode_record(message.value)
    finally:
        await consumer.stop()


def encode_record(record: Record) -> bytes:
    """Encode one record."""
    return record.model_dump_json(exclude_none=True).encode()


def decode_record(value: bytes) -> Record:
    """Decode one record; raise Malformed."""
    try:
        return Record.model_validate_json(value)
    except ValueError as error:
        raise Malformed("relay_record", str(error)[:200]) from error
