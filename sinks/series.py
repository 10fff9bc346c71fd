"""Every series that Prometheus may see of Hirelay: name, kind, meaning and labels, each once.

Names end in their unit; Prometheus adds `_total` to counters. Labels come from closed sets or from the configuration; none is
the id of a person or of an application, and `job` and `instance` belong to Prometheus.
"""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Label = Literal[
    "alertmanager",  # the number of an Alertmanager as it is configured
    "basis",
    "channel",
    "connection",
    "event",  # the vendor's own name of it, of those that are expected
    "kpi",
    "model",  # a table
    "outcome",
    "reason",
    "severity",
    "state",
    "step",
    "tenant",
    "topic",  # without its epoch
    "vendor",
]


@dataclass(frozen=True)
class Series:
    """One row of the list."""

    name: str
    help: str
    labels: tuple[Label, ...] = ()

    @property
    def shown(self) -> frozenset[str]:
        """The names under which samples of it are scraped, and rules find it."""
        return frozenset({self.name})


@dataclass(frozen=True)
class CounterRow(Series):
    """What only rises."""

    @property
    def shown(self) -> frozenset[str]:
        """With the suffix of counters."""
        return frozenset({f"{self.name}_total"})

    def on(self, registry: CollectorRegistry) -> Counter:
        """Registered at 0."""
        return Counter(self.name, self.help, self.labels, registry=registry)


@dataclass(frozen=True)
class GaugeRow(Series):
    """What rises and falls."""

    def on(self, registry: CollectorRegistry) -> Gauge:
        """Registered at 0."""
        return Gauge(self.name, self.help, self.labels, registry=registry)


@dataclass(frozen=True)
class HistogramRow(Series):
    """How something is spread over `buckets`, upper bounds in the unit of the name."""

    buckets: tuple[float, ...] = ()

    @property
    def shown(self) -> frozenset[str]:
        """The three of a histogram."""
        return frozenset(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))

    def on(self, registry: CollectorRegistry) -> Histogram:
        """Registered empty."""
        return Histogram(self.name, self.help, self.labels, registry=registry, buckets=self.buckets)


SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LONG = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

# Of every role.
STARTED = GaugeRow("hirelay_started_timestamp_seconds", "When the process started")

# Gateway. Outcomes: accepted, ignored, ping, quarantined, refused, unavailable (503), failed (500: an error of our own).
GATEWAY_DELIVERIES = CounterRow(
    "hirelay_gateway_deliveries",
    "Deliveries answered, by what became of them",
    ("vendor", "outcome"),
)
GATEWAY_EVENTS = CounterRow(
    "hirelay_gateway_events", "Canonical events acknowledged by Kafka", ("vendor",)
)
GATEWAY_EVENTS_IGNORED = CounterRow(
    "hirelay_gateway_events_ignored",
    "Vendor events passed over for a documented reason",
    ("vendor",),
)
GATEWAY_QUARANTINED = CounterRow(
    "hirelay_gateway_quarantined",
    "Deliveries set aside; look at them with `hirelay dlq`",
    ("vendor", "reason"),
)
GATEWAY_REFUSED = CounterRow(
    "hirelay_gateway_refused", "Requests answered 4xx or 503, by reason", ("reason",)
)
GATEWAY_DELIVERY_SECONDS = HistogramRow(
    "hirelay_gateway_delivery_seconds", "Time from a whole body to its answer", buckets=SHORT
)
GATEWAY_CONFIGURATION_STALE = GaugeRow(
    "hirelay_gateway_configuration_stale",
    "1 while the configuration on disk cannot be used and an older one is in force",
)
GATEWAY_PACKS = CounterRow("hirelay_gateway_packs", "Records acknowledged by Kafka")
GATEWAY_IN_FLIGHT = GaugeRow(
    "hirelay_gateway_in_flight_bytes", "Bytes handed to the packer and not yet acknowledged"
)
GATEWAY_BROKER_UP = GaugeRow("hirelay_gateway_broker_up", "1 while the broker answers")
GATEWAY_PRODUCERS_REPLACED = CounterRow(
    "hirelay_gateway_producers_replaced",
    "Kafka producers given up because a send failed or hung",
)

# Connections, as one gateway process sees them since its start; `hirelay connections` shows them over all processes.
CONNECTION_LAST_DELIVERY = GaugeRow(
    "hirelay_connection_last_delivery_timestamp_seconds",
    "When a delivery was last let in; no series before the first since a start",
    ("tenant", "vendor", "connection"),
)
TENANT_WORKING_DAY = GaugeRow(
    "hirelay_tenant_working_day_seconds",
    "How far back the last eight office hours of a company reach, over nights, weekends and holidays",
    ("tenant",),
)
CONNECTION_SIGNATURE_FAILURES = CounterRow(
    "hirelay_connection_signature_failures",
    "Deliveries that no active secret vouches for",
    ("tenant", "vendor", "connection"),
)
CONNECTION_QUARANTINED = CounterRow(
    "hirelay_connection_quarantined",
    "Deliveries of a connection that were set aside, whole or in part",
    ("tenant", "vendor", "connection", "reason"),
)
CONNECTION_LAST_EVENT = GaugeRow(
    "hirelay_connection_last_event_timestamp_seconds",
    "When an event without which KPIs have holes last came; no series before its first since a start",
    ("tenant", "vendor", "connection", "event"),
)

