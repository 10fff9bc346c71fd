"""Every Prometheus metric of Hirelay, defined once: name, type, help text and labels.

Names end in their unit; Prometheus adds `_total` to counters. Label values come from closed sets or the configuration;
none is the id of a person or an application, and `job` and `instance` are reserved for Prometheus.
"""

from sinks.series_kinds import CounterRow, GaugeRow, HistogramRow, Series

SHORT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LONG_BUCKETS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

# All roles.
STARTED = GaugeRow("hirelay_started_timestamp_seconds", "When the process started")

# Gateway. Outcomes: accepted, ignored, ping, quarantined, refused, unavailable (503), failed (500: an error of our own).
GATEWAY_DELIVERIES = CounterRow(
    "hirelay_gateway_deliveries",
    "Deliveries answered, by outcome",
    ("vendor", "outcome"),
)
GATEWAY_EVENTS = CounterRow("hirelay_gateway_events", "Canonical events accepted", ("vendor",))
GATEWAY_EVENTS_IGNORED = CounterRow(
    "hirelay_gateway_events_ignored",
    "Vendor events ignored for a documented reason",
    ("vendor",),
)
GATEWAY_QUARANTINED = CounterRow(
    "hirelay_gateway_quarantined",
    "Deliveries quarantined; inspect them with `hirelay dlq`",
    ("vendor", "reason"),
)
GATEWAY_REFUSED = CounterRow(
    "hirelay_gateway_refused", "Requests answered 4xx or 503, by reason", ("reason",)
)
GATEWAY_DELIVERY_SECONDS = HistogramRow(
    "hirelay_gateway_delivery_seconds",
    "Time from a complete body to its answer",
    buckets=SHORT_BUCKETS,
)
GATEWAY_CONFIGURATION_STALE = GaugeRow(
    "hirelay_gateway_configuration_stale",
    "1 while the configuration on disk is invalid and an older one is in use",
)
GATEWAY_PACKS = CounterRow("hirelay_gateway_packs", "Records acknowledged by Kafka")
GATEWAY_IN_FLIGHT = GaugeRow(
    "hirelay_gateway_in_flight_bytes", "Bytes handed to the packer and not yet acknowledged"
)
GATEWAY_BROKER_UP = GaugeRow("hirelay_gateway_broker_up", "1 while the broker answers")
GATEWAY_PRODUCERS_REPLACED = CounterRow(
    "hirelay_gateway_producers_replaced",
    "Kafka producers replaced because a send failed or hung",
)

GATEWAY_SPOOL_BYTES = GaugeRow(
    "hirelay_gateway_spool_bytes", "Bytes accepted and kept on disk until Kafka takes them"
)
GATEWAY_SPOOL_LIMIT = GaugeRow(
    "hirelay_gateway_spool_limit_bytes", "Size at which the spool is full; 0: there is no spool"
)
GATEWAY_SPOOL_OLDEST = GaugeRow(
    "hirelay_gateway_spool_oldest_seconds", "Age of the oldest record in the spool; 0: it is empty"
)
GATEWAY_SPOOL_STORED = CounterRow(
    "hirelay_gateway_spool_stored", "Records written to the spool; one for each delivery"
)
GATEWAY_SPOOL_DRAINED = CounterRow(
    "hirelay_gateway_spool_drained", "Records of the spool that Kafka acknowledged"
)
GATEWAY_SPOOL_DAMAGED = CounterRow(
    "hirelay_gateway_spool_damaged",
    "Records and files of the spool that could not be read and were set aside",
)

