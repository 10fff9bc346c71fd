"""What is kept, as the configuration says, as the broker has it, and as it is found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from schemas.instants import DAY_MS
from schemas.kafka.retention import FOR_EVER, ending_topics
from schemas.kafka.topics import AUDIT_LOG, QUARANTINE, Topic
from schemas.tenants.config import Tenancy
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.topic_reader import TopicReader
from streams.kafka.topic_retention import read_retention

EVENTS_STAY = "every number is counted from them"
OLDEST = {
    "events": "select toDate(min(time)), count() from v_events where tenant = {tenant:String}",
    "refused": "select toDate(min(at)), count() from v_quarantined where tenant = {tenant:String}",
}


@dataclass(frozen=True, kw_only=True)
class StoredData:
    """One kind of data in one place: `days` is configured, None for ever; `broker_days` is what Kafka does, where it differs.

    `tenant` is empty for data of all companies; `oldest` is None where nothing is there or its age is not looked at. `how` says
    what ends it, or why nothing does.
    """

    what: str
    where: str
    how: str
    tenant: str = ""
    days: int | None = None
    oldest: date | None = None
    broker_days: int | None = None
    is_overdue: bool = False


def stored_data(
    access: KafkaAccess, client: Any, tenancy: Tenancy, tenants: Sequence[str], now: datetime
) -> list[StoredData]:
    """Return what is kept of all companies and of these ones; raise Unavailable and the driver's errors."""
    of_tenants = [row for name in tenants for row in _of_tenant(client, tenancy, name, now)]
    return [*_of_topics(access, tenancy), *of_tenants, *_ENDLESS]


def _of_topics(access: KafkaAccess, tenancy: Tenancy) -> Iterator[StoredData]:
    topics = ending_topics(tenancy.retention)
    actual = read_retention(access, topics)
    texts = {
        QUARANTINE.name: ("refused deliveries, encrypted", "topic quarantine"),
        AUDIT_LOG.name: ("who did what", "topic audit-log, table audit_log"),
    }
    for topic in topics:
        what, where = texts[topic.name]
        configured, current = topic.retention_ms, actual.get(topic.name, topic.retention_ms)
        yield StoredData(
            what=what,
            where=where,
            how="nothing: `audit_days` is not set"
            if configured == FOR_EVER
            else "Kafka, file by file",
            days=_days(configured),
            oldest=_oldest_record(access, topic) if topic.name in actual else None,
            broker_days=None if current == configured else _days(current) or FOR_EVER,
        )


def _of_tenant(client: Any, tenancy: Tenancy, name: str, now: datetime) -> Iterator[StoredData]:
    tenant = tenancy.tenant(name)
    if tenant is None:
        return
    days, oldest = tenant.retention.quarantine_days, _oldest(client, "refused", name)
    yield StoredData(
        what="list of refused deliveries",
        where="table quarantined",
        how="archiver, every hour" if days else "nothing: `quarantine_days` is not set",
        tenant=name,
        days=days,
        oldest=oldest,
        is_overdue=_is_over(oldest, days, now),
    )
    days, oldest = tenant.retention.candidates_days, _oldest(client, "events", name)
    yield StoredData(
        what="ids of candidates",
        where="candidate-events, relay-ledger",
        how="hirelay erase --expired" if days else "hirelay erase, one by one",
        tenant=name,
        days=days,
        oldest=oldest,
    )


def _is_over(oldest: date | None, days: int | None, now: datetime) -> bool:
    """Whether something stands that should have ended the day before at the latest."""
    if oldest is None or days is None:
        return False
    return (now.astimezone(UTC).date() - oldest).days > days + 1


def _oldest(client: Any, what: str, tenant: str) -> date | None:
    ((day, rows),) = client.query(OLDEST[what], parameters={"tenant": tenant}).result_rows
    return day if rows else None


def _oldest_record(access: KafkaAccess, topic: Topic) -> date | None:
    reader = TopicReader(access, topic)
    try:
        first = next(reader.read(), None)
    finally:
        reader.close()
    return None if first is None else datetime.fromtimestamp(first.timestamp / 1000, UTC).date()


def _days(milliseconds: int) -> int | None:
    return None if milliseconds == FOR_EVER else milliseconds // DAY_MS


_ENDLESS = (
    StoredData(
        what="events, with ids and no names",
        where="topic candidate-events, table candidate_events",
        how=f"never: {EVENTS_STAY}",
    ),
    StoredData(
        what="Career Relay's ledger",
        where="topic relay-ledger",
        how="never: balances are its sums; people in it end with their ids",
    ),
    StoredData(
        what="names of jobs and employees",
        where="topic and table members",
        how="hirelay members remove",
    ),
    StoredData(
        what="breaches and what was done",
        where="topics kpi-breaches, breach-actions",
        how="never: alerts are judged by them; they name no candidate",
    ),
    StoredData(
        what="digests of delivery ids",
        where="topic delivery-ids",
        how="never: a captured delivery could be sent again",
    ),
)
