"""Write and read the audit log, as commands do; the gateway writes it through its own publisher."""

from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.kafka.audit import AuditRecord
from schemas.kafka.topics import AUDIT_LOG
from streams.configuration.settings import Settings
from streams.kafka import admin as kafka_admin
from streams.kafka import clients
from streams.kafka.topic_reader import read_topic


def record(settings: Settings, *records: AuditRecord) -> None:
    """Return when the broker has the records; the first ones create the topic. Raise Unavailable."""
    access = settings.kafka_access
    kafka_admin.create_topics(access, settings.partitions, settings.replication, (AUDIT_LOG,))
    producer = clients.producer(access)
    try:
        sent = [
            producer.send(AUDIT_LOG.name, one.model_dump_json().encode(), key=one.key)
            for one in records
        ]
        for future in sent:
            future.get(timeout=30)
    except KafkaError as error:
        raise Unavailable("kafka", f"the audit log was not written: {error}") from error
    finally:
        producer.close()


def read(settings: Settings, tenant: str = "") -> list[AuditRecord]:
    """Return the records in order: of one tenant with those that concern all, or of all. Raise Unavailable and Malformed."""
    records = [_decode(record.value) for record in read_topic(settings.kafka_access, AUDIT_LOG)]
    return [one for one in records if not tenant or one.tenant in {"", tenant}]


def _decode(value: bytes) -> AuditRecord:
    try:
        return AuditRecord.model_validate_json(value)
    except ValueError as error:
        raise Malformed("audit_record", str(error)[:200]) from error
