"""Create the declared Kafka topics; existing topics are never changed."""

from collections.abc import Sequence
from typing import Any

from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import TOPICS, Topic, epoch_topics
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka import epochs as kafka_epochs
from streams.kafka.rewriting import refuse_unfinished

SHARED_TOPICS = tuple(topic for topic in TOPICS if not topic.per_epoch)


def ensure_topics(access: KafkaAccess, partitions: int, replication: int) -> list[str]:
    """Create missing topics, including those of the live epoch, and return their names.

    Raises as `create_topics`, and Unavailable while an interrupted erasure leaves topics to put in place.
    """
    _refuse_unfinished_erasure(access)
    created = create_topics(access, partitions, replication, SHARED_TOPICS)
    live = kafka_epochs.live_epoch(kafka_epochs.read(access))
    own = epoch_topics(0 if live is None else live.number)
    return created + create_topics(access, partitions, replication, own)


def _refuse_unfinished_erasure(access: KafkaAccess) -> None:
    admin = clients.admin(access)
    try:
        refuse_unfinished(admin.list_topics())
    finally:
        admin.close()


def create_topics(
    access: KafkaAccess, partitions: int, replication: int, topics: Sequence[Topic]
) -> list[str]:
    """Create those of the topics that are missing and return their names.

    Raises Unavailable when no broker answers, and Malformed when an existing topic has another partition count: state
    is laid out by partition, so the count changes only with a new application version and a replay.
    """
    admin = clients.admin(access)
    try:
        existing = set(admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            admin.create_topics([_new_topic(topic, partitions, replication) for topic in missing])
        _check_partition_counts(
            admin, [topic for topic in topics if topic.name in existing], partitions
        )
    except TopicAlreadyExistsError:
        return []  # another process created them concurrently, as declared
    finally:
        admin.close()
    return [topic.name for topic in missing]


def delete_topics(access: KafkaAccess, topics: Sequence[Topic], groups: Sequence[str]) -> None:
    """Delete the topics and consumer groups that exist; raise Unavailable when no broker answers."""
    try:
        admin = clients.admin(access)
        existing = set(admin.list_topics())
        names = [topic.name for topic in topics if topic.name in existing]
        if names:
            admin.delete_topics(names)
        existing_groups = {group["group_id"] for group in admin.list_groups()}
        if existing_groups.intersection(groups):
            admin.delete_groups(sorted(existing_groups.intersection(groups)))
        admin.close()
    except KafkaError as error:
        raise Unavailable("kafka", f"deleting topics failed: {error}") from error


def _new_topic(topic: Topic, partitions: int, replication: int) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=_partition_count(topic, partitions),
        replication_factor=replication,
        topic_configs=topic.config(),
    )


def _partition_count(topic: Topic, partitions: int) -> int:
    return partitions if topic.co_partitioned else 1


def _check_partition_counts(admin: Any, topics: Sequence[Topic], partitions: int) -> None:
    expected = {topic.name: _partition_count(topic, partitions) for topic in topics}
    described = admin.describe_topics(list(expected)) if expected else []
    for description in described["topics"] if isinstance(described, dict) else described:
        name, count = (
            description.get("name", description.get("topic")),
            len(description["partitions"]),
        )
        if count != expected[name]:
            raise Malformed(
                "partitions",
                f"{name} has {count} partitions, HIRELAY_PARTITIONS says {expected[name]}",
            )
