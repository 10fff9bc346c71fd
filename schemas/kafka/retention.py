"""How long the configuration has Kafka keep a topic."""

from dataclasses import replace

from schemas.instants import DAY_MS
from schemas.kafka.topics import AUDIT_LOG, QUARANTINE, Topic
from schemas.tenants.retention import TopicRetention

FOR_EVER = -1


def ending_topics(retention: TopicRetention) -> tuple[Topic, ...]:
    """Return the topics whose records end by age, with the configured retention; those of all others stay as declared."""
    days = {QUARANTINE: retention.quarantine_days, AUDIT_LOG: retention.audit_days}
    return tuple(
        replace(topic, retention_ms=FOR_EVER if number is None else number * DAY_MS)
        for topic, number in days.items()
    )
