"""The current quarantine: each entry once, in its latest state, with the record that contains it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.topics import QUARANTINE
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka.topic_reader import read_topic


@dataclass(frozen=True, kw_only=True)
class StoredEntry:
    """An entry and its position; later states are written to the same partition."""

    entry: QuarantineEntry
    key: bytes
    partition: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """Selects entries; an empty field matches all. `ids` are id prefixes."""

    ids: tuple[str, ...] = ()
    connection: str = ""
    reason: str = ""
    state: Literal["open", "replayed", "dropped", "all"] = "open"

    def matches(self, entry: QuarantineEntry) -> bool:
        """Return whether the entry is selected."""
        return (
            (not self.ids or any(entry.id.startswith(prefix) for prefix in self.ids))
            and self.connection in {"", entry.connection}
            and self.reason in {"", entry.reason}
            and self.state in {"all", entry.state}
        )


class Quarantine:
    """Reads and updates the quarantine topic; every method raises Unavailable while the broker does not answer."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open nothing before the first use."""
        self._access = access

    def read(self, entry_filter: EntryFilter) -> list[StoredEntry]:
        """Return the matching entries, oldest first; raise Malformed for an id prefix that matches none or several."""
        latest: dict[str, StoredEntry] = {}
        for record in read_topic(self._access, QUARANTINE):
            entry = _decode(record.value)
            if entry is not None:
                latest[entry.id] = StoredEntry(
                    entry=entry,
                    key=record.key or b"",
                    partition=record.partition,
                    offset=record.offset,
                )
        for prefix in entry_filter.ids:
            _require_single(
                [entry_id for entry_id in latest if entry_id.startswith(prefix)], prefix
            )
        entries = [stored for stored in latest.values() if entry_filter.matches(stored.entry)]
        return sorted(entries, key=lambda stored: (stored.entry.at, stored.entry.id))

    def update(self, updates: Iterable[tuple[StoredEntry, QuarantineEntry]]) -> None:
        """Write the new state of entries; return when the broker has acknowledged it."""
        self._send(
            (
                TopicPartition(QUARANTINE.name, stored.partition),
                stored.key,
                entry.model_dump_json(exclude_none=True).encode(),
            )
            for stored, entry in updates
        )

    def resend(self, position: str, key: bytes, value: bytes) -> None:
        """Write a record again into the same partition; return when the broker has acknowledged it."""
        topic, partition, _ = position.rsplit("/", 2)
        self._send([(TopicPartition(topic, int(partition)), key, value)])

    def _send(self, records: Iterable[tuple[TopicPartition, bytes, bytes]]) -> None:
        try:
            producer = clients.producer(self._access, max_request_size=clients.MAX_REQUEST_BYTES)
            futures = [
                producer.send(tp.topic, value, key=key, partition=tp.partition)
                for tp, key, value in records
            ]
            for future in futures:
                future.get(timeout=30)
            producer.close()
        except KafkaError as error:
            raise Unavailable("kafka", f"the broker did not accept the record: {error}") from error

    def read_record(self, position: str) -> tuple[bytes, bytes | None]:
        """Return key and value of the record at `topic/partition/offset`; raise Malformed if it no longer exists."""
        topic, partition, offset = position.rsplit("/", 2)
        tp = TopicPartition(topic, int(partition))
        consumer = clients.consumer(self._access)
        try:
            consumer.assign([tp])
            consumer.seek(tp, int(offset))
            records = consumer.poll(timeout_ms=10_000, max_records=1).get(tp, [])
        finally:
            consumer.close()
        if not records or records[0].offset != int(offset):
            raise Malformed("poison_pack", f"{position} no longer exists")
        return records[0].key or b"", records[0].value


def _decode(value: bytes) -> QuarantineEntry | None:
    try:
        return QuarantineEntry.model_validate_json(value)
    except ValueError:
        return None  # not written by any version of ours; the archiver counts it as unreadable


def _require_single(ids: list[str], prefix: str) -> None:
    if not ids:
        raise Malformed(
            "entry", f"no quarantined entry starts with {prefix}; see `hirelay dlq list`"
        )
    if len(ids) > 1:
        raise Malformed("entry", f"{prefix} matches {len(ids)} ids; use a longer prefix")
