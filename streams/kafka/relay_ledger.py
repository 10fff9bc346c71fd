"""Reads the topic `relay-ledger` as a whole."""

from collections.abc import AsyncIterator

from schemas.errors import Malformed
from schemas.kafka.topics import RELAY_LEDGER
from schemas.relay.entries import Record
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.committed_reader import read_to_end, start_consumer


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