# Worker.
WORKER_EVENTS = CounterRow("hirelay_worker_events", "Events read, duplicates included")
WORKER_DUPLICATES = CounterRow("hirelay_worker_duplicates", "Events that were already known")
WORKER_SET_ASIDE = CounterRow("hirelay_worker_records_set_aside", "Records that could not be read")
WORKER_COPIES = CounterRow(
    "hirelay_worker_events_copied",
    "Copies of events about candidates and pipelines, written to the other partitions",
)
WORKER_ROWS = CounterRow("hirelay_worker_rows_written", "Changelog rows written", ("topic",))
WORKER_PARTITIONS = GaugeRow("hirelay_worker_partitions", "Source partitions owned")
WORKER_FLUSH_SECONDS = HistogramRow(
    "hirelay_worker_flush_seconds",
    "Time from the start of a flush to its acknowledgements",
    buckets=SHORT[1:],
)
WORKER_LAG = GaugeRow(
    "hirelay_worker_lag_records", "Records of the owned partitions not yet counted", ("topic",)
)
WORKER_WAITING = GaugeRow(
    "hirelay_worker_waiting_seconds",
    "How long the oldest record that is not yet counted has waited, to within 5 s",
    ("topic",),
)
WORKER_DISK_FREE = GaugeRow(
    "hirelay_worker_disk_free_bytes", "What is free where the worker keeps its stores"
)
WORKER_DISK_SIZE = GaugeRow(
    "hirelay_worker_disk_size_bytes", "The size of the disk where the worker keeps its stores"
)

# Archiver.
ARCHIVER_ROWS = CounterRow("hirelay_archiver_rows", "Rows inserted", ("model",))
ARCHIVER_RETRIES = CounterRow(
    "hirelay_archiver_retries", "Attempts that failed and were repeated", ("step",)
)
ARCHIVER_UNREADABLE = CounterRow("hirelay_archiver_unreadable", "Records that could not be read")
ARCHIVER_LAG = GaugeRow(
    "hirelay_archiver_lag_records", "Records that ClickHouse does not have yet", ("topic",)
)
ARCHIVER_WAITING = GaugeRow(
    "hirelay_archiver_waiting_seconds",
    "How long the oldest record that ClickHouse does not have has waited, to within 5 s",
    ("topic",),
)
ARCHIVER_FRESHNESS = HistogramRow(
    "hirelay_archiver_freshness_seconds",
    "Time from a delivery to its row in ClickHouse, of the oldest event of each insert",
    buckets=LONG,
)

# KPIs as the archiver reads them from ClickHouse at a scrape: the last 28 days by the day of the decision, thin data included.
KPI_VALUE = GaugeRow(
    "hirelay_kpi_value",
    "The KPI of the channel, in the unit that `hirelay kpi list` says",
    ("tenant", "kpi", "channel", "basis"),
)
KPI_CASES = GaugeRow(
    "hirelay_kpi_cases",
    "The cases that the KPI is made of: the denominator of a ratio",
    ("tenant", "kpi", "channel", "basis"),
)
KPI_SERIES_DROPPED = GaugeRow(
    "hirelay_kpi_series_dropped", "Values not shown because there would be too many", ("tenant",)
)
KPI_COLLECT_SECONDS = GaugeRow(
    "hirelay_kpi_collect_seconds", "What the last look into ClickHouse took"
)
KPI_COLLECT_FAILURES = CounterRow(
    "hirelay_kpi_collect_failures", "Looks into ClickHouse that failed"
)
KPI_AGE = GaugeRow("hirelay_kpi_age_seconds", "How old the values shown are; NaN before the first")

# Watch.
WATCH_READY = GaugeRow("hirelay_watch_ready", "1 once every cell has been judged")
WATCH_LOOKED = GaugeRow(
    "hirelay_watch_looked_timestamp_seconds",
    "When Kafka last answered what the cells are; 0 before",
)
WATCH_CONFIGURATION_STALE = GaugeRow(
    "hirelay_watch_configuration_stale",
    "1 while the rules or companies on disk cannot be used and older ones are in force",
)
WATCH_RECORDS = CounterRow("hirelay_watch_records", "Records of breaches written", ("state",))
WATCH_UNREADABLE = CounterRow("hirelay_watch_unreadable", "Cells that could not be read")
BREACHES_ACTIVE = GaugeRow("hirelay_kpi_breaches_active", "Breaches that go on", ("severity",))

# Dispatcher.
DISPATCHER_READY = GaugeRow("hirelay_dispatcher_ready", "1 once every breach is known")
DISPATCHER_POSTS = CounterRow(
    "hirelay_dispatcher_posts", "Posts to an Alertmanager", ("alertmanager", "outcome")
)
DISPATCHER_TOLD = GaugeRow(
    "hirelay_dispatcher_told_timestamp_seconds",
    "When an Alertmanager last took everything; 0 before",
    ("alertmanager",),
)

# Board. Outcomes: answered, refused (a question that makes no sense), unavailable (ClickHouse is away).
BOARD_QUERIES = CounterRow(
    "hirelay_board_queries", "Questions of pages, by what became of them", ("outcome",)
)
BOARD_READERS = GaugeRow("hirelay_board_readers", "Pages that listen for changes")


def every() -> tuple[Series, ...]:
    """All rows above."""
    return tuple(each for each in globals().values() if isinstance(each, Series))
