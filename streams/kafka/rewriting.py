"""Rewrite a topic: copy it changed beside itself, then put the copy in its place.

The copy is whole once its last partition, which the topic does not have, holds the marker; so an interrupted rewriting is
either begun anew or continued, and never leaves half a topic that looks like a whole one. Whoever writes to the topic must be
stopped: `put_in_place` removes it for some seconds.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import Unavailable
from schemas.kafka.topics import TOPICS, Topic
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka.record_writer import RecordWriter, Value
from streams.kafka.topic_reader import TopicReader

STAGED = "erasing-"  # prefix of copies; no role reads such a topic
DELETION_S = 60.0
POLL_S = 0.2

Transform = Callable[[Any], Value | None]
Progress = Callable[[int], None]
Note = dict[str, Any]  # what the marker of a copy says besides


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """How one topic is rewritten; a `transform` that returns None drops the record.

    With `keeps_offsets` every record stays at its offset, none is dropped, and the offsets that groups have committed
    stay as they are.
    """

    topic: Topic
    transform: Transform
    keeps_offsets: bool = False


class Rewriter:
    """Rewrites topics of one broker; every method raises Unavailable while it does not answer."""

    def __init__(self, access: KafkaAccess, replication: int) -> None:
        """Connect."""
        self._access, self._replication = access, replication
        self._admin = clients.admin(access)

    def stage(self, rewriting: Rewriting, progress: Progress, note: Callable[[], Note]) -> None:
        """Write the whole copy; one that exists is begun anew. Raise Unavailable if records are missing in between.

        `note` is called when every record is copied, and kept with the copy.
        """
        topic = rewriting.topic
        partitions, groups = self._partitions(topic), self._committed(topic)
        self._create(staged(topic), partitions + 1)
        self._copy(topic, staged(topic), rewriting, progress)
        marker = {
            "keeps_offsets": rewriting.keeps_offsets,
            "groups": groups,
            "ends": self._ends(topic),
            "note": note(),
        }
        self._send_marker(staged(topic), partitions, marker)

    def staged_topics(self) -> list[Topic]:
        """Return the topics of which a whole copy waits to be put in place."""
        names = set(self._admin.list_topics())
        return [
            topic
            for topic in TOPICS
            if staged(topic).name in names and self._marker(topic) is not None
        ]

    def discard(self) -> None:
        """Remove every copy."""
        names = set(self._admin.list_topics())
        for topic in TOPICS:
            if staged(topic).name in names:
                self._delete(staged(topic).name)

    def note(self, topic: Topic) -> Note:
        """Return what was noted with a whole copy."""
        note: Note = self._whole_marker(topic)["note"]
        return note

    def has_grown(self, topic: Topic) -> bool:
        """Whether the topic has records that its whole copy lacks, because somebody still writes."""
        marker = self._marker(topic)
        ends = {} if marker is None else marker["ends"]
        return any(end > ends.get(place, 0) for place, end in self._ends(topic).items())

    def put_in_place(self, topic: Topic, progress: Progress) -> None:
        """Replace the topic by its whole copy and remove the copy; a repetition after a failure continues."""
        marker = self._whole_marker(topic)
        self._create(topic, self._partitions(staged(topic)) - 1)
        verbatim = Rewriting(
            topic=topic,
            transform=lambda record: (record.key, record.value),
            keeps_offsets=marker["keeps_offsets"],
        )
        self._copy(staged(topic), topic, verbatim, progress)
        if marker["keeps_offsets"]:
            self._restore(topic, marker["groups"])
        self._delete(staged(topic).name)

    def close(self) -> None:
        """Disconnect."""
        self._admin.close()

    def _copy(self, source: Topic, target: Topic, how: Rewriting, progress: Progress) -> None:
        reader = TopicReader(self._access, source)
        partitions = self._partitions(how.topic)
        writer = RecordWriter(self._access, target)
        try:
            for done, record in enumerate(reader.read(), start=1):
                if record.partition >= partitions:
                    continue  # the marker
                writer.write(record, how.transform(record), keeps_offset=how.keeps_offsets)
                progress(done)
            writer.finish()
        except KafkaError as error:
            raise Unavailable("kafka", f"copying {source.name} failed: {error}") from error
        finally:
            reader.close()
            writer.close()

    def _ends(self, topic: Topic) -> dict[str, int]:
        """Return the end of each partition; none if the topic is missing."""
        consumer = clients.consumer(self._access)
        try:
            numbers = consumer.partitions_for_topic(topic.name) or ()
            ends = consumer.end_offsets([TopicPartition(topic.name, number) for number in numbers])
            return {str(tp.partition): end for tp, end in ends.items()}
        finally:
            consumer.close()

    def _partitions(self, topic: Topic) -> int:
        (description,) = self._admin.describe_topics([topic.name])
        return len(description["partitions"])

    def _create(self, topic: Topic, partitions: int) -> None:
        """Create the topic empty."""
        if topic.name in self._admin.list_topics():
            self._delete(topic.name)
        new = NewTopic(
            topic.name,
            num_partitions=partitions,
            replication_factor=self._replication,
            topic_configs=topic.config(),
        )
        deadline = time.monotonic() + DELETION_S
        while True:
            try:
                self._admin.create_topics([new])
            except TopicAlreadyExistsError as error:
                if time.monotonic() > deadline:
                    raise Unavailable("kafka", f"{topic.name} is not deleted") from error
                time.sleep(POLL_S)
            except KafkaError as error:
                raise Unavailable("kafka", f"creating {topic.name} failed: {error}") from error
            else:
                break
        self._admin.wait_for_topics([topic.name])

    def _delete(self, name: str) -> None:
        try:
            self._admin.delete_topics([name])
        except KafkaError as error:
            raise Unavailable("kafka", f"deleting {name} failed: {error}") from error
        deadline = time.monotonic() + DELETION_S
        while name in self._admin.list_topics():
            if time.monotonic() > deadline:
                raise Unavailable("kafka", f"{name} is not deleted")
            time.sleep(POLL_S)

    def _committed(self, topic: Topic) -> dict[str, dict[str, int]]:
        """Return the offsets that each group has committed: deleting a topic deletes them too."""
        try:
            groups = [group["group_id"] for group in self._admin.list_groups()]
            offsets = self._admin.list_group_offsets(dict.fromkeys(groups)) if groups else {}
        except KafkaError as error:
            raise Unavailable("kafka", f"reading committed offsets failed: {error}") from error
        committed = {
            group: {
                str(tp.partition): at.offset
                for tp, at in offsets[group].items()
                if tp.topic == topic.name and at.offset >= 0
            }
            for group in offsets
        }
        return {group: positions for group, positions in committed.items() if positions}

    def _restore(self, topic: Topic, groups: dict[str, dict[str, int]]) -> None:
        for group, positions in groups.items():
            offsets = {
                TopicPartition(topic.name, int(partition)): OffsetAndMetadata(offset, "", -1)
                for partition, offset in positions.items()
            }
            try:
                outcome = self._admin.alter_group_offsets(group, offsets)
            except KafkaError as error:
                raise Unavailable(
                    "kafka", f"offsets of {group} were not restored: {error}"
                ) from error
            if refused := [error for error in outcome.values() if error.errno]:
                raise Unavailable("kafka", f"offsets of {group} were not restored: {refused[0]}")

    def _send_marker(self, topic: Topic, partition: int, marker: dict[str, Any]) -> None:
        producer = clients.producer(self._access)
        try:
            producer.send(topic.name, json.dumps(marker).encode(), partition=partition).get(30)
        except KafkaError as error:
            raise Unavailable("kafka", f"{topic.name} was not finished: {error}") from error
        finally:
            producer.close()

    def _whole_marker(self, topic: Topic) -> dict[str, Any]:
        marker = self._marker(topic)
        if marker is None:
            raise Unavailable("kafka", f"{staged(topic).name} is not whole")
        return marker

    def _marker(self, topic: Topic) -> dict[str, Any] | None:
        """Return the marker of a copy, or None if it is not whole."""
        consumer = clients.consumer(self._access)
        try:
            numbers = consumer.partitions_for_topic(staged(topic).name)
            if not numbers:
                return None
            tp = TopicPartition(staged(topic).name, max(numbers))
            consumer.assign([tp])
            consumer.seek_to_beginning(tp)
            if consumer.end_offsets([tp])[tp] == 0:
                return None
            while not (records := consumer.poll(timeout_ms=1000).get(tp)):
                pass
            marker: dict[str, Any] = json.loads(records[0].value)
            return marker
        finally:
            consumer.close()


def staged(topic: Topic) -> Topic:
    """Return the copy of a topic; it keeps everything until it is put in place."""
    return replace(topic, name=STAGED + topic.name, compacted=False, retention_ms=-1)


def refuse_unfinished(topics: Sequence[str]) -> None:
    """Raise Unavailable if a copy is among the topics: an erasure was interrupted, and topics may be missing."""
    if any(name.startswith(STAGED) for name in topics):
        raise Unavailable(
            "erasure",
            "one was interrupted: repeat `hirelay erase … --apply`, which first finishes or discards it",
        )
