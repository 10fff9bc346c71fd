"""Create the declared Kafka topics; never change one that exists."""

from collections.abc import Sequence

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import TOPICS, Topic, of_epoch
from streams.kafka import epochs as kafka_epochs

SHARED = tuple(topic for topic in TOPICS if not topic.per_epoch)


def ensure_topics(bootstrap: str, partitions: int, replication: int) -> list[str]:
    """Create what is missing, of an epoch's own topics those of the live one, and return the names; raise as `create`."""
    created = create(bootstrap, partitions, replication, SHARED)
    live = kafka_epochs.live(kafka_epochs.read(bootstrap))
    own = of_epoch(0 if live is None else live.number)
    return created + create(bootstrap, partitions, replication, own)


def create(bootstrap: str, partitions: int, replication: int, topics: Sequence[Topic]) -> list[str]:
    """Create what is missing of these topics and return the names.

    Raises Unavailable when no broker answers, and Malformed when a topic has another number of partitions: state is
    laid out by partition, so that number changes only with a new application version and a replay.
    """
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    except KafkaError as error:
        raise Unavailable("kafka", f"no broker at {bootstrap}") from error
    try:
        held = set(admin.list_topics())
        missing = [topic for topic in topics if topic.name not in held]
        if missing:
            admin.create_topics([_new(topic, partitions, replication) for topic in missing])
        _check(admin, [topic for topic in topics if topic.name in held], partitions)
    except TopicAlreadyExistsError:
        return []  # somebody else created them at this moment, as declared
    finally:
        admin.close()
    return [topic.name for topic in missing]


def remove(bootstrap: str, topics: Sequence[Topic], groups: Sequence[str]) -> None:
    """Delete those of the topics and consumer groups that are there; raise Unavailable when no broker answers."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        held = set(admin.list_topics())
        names = [topic.name for topic in topics if topic.name in held]
        if names:
            admin.delete_topics(names)
        known = {each["group_id"] for each in admin.list_groups()}
        if known.intersection(groups):
            admin.delete_groups(sorted(known.intersection(groups)))
        admin.close()
    except KafkaError as error:
        raise Unavailable("kafka", f"topics cannot be deleted: {error}") from error


def _new(topic: Topic, partitions: int, replication: int) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=_count(topic, partitions),
        replication_factor=replication,
        topic_configs=topic.config(),
    )


def _count(topic: Topic, partitions: int) -> int:
    return partitions if topic.co_partitioned else 1


def _check(admin: KafkaAdminClient, topics: Sequence[Topic], partitions: int) -> None:
    wanted = {topic.name: _count(topic, partitions) for topic in topics}
    described = admin.describe_topics(list(wanted)) if wanted else []
    for found in described["topics"] if isinstance(described, dict) else described:
        name, count = found.get("name", found.get("topic")), len(found["partitions"])
        if count != wanted[name]:
            raise Malformed(
                "partitions",
                f"{name} has {count} partitions, HIRELAY_PARTITIONS says {wanted[name]}",
            )
