"""The topic of the ledger: written by one relay in transactions, together with how far it has read the events."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from schemas.errors import Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS, RELAY_LEDGER
from schemas.relay.entries import Record
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.relay_ledger import encode_record
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
