"""Write and read the audit log, as commands do; the gateway writes it through its own publisher."""

from schemas.errors import Malformed
from schemas.kafka.audit import AuditRecord
from schemas.kafka.topics import AUDIT_LOG
from streams.configuration.settings import Settings
from streams.kafka.append import append
from streams.kafka.topic_reader import read_topic


def record(settings: Settings, *records: AuditRecord) -> None:
    """Return when the broker has the records; the first ones create the topic. Raise Unavailable."""
    messages = [(one.key, one.model_dump_json().encode()) for one in records]
    append(settings, AUDIT_LOG, messages, "the audit log was not written")


def read(settings: Settings, tenant: str = "") -> list[AuditRecord]:
    """Return the records in order: of one tenant with those that concern all, or of all. Raise Unavailable and Malformed."""
    records = [_decode(record.value) for record in read_topic(settings.kafka_access, AUDIT_LOG)]
    return [one for one in records if not tenant or one.tenant in {"", tenant}]


def _decode(value: bytes) -> AuditRecord:
    try:
        return AuditRecord.model_validate_json(value)
    except ValueError as error:
        raise Malformed("audit_record", str(error)[:200]) from error
