"""The topic of the ledger: written by one relay in transactions, together with how far it has read the events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS, RELAY_LEDGER
from schemas.relay.entries import Record
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.committed_reader import read_to_end, start_consumer
from streams.kafka.transactional import TransactionalWriter

TRANSACTIONAL_ID = "hirelay-relay"
GROUP = "hirelay-relay"  # whose offsets are committed in the same transactions as the records


class LedgerWriter:
    """The only writer of the ledger."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open no connection before `start`."""
        self._writer = TransactionalWriter(access, TRANSACTIONAL_ID)

    async def start(self) -> None:
        """Fence every earlier writer. Raises Unavailable."""
        await self._writer.start()

    async def write(self, records: Sequence[Record], positions: Mapping[Any, int]) -> None:
        """Write all records and the positions behind them, or nothing; any failure raises, and the relay restarts."""
        pairs = ((record.key, encode_record(record)) for record in records)
        await self._writer.write(RELAY_LEDGER.name, pairs, positions, GROUP)

    async def event_partitions(self) -> list[TopicPartition]:
        """The partitions of the events; raise Unavailable without the topic."""
        numbers = await self._writer.partitions(CANDIDATE_EVENTS.name)
        if not numbers:
            raise Unavailable("kafka", f"topic {CANDIDATE_EVENTS.name} does not exist")
        return [TopicPartition(CANDIDATE_EVENTS.name, number) for number in sorted(numbers)]

    async def stop(self) -> None:
        """Close the connection."""
        await self._writer.stop()


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
