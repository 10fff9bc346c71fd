"""Every Prometheus metric of the worker, named once; labels are topics from the declared list, never ids."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class WorkerMetrics:
    """The worker's own series, on a registry of its own so that tests do not share them."""

    def __init__(self) -> None:
        """Register everything at 0, so that a series exists before its first event."""
        self.registry = CollectorRegistry()
        self.events = Counter(
            "hirelay_worker_events", "Events read, duplicates included", registry=self.registry
        )
        self.duplicates = Counter(
            "hirelay_worker_duplicates", "Events that were already known", registry=self.registry
        )
        self.poison = Counter(
            "hirelay_worker_records_set_aside",
            "Records that could not be read",
            registry=self.registry,
        )
        self.copies = Counter(
            "hirelay_worker_events_copied",
            "Copies of events about candidates and pipelines, written to the other partitions",
            registry=self.registry,
        )
        self.rows = Counter(
            "hirelay_worker_rows_written",
            "Changelog rows written",
            ["topic"],
            registry=self.registry,
        )
        self.partitions = Gauge(
            "hirelay_worker_partitions", "Source partitions owned", registry=self.registry
        )
        self.flush_seconds = Histogram(
            "hirelay_worker_flush_seconds",
            "Time from the start of a flush to its acknowledgements",
            registry=self.registry,
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )


class ArchiverMetrics:
    """The archiver's own series; labels are names of tables and steps, from closed sets."""

    def __init__(self) -> None:
        """Register everything at 0, so that a series exists before its first row."""
        self.registry = CollectorRegistry()
        self.rows = Counter(
            "hirelay_archiver_rows", "Rows inserted", ["model"], registry=self.registry
        )
        self.retries = Counter(
            "hirelay_archiver_retries",
            "Attempts that failed and were repeated",
            ["step"],
            registry=self.registry,
        )
        self.unreadable = Counter(
            "hirelay_archiver_unreadable", "Records that could not be read", registry=self.registry
        )
