"""Every Kafka topic, declared once: who writes it, who reads it, its key and how long it is kept."""

import re
from dataclasses import dataclass, replace

DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic.

    `co_partitioned` topics share the partition count of `candidate-events` and may never change it, others have one
    partition. Of a `per_epoch` topic every epoch has its own.
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
        """The topic of that epoch; the first epoch, 0, has the bare name."""
        return replace(self, name=f"{self.name}-e{number}") if number else self

    def config(self) -> dict[str, str]:
        """Broker-side settings in Kafka's own names and units."""
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
    producers=("gateway",),
    consumers=("worker", "archiver", "verify", "replay"),
    retention_ms=-1,  # the log is the truth that every cell is rebuilt from
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
    retention_ms=-1,  # of a repeated action the first record stands, so none may be compacted away
    co_partitioned=False,
)
EPOCHS = Topic(
    name="epochs",
    key="number of the epoch",
    producers=("worker", "replay"),
    consumers=("worker", "archiver", "verify", "replay", "watch"),
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
    QUARANTINE,
    EPOCHS,
    CONNECTION_HEALTH,
)


def of_epoch(number: int) -> tuple[Topic, ...]:
    """The topics that an epoch has for itself."""
    return tuple(topic.in_epoch(number) for topic in TOPICS if topic.per_epoch)


_EPOCH = re.compile(r"-e([1-9][0-9]*)$")


def epoch_of(name: str) -> int:
    """The epoch that a topic's name says it belongs to."""
    found = _EPOCH.search(name)
    return int(found.group(1)) if found else 0


def without_epoch(name: str) -> str:
    """The name that the topic has in every epoch."""
    return _EPOCH.sub("", name)
