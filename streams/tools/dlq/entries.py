"""The quarantine as it stands: every entry once, in its latest state, and the record that holds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.quarantine import SetAside
from schemas.kafka.topics import QUARANTINE
from streams.tools.verify.comparison import TopicReader

LARGEST = 8_000_000  # bytes of a record; the topics take 8 MiB


@dataclass(frozen=True, kw_only=True)
class StoredEntry:
    """An entry and where it stands; what becomes of it is written beside it, into the same partition."""

    entry: SetAside
    key: bytes
    partition: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which entries; an empty part chooses all. `ids` are beginnings of ids."""

    ids: tuple[str, ...] = ()
    connection: str = ""
    reason: str = ""
    state: Literal["open", "replayed", "dropped", "all"] = "open"

    def takes(self, entry: SetAside) -> bool:
        """Whether the entry is one of them."""
        return (
            (not self.ids or any(entry.id.startswith(each) for each in self.ids))
            and self.connection in {"", entry.connection}
            and self.reason in {"", entry.reason}
            and self.state in {"all", entry.state}
        )


class Quarantine:
    """Reads and answers the topic; every method raises Unavailable while the broker does not answer."""

    def __init__(self, bootstrap: str) -> None:
        """Nothing is opened before it is used."""
        self._bootstrap = bootstrap

    def read(self, choice: Choice) -> list[StoredEntry]:
        """The chosen entries, oldest first; raise Malformed for an id that names none or several."""
        log = TopicReader(self._bootstrap, QUARANTINE)
        found: dict[str, StoredEntry] = {}
        try:
            for record in log.read():
                entry = _decoded(record.value)
                if entry is not None:
                    found[entry.id] = StoredEntry(
                        entry=entry,
                        key=record.key or b"",
                        partition=record.partition,
                        offset=record.offset,
                    )
        except KafkaError as error:
            raise Unavailable("kafka", str(error)[:200]) from error
        finally:
            log.close()
        for each in choice.ids:
            _one([entry_id for entry_id in found if entry_id.startswith(each)], each)
        chosen = [kept for kept in found.values() if choice.takes(kept.entry)]
        return sorted(chosen, key=lambda kept: (kept.entry.at, kept.entry.id))

    def answer(self, answers: Iterable[tuple[StoredEntry, SetAside]]) -> None:
        """Write what became of entries; return when the broker has it."""
        self._send(
            (
                TopicPartition(QUARANTINE.name, kept.partition),
                kept.key,
                entry.model_dump_json(exclude_none=True).encode(),
            )
            for kept, entry in answers
        )

    def repeat(self, place: str, key: bytes, value: bytes) -> None:
        """Write a record once more into the partition where it stands; return when the broker has it."""
        topic, partition, _ = place.rsplit("/", 2)
        self._send([(TopicPartition(topic, int(partition)), key, value)])

    def _send(self, records: Iterable[tuple[TopicPartition, bytes, bytes]]) -> None:
        try:
            producer = KafkaProducer(bootstrap_servers=self._bootstrap, max_request_size=LARGEST)
            sent = [
                producer.send(part.topic, value, key=key, partition=part.partition)
                for part, key, value in records
            ]
            for future in sent:
                future.get(timeout=30)
            producer.close()
        except KafkaError as error:
            raise Unavailable("kafka", f"the broker did not take it: {error}") from error

    def record(self, place: str) -> tuple[bytes, bytes | None]:
        """Key and value of the record that an entry points at (`topic/partition/offset`); raise Malformed if it is gone."""
        topic, partition, offset = place.rsplit("/", 2)
        part = TopicPartition(topic, int(partition))
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=None, enable_auto_commit=False
        )
        try:
            consumer.assign([part])
            consumer.seek(part, int(offset))
            records = consumer.poll(timeout_ms=10_000, max_records=1).get(part, [])
        finally:
            consumer.close()
        if not records or records[0].offset != int(offset):
            raise Malformed("poison_pack", f"{place} is no longer there")
        return records[0].key or b"", records[0].value


def _decoded(value: bytes) -> SetAside | None:
    try:
        return SetAside.model_validate_json(value)
    except ValueError:
        return None  # written by no version of ours; the archiver counts it as unreadable


def _one(found: list[str], wanted: str) -> None:
    if not found:
        raise Malformed("entry", f"nothing was set aside as {wanted}; see `hirelay dlq list`")
    if len(found) > 1:
        raise Malformed("entry", f"{wanted} is the beginning of {len(found)} ids; write more of it")
