"""Writes records of one topic in order, where wanted at the offsets that they had."""

from collections import deque
from typing import Any

from schemas.errors import Unavailable
from schemas.kafka.topics import Topic
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

WINDOW = 2_000  # records on their way to the broker

Value = tuple[bytes | None, bytes | None]  # key and value of a record


class RecordWriter:
    """Writes records of one topic in order, a window of them at a time."""

    def __init__(self, access: KafkaAccess, topic: Topic) -> None:
        """Connect."""
        self._topic = topic
        self._producer = clients.producer(
            access,
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            max_request_size=clients.MAX_REQUEST_BYTES,
        )
        self._pending: deque[tuple[int | None, Any]] = deque()
        self._next: dict[int, int] = {}

    def write(self, record: Any, value: Value | None, *, keeps_offset: bool) -> None:
        """Write a changed record of the source; raise Unavailable if its offset cannot be kept."""
        expected = self._next.get(record.partition, 0) if keeps_offset else None
        if keeps_offset and (value is None or record.offset != expected):
            place = f"{record.topic}/{record.partition}"
            raise Unavailable(
                "kafka", f"{place} lacks the record {expected}: it cannot be rewritten"
            )
        if value is None:
            return
        self._next[record.partition] = record.offset + 1
        key, body = value
        future = self._producer.send(
            self._topic.name,
            body,
            key=key,
            headers=list(record.headers),
            partition=record.partition,
            timestamp_ms=record.timestamp,
        )
        self._pending.append((expected, future))
        if len(self._pending) > WINDOW:
            self._check_first()

    def finish(self) -> None:
        """Return once the broker has every record."""
        self._producer.flush()
        while self._pending:
            self._check_first()

    def _check_first(self) -> None:
        expected, future = self._pending.popleft()
        offset = future.get(timeout=60).offset
        if expected is not None and offset != expected:
            raise Unavailable(
                "kafka", f"a record of {self._topic.name} landed at {offset}, not {expected}"
            )

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()
