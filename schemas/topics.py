"""Every Kafka topic, declared once: who writes it, who reads it, its key and how long it is kept."""

from dataclasses import dataclass

DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic. `co_partitioned` topics share the partition count of `candidate-events` and may never change it."""

    name: str
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    compacted: bool = False
    retention_ms: int = -1
    co_partitioned: bool = True

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
    consumers=("worker", "archiver", "verify"),
    retention_ms=-1,  # the log is the truth that every cell is rebuilt from
)
APPLICATIONS = Topic(
    name="applications",
    key="tenant/application",
    producers=("worker",),
    consumers=("worker",),
    compacted=True,
)
KPI_CELLS = Topic(
    name="kpi-cells",
    key="[tenant, dimension, member, day, basis]",
    producers=("worker",),
    consumers=("worker", "archiver", "verify"),
    compacted=True,
)
QUARANTINE = Topic(
    name="quarantine",
    key="tenant",
    producers=("gateway", "worker"),
    consumers=("archiver", "dlq"),
    retention_ms=30 * DAY_MS,
)

TOPICS = (CANDIDATE_EVENTS, APPLICATIONS, KPI_CELLS, QUARANTINE)