# Connections, as one gateway process has seen them since its start; `hirelay connections` covers all processes.
CONNECTION_LAST_DELIVERY = GaugeRow(
    "hirelay_connection_last_delivery_timestamp_seconds",
    "When a delivery was last accepted; no series before the first since a start",
    ("tenant", "vendor", "connection"),
)
TENANT_WORKING_DAY = GaugeRow(
    "hirelay_tenant_working_day_seconds",
    "How far back the last eight business hours of a tenant reach, over nights, weekends and holidays",
    ("tenant",),
)
CONNECTION_SIGNATURE_FAILURES = CounterRow(
    "hirelay_connection_signature_failures",
    "Deliveries that no active secret verifies",
    ("tenant", "vendor", "connection"),
)
CONNECTION_QUARANTINED = CounterRow(
    "hirelay_connection_quarantined",
    "Deliveries of a connection that were quarantined, whole or in part",
    ("tenant", "vendor", "connection", "reason"),
)
CONNECTION_LAST_EVENT = GaugeRow(
    "hirelay_connection_last_event_timestamp_seconds",
    "When an event that KPIs depend on last arrived; no series before its first since a start",
    ("tenant", "vendor", "connection", "event"),
)

# Worker.
WORKER_EVENTS = CounterRow("hirelay_worker_events", "Events read, duplicates included")
WORKER_DUPLICATES = CounterRow("hirelay_worker_duplicates", "Events that were already processed")
WORKER_QUARANTINED = CounterRow(
    "hirelay_worker_records_set_aside", "Records that could not be read"
)
WORKER_COPIES = CounterRow(
    "hirelay_worker_events_copied",
    "Copies of events about candidates and pipelines, written to the other partitions",
)
WORKER_ROWS = CounterRow("hirelay_worker_rows_written", "Changelog rows written", ("topic",))
WORKER_PARTITIONS = GaugeRow("hirelay_worker_partitions", "Source partitions owned")
WORKER_FLUSH_SECONDS = HistogramRow(
    "hirelay_worker_flush_seconds",
    "Time from the start of a flush to its acknowledgements",
    buckets=SHORT_BUCKETS[1:],
)
WORKER_TURN_SECONDS = HistogramRow(
    "hirelay_worker_turn_seconds",
    "CPU time of the event loop's thread between two looks at it, 20 ms apart or as soon as it is free",
    buckets=SHORT_BUCKETS[1:],
)
WORKER_LAG = GaugeRow(
    "hirelay_worker_lag_records", "Records of the owned partitions not yet processed", ("topic",)
)
WORKER_WAITING = GaugeRow(
    "hirelay_worker_waiting_seconds",
    "How long the oldest unprocessed record has waited, to within 5 s",
    ("topic",),
)
WORKER_DISK_FREE = GaugeRow(
    "hirelay_worker_disk_free_bytes", "Free space on the disk of the worker's stores"
)
WORKER_DISK_SIZE = GaugeRow(
    "hirelay_worker_disk_size_bytes", "Size of the disk of the worker's stores"
)

# Archiver.
ARCHIVER_ROWS = CounterRow("hirelay_archiver_rows", "Rows inserted", ("model",))
ARCHIVER_RETRIES = CounterRow(
    "hirelay_archiver_retries", "Failed attempts that were retried", ("step",)
)
ARCHIVER_UNREADABLE = CounterRow("hirelay_archiver_unreadable", "Records that could not be read")
ARCHIVER_LAG = GaugeRow(
    "hirelay_archiver_lag_records", "Records that ClickHouse does not have yet", ("topic",)
)
ARCHIVER_WAITING = GaugeRow(
    "hirelay_archiver_waiting_seconds",
    "How long the oldest record that ClickHouse does not have yet has waited, to within 5 s",
    ("topic",),
)
ARCHIVER_FRESHNESS = HistogramRow(
    "hirelay_archiver_freshness_seconds",
    "Time from a delivery to its row in ClickHouse, for the oldest event of each insert",
    buckets=LONG_BUCKETS,
)

