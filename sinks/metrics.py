"""Every Prometheus metric of worker, archiver, watch and dispatcher, named once; labels are from closed sets, never ids."""

from collections import Counter as Counted
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from schemas.breach import Breach


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


class WatchMetrics:
    """The watch's own series; labels are states and severities, from closed sets."""

    def __init__(self) -> None:
        """Register everything at 0."""
        self.registry = CollectorRegistry()
        self.ready = Gauge(
            "hirelay_watch_ready", "1 once every cell has been judged", registry=self.registry
        )
        self.looked = Gauge(
            "hirelay_watch_looked_timestamp_seconds",
            "When the cells were last looked at",
            registry=self.registry,
        )
        self.records = Counter(
            "hirelay_watch_records",
            "Records of breaches written",
            ["state"],
            registry=self.registry,
        )
        self.unreadable = Counter(
            "hirelay_watch_unreadable", "Cells that could not be read", registry=self.registry
        )
        self.active = Gauge(
            "hirelay_kpi_breaches_active",
            "Breaches that go on",
            ["severity"],
            registry=self.registry,
        )
        for state in ("opened", "updated", "resolved"):
            self.records.labels(state)

    def show(self, active: Iterable[Breach]) -> None:
        """Show how many go on, by severity."""
        counted = Counted(each.severity for each in active)
        for severity in ("critical", "warning", "info"):
            self.active.labels(severity).set(counted[severity])

    def is_ready(self) -> bool:
        """Whether every cell has been judged once."""
        return _value(self.ready) == 1


class DispatcherMetrics:
    """The dispatcher's own series; instances are numbered as they are configured."""

    def __init__(self) -> None:
        """Register everything at 0."""
        self.registry = CollectorRegistry()
        self.ready = Gauge(
            "hirelay_dispatcher_ready", "1 once every breach is known", registry=self.registry
        )
        self.posts = Counter(
            "hirelay_dispatcher_posts",
            "Posts to an Alertmanager",
            ["instance", "outcome"],
            registry=self.registry,
        )
        self.told = Gauge(
            "hirelay_dispatcher_told_timestamp_seconds",
            "When an Alertmanager last took everything",
            ["instance"],
            registry=self.registry,
        )

    def is_ready(self) -> bool:
        """Whether every breach is known."""
        return _value(self.ready) == 1


def _value(gauge: Gauge) -> float:
    return float(next(iter(gauge.collect())).samples[0].value)
