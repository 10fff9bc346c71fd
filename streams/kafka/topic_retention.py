"""Reads and sets how long the broker keeps topics."""

from collections.abc import Sequence
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import Topic
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

SETTING = "retention.ms"


def set_retention(access: KafkaAccess, topics: Sequence[Topic]) -> list[str]:
    """Have the broker keep each topic that exists for its `retention_ms`; return the names of those that changed.

    Raise Unavailable.
    """
    admin = clients.admin(access)
    try:
        current = _read(admin, topics)
        changed = [t for t in topics if current.get(t.name, t.retention_ms) != t.retention_ms]
        if changed:
            admin.alter_configs(
                [_resource(topic, {SETTING: str(topic.retention_ms)}) for topic in changed]
            )
    except KafkaError as error:
        raise Unavailable("kafka", f"setting how long topics are kept failed: {error}") from error
    finally:
        admin.close()
    return [topic.name for topic in changed]


def read_retention(access: KafkaAccess, topics: Sequence[Topic]) -> dict[str, int]:
    """Return for how many milliseconds the broker keeps each topic that exists; -1 is for ever. Raise Unavailable."""
    admin = clients.admin(access)
    try:
        return _read(admin, topics)
    except KafkaError as error:
        raise Unavailable("kafka", f"reading how long topics are kept failed: {error}") from error
    finally:
        admin.close()


def _read(admin: Any, topics: Sequence[Topic]) -> dict[str, int]:
    existing = set(admin.list_topics())
    resources = [_resource(topic, {SETTING: None}) for topic in topics if topic.name in existing]
    if not resources:
        return {}
    described = admin.describe_configs(resources, config_filter="all")
    return {
        name: int(settings[SETTING]["value"])
        for named in described.values()
        for name, settings in named.items()
    }


def _resource(topic: Topic, configs: dict[str, str | None]) -> ConfigResource:
    return ConfigResource(ConfigResourceType.TOPIC, topic.name, configs)
