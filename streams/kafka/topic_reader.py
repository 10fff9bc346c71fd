"""A reader of one topic from its beginning, which joins no group and commits nothing."""

from collections.abc import Callable, Iterator
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import Topic
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients


class TopicReader:
    """Reads a topic from its beginning up to its current end; another read continues from there."""

    def __init__(self, access: KafkaAccess, topic: Topic) -> None:
        """Connect; raise Unavailable when no broker answers or the topic is missing."""
        self._consumer = clients.consumer(
            access,
            max_partition_fetch_bytes=8 * 1024 * 1024,
            isolation_level="read_committed",  # of topics that are written in transactions
        )
        try:
            numbers = self._consumer.partitions_for_topic(topic.name)
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {access.bootstrap}") from error
        if not numbers:
            raise Unavailable("kafka", f"topic {topic.name} does not exist at {access.bootstrap}")
        self._partitions = [TopicPartition(topic.name, number) for number in sorted(numbers)]
        self._consumer.assign(self._partitions)
        starts = self._consumer.beginning_offsets(self._partitions)
        for tp in self._partitions:
            self._consumer.seek(tp, starts[tp])

    def read(self, progress: Callable[[int, int], None] = lambda _a, _b: None) -> Iterator[Any]:
        """Yield every record up to the current end."""
        ends = self._consumer.end_offsets(self._partitions)
        total = sum(ends.values())
        while True:
            done = {tp: self._consumer.position(tp) for tp in self._partitions}
            progress(sum(done.values()), total)
            if all(done[tp] >= ends[tp] for tp in self._partitions):
                return
            for records in self._consumer.poll(timeout_ms=1000).values():
                yield from records

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def read_topic(access: KafkaAccess, topic: Topic) -> Iterator[Any]:
    """Yield every record of a topic up to its current end, then disconnect; raise Unavailable."""
    reader = TopicReader(access, topic)
    try:
        yield from reader.read()
    except KafkaError as error:
        raise Unavailable("kafka", f"reading {topic.name} failed: {error}"[:250]) from error
    finally:
        reader.close()