# KPIs that the archiver reads from ClickHouse at a scrape: the last 28 days by decision day, small samples included.
KPI_VALUE = GaugeRow(
    "hirelay_kpi_value",
    "The KPI of the channel, in the unit shown by `hirelay kpi list`",
    ("tenant", "kpi", "channel", "basis"),
)
KPI_CASES = GaugeRow(
    "hirelay_kpi_cases",
    "The number of cases behind the KPI: the denominator of a ratio",
    ("tenant", "kpi", "channel", "basis"),
)
KPI_SERIES_DROPPED = GaugeRow(
    "hirelay_kpi_series_dropped", "Values not exported because there would be too many", ("tenant",)
)
KPI_COLLECT_SECONDS = GaugeRow(
    "hirelay_kpi_collect_seconds", "Duration of the last query to ClickHouse"
)
KPI_COLLECT_FAILURES = CounterRow(
    "hirelay_kpi_collect_failures", "Queries to ClickHouse that failed"
)
KPI_AGE = GaugeRow("hirelay_kpi_age_seconds", "Age of the exported values; NaN before the first")

# Watch.
WATCH_READY = GaugeRow("hirelay_watch_ready", "1 once every cell has been evaluated")
WATCH_LAST_READ = GaugeRow(
    "hirelay_watch_looked_timestamp_seconds",
    "When the cells were last read from Kafka; 0 before",
)
WATCH_CONFIGURATION_STALE = GaugeRow(
    "hirelay_watch_configuration_stale",
    "1 while the rules or tenants on disk are invalid and older ones are in use",
)
WATCH_RECORDS = CounterRow("hirelay_watch_records", "Breach records written", ("state",))
WATCH_UNREADABLE = CounterRow("hirelay_watch_unreadable", "Cells that could not be read")
BREACHES_ACTIVE = GaugeRow("hirelay_kpi_breaches_active", "Active breaches", ("severity",))

# Relay.
RELAY_READY = GaugeRow("hirelay_relay_ready", "1 once the ledger has read every event")
RELAY_RECORDS = CounterRow("hirelay_relay_records", "Records written to the ledger")
RELAY_UNREADABLE = CounterRow("hirelay_relay_unreadable", "Records that could not be read")
RELAY_CONFIGURATION_STALE = GaugeRow(
    "hirelay_relay_configuration_stale",
    "1 while the policies or tenants on disk are invalid and older ones are in use",
)
RELAY_SLOTS = GaugeRow("hirelay_relay_slots", "Hiring slots of Career Relay", ("tenant", "state"))

# Reporter.
REPORTER_READY = GaugeRow("hirelay_reporter_ready", "1 once every schedule has been looked at")
REPORTER_ISSUED = CounterRow("hirelay_reporter_issued", "Versions of scheduled reports made")
REPORTER_FAILURES = CounterRow(
    "hirelay_reporter_failures", "Reports that could not be made or delivered; they are tried again"
)
REPORTER_CONFIGURATION_STALE = GaugeRow(
    "hirelay_reporter_configuration_stale",
    "1 while the schedules, targets or tenants on disk are invalid and older ones are in use",
)
REPORTER_OVERDUE = GaugeRow(
    "hirelay_reporter_overdue_seconds", "How long the oldest undelivered report has been due"
)

# Dispatcher.
DISPATCHER_READY = GaugeRow("hirelay_dispatcher_ready", "1 once every breach has been loaded")
DISPATCHER_POSTS = CounterRow(
    "hirelay_dispatcher_posts", "Posts to an Alertmanager", ("alertmanager", "outcome")
)
DISPATCHER_LAST_SUCCESS = GaugeRow(
    "hirelay_dispatcher_told_timestamp_seconds",
    "When an Alertmanager last accepted everything; 0 before",
    ("alertmanager",),
)

# Board. Outcomes: answered, refused (an invalid query), unavailable (ClickHouse is away).
BOARD_QUERIES = CounterRow("hirelay_board_queries", "Queries of pages, by outcome", ("outcome",))
BOARD_READERS = GaugeRow("hirelay_board_readers", "Pages subscribed to changes")


def all_series() -> tuple[Series, ...]:
    """Return all metrics defined above."""
    return tuple(row for row in globals().values() if isinstance(row, Series))
