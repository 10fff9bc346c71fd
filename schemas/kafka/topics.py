"""Every Kafka topic, declared once: producers, consumers, key and retention."""

import re
from dataclasses import dataclass, replace

from schemas.instants import DAY_MS


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic.

    `co_partitioned` topics share the partition count of `candidate-events`, which may never change; other topics have one
    partition. A `per_epoch` topic exists once per epoch.
    """

    name: str
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    compacted: bool = False
    retention_ms: int = -1
    co_partitioned: bool = True
    per_epoch: bool = False

    def in_epoch(self, number: int) -> "Topic":
        """Return the topic of that epoch; the first epoch, 0, uses the name without a suffix."""
        return replace(self, name=f"{self.name}-e{number}") if number else self

    def config(self) -> dict[str, str]:
        """Return the broker-side settings with Kafka's names and units."""
        if self.compacted:
            return {
                "cleanup.policy": "compact",
                "compression.type": "producer",
                "max.message.bytes": "8388608",
                "min.compaction.lag.ms": "0",
                "segment.ms": str(DAY_MS),
            }
        return {
            "cleanup.policy": "delete",
            "compression.type": "producer",
            "max.message.bytes": "8388608",
            "retention.ms": str(self.retention_ms),
        }


CANDIDATE_EVENTS = Topic(
    name="candidate-events",
    key="tenant/application (the first of the pack)",
    producers=("gateway", "worker", "dlq"),
    consumers=("worker", "archiver", "verify", "dlq"),
    retention_ms=-1,  # the source of truth that every cell is rebuilt from
)
APPLICATIONS = Topic(
    name="applications",
    key="tenant/application",
    producers=("worker",),
    consumers=("worker",),
    compacted=True,
    per_epoch=True,
)
PEOPLE = Topic(
    name="people",
    key="tenant/event id",
    producers=("worker",),
    consumers=("worker",),
    compacted=True,
    per_epoch=True,
)
KPI_CELLS = Topic(
    name="kpi-cells",
    key="[tenant, dimension, member, day, basis]",
    producers=("worker",),
    consumers=("worker", "archiver", "verify", "watch"),
    compacted=True,
    per_epoch=True,
)
KPI_BREACHES = Topic(
    name="kpi-breaches",
    key="tenant/id of the breach",
    producers=("watch",),
    consumers=("watch", "dispatcher", "archiver", "gateway", "alerts"),
    compacted=True,
    co_partitioned=False,
)
BREACH_ACTIONS = Topic(
    name="breach-actions",
    key="tenant/id of the breach",
    producers=("gateway",),
    consumers=("archiver", "alerts"),
    retention_ms=-1,  # the first record of a repeated action wins, so none may be compacted away
    co_partitioned=False,
)
DELIVERY_IDS = Topic(
    name="delivery-ids",
    key="SHA-256 of connection and delivery id",
    producers=("gateway",),
    consumers=("gateway",),
    retention_ms=-1,  # a signature that covers no body stays valid for ever, and the first record of an id wins
    co_partitioned=False,
)
EPOCHS = Topic(
    name="epochs",
    key="number of the epoch, or `replay`",
    producers=("worker", "replay", "up"),
    consumers=("worker", "archiver", "verify", "replay", "watch", "topics", "up"),
    compacted=True,
    co_partitioned=False,
)
CONNECTION_HEALTH = Topic(
    name="connection-health",
    key="connection/run of a gateway/what/name",
    producers=("gateway",),
    consumers=("archiver",),
    compacted=True,
    co_partitioned=False,
)
CLICKHOUSE_REBUILDS = Topic(
    name="clickhouse-rebuilds",
    key="clickhouse",
    producers=("rebuild",),
    consumers=("archiver",),
    retention_ms=-1,  # the number of requests is what a filling of ClickHouse is compared with
    co_partitioned=False,
)
RELAY_LEDGER = Topic(
    name="relay-ledger",
    key="tenant",
    producers=("relay",),
    consumers=("relay", "archiver", "gateway", "relay commands"),
    retention_ms=-1,  # the ledger itself: every balance is the sum of its records
    co_partitioned=False,
)
AUDIT_LOG = Topic(
    name="audit-log",
    key="tenant, empty for what concerns all",
    producers=("gateway", "dlq", "replay", "rebuild", "erase"),
    consumers=("archiver", "audit"),
    retention_ms=-1,  # who did what is asked years later
    co_partitioned=False,
)
MEMBERS = Topic(
    name="members",
    key="[tenant, kind, member, source]",
    producers=("gateway", "members"),
    consumers=("gateway", "archiver", "members"),
    compacted=True,  # so that the broker forgets a name that was removed
    co_partitioned=False,
)
QUARANTINE = Topic(
    name="quarantine",
    key="tenant",
    producers=("gateway", "worker", "dlq"),
    consumers=("archiver", "dlq"),
    retention_ms=30 * DAY_MS,
)

TOPICS = (
    CANDIDATE_EVENTS,
    APPLICATIONS,
    PEOPLE,
    KPI_CELLS,
    KPI_BREACHES,
    BREACH_ACTIONS,
    DELIVERY_IDS,
    RELAY_LEDGER,
    QUARANTINE,
    EPOCHS,
    CONNECTION_HEALTH,
    CLICKHOUSE_REBUILDS,
    AUDIT_LOG,
    MEMBERS,
)


def epoch_topics(number: int) -> tuple[Topic, ...]:
    """Return the topics that exist once per epoch, for one epoch."""
    return tuple(topic.in_epoch(number) for topic in TOPICS if topic.per_epoch)


_EPOCH = re.compile(r"-e([1-9][0-9]*)$")


def epoch_of(name: str) -> int:
    """Return the epoch that a topic name belongs to."""
    match = _EPOCH.search(name)
    return int(match.group(1)) if match else 0


def without_epoch(name: str) -> str:
    """Return the topic name without the epoch suffix."""
    return _EPOCH.sub("", name)
