"""Append the records of a command to a topic that is created when it is first needed."""

from collections.abc import Sequence

from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import Topic
from streams.configuration.settings import Settings
from streams.kafka import admin as kafka_admin
from streams.kafka import clients

ACKNOWLEDGED_S = 30.0


def append(
    settings: Settings, topic: Topic, records: Sequence[tuple[bytes, bytes]], failure: str
) -> list[int]:
    """Return the offsets of the records (key and value) once the broker has them all.

    Raise Unavailable, which says `failure`, such as `the names were not written`.
    """
    access = settings.kafka_access
    kafka_admin.create_topics(access, settings.partitions, settings.replication, (topic,))
    producer = clients.producer(access)
    try:
        sent = [producer.send(topic.name, value, key=key) for key, value in records]
        return [int(future.get(timeout=ACKNOWLEDGED_S).offset) for future in sent]
    except KafkaError as error:
        raise Unavailable("kafka", f"{failure}: {error}") from error
    finally:
        producer.close()
