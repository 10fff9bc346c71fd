"""The Prometheus metrics of worker, archiver, watch, dispatcher, relay, reporter and board, with one registry per role."""

from collections import Counter as Counted
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Gauge

from schemas.alerting.breach import Breach
from schemas.kafka.lag import TopicLag
from sinks import series


def new_registry() -> CollectorRegistry:
    """Create the registry of a process that starts now; each role has its own, so that tests do not share series."""
    registry = CollectorRegistry()
    series.STARTED.register(registry).set_to_current_time()
    return registry


class WorkerMetrics:
    """The worker's series."""

    def __init__(self) -> None:
        """Register all series at 0, so that each exists before its first event."""
        self.registry = new_registry()
        self.events = series.WORKER_EVENTS.register(self.registry)
        self.duplicates = series.WORKER_DUPLICATES.register(self.registry)
        self.poison = series.WORKER_QUARANTINED.register(self.registry)
        self.copies = series.WORKER_COPIES.register(self.registry)
        self.rows = series.WORKER_ROWS.register(self.registry)
        self.partitions = series.WORKER_PARTITIONS.register(self.registry)
        self.flush_seconds = series.WORKER_FLUSH_SECONDS.register(self.registry)
        self.turn_seconds = series.WORKER_TURN_SECONDS.register(self.registry)
        self._lag = series.WORKER_LAG.register(self.registry)
        self._waiting = series.WORKER_WAITING.register(self.registry)
        self.disk_free = series.WORKER_DISK_FREE.register(self.registry)
        self.disk_size = series.WORKER_DISK_SIZE.register(self.registry)

    def show_lag(self, lags: Mapping[str, TopicLag]) -> None:
        """Export the lag by topic."""
        _show_lag(lags, self._lag, self._waiting)


class ArchiverMetrics:
    """The archiver's series."""

    def __init__(self) -> None:
        """Register all series at 0, so that each exists before its first row."""
        self.registry = new_registry()
        self.rows = series.ARCHIVER_ROWS.register(self.registry)
        self.retries = series.ARCHIVER_RETRIES.register(self.registry)
        self.unreadable = series.ARCHIVER_UNREADABLE.register(self.registry)
        self.freshness = series.ARCHIVER_FRESHNESS.register(self.registry)
        self._lag = series.ARCHIVER_LAG.register(self.registry)
        self._waiting = series.ARCHIVER_WAITING.register(self.registry)

    def show_lag(self, lags: Mapping[str, TopicLag]) -> None:
        """Export the lag by topic."""
        _show_lag(lags, self._lag, self._waiting)


class WatchMetrics:
    """The watch's series; labels are states and severities."""

    def __init__(self) -> None:
        """Register all series at 0."""
        self.registry = new_registry()
        self.ready = series.WATCH_READY.register(self.registry)
        self.last_read = series.WATCH_LAST_READ.register(self.registry)
        self.configuration_stale = series.WATCH_CONFIGURATION_STALE.register(self.registry)
        self.records = series.WATCH_RECORDS.register(self.registry)
        self.unreadable = series.WATCH_UNREADABLE.register(self.registry)
        self.active = series.BREACHES_ACTIVE.register(self.registry)
        for state in ("opened", "updated", "resolved"):
            self.records.labels(state)

    def show_active(self, active: Iterable[Breach]) -> None:
        """Export the number of active breaches by severity."""
        counted = Counted(breach.severity for breach in active)
        for severity in ("critical", "warning", "info"):
            self.active.labels(severity).set(counted[severity])

    def is_ready(self) -> bool:
        """Return whether every cell has been evaluated once."""
        return _value(self.ready) == 1


class RelayMetrics:
    """The relay's series."""

    def __init__(self) -> None:
        """Register all series at 0."""
        self.registry = new_registry()
        self.ready = series.RELAY_READY.register(self.registry)
        self.records = series.RELAY_RECORDS.register(self.registry)
        self.unreadable = series.RELAY_UNREADABLE.register(self.registry)
        self.configuration_stale = series.RELAY_CONFIGURATION_STALE.register(self.registry)
        self._slots = series.RELAY_SLOTS.register(self.registry)

    def show_slots(self, tenant: str, states: Mapping[str, int]) -> None:
        """Export a company's number of slots by state."""
        for state, number in states.items():
            self._slots.labels(tenant, state).set(number)

    def is_ready(self) -> bool:
        """Return whether every event has been read once."""
        return _value(self.ready) == 1


class ReporterMetrics:
    """The reporter's series."""

    def __init__(self) -> None:
        """Register all series at 0."""
        self.registry = new_registry()
        self.ready = series.REPORTER_READY.register(self.registry)
        self.issued = series.REPORTER_ISSUED.register(self.registry)
        self.failures = series.REPORTER_FAILURES.register(self.registry)
        self.configuration_stale = series.REPORTER_CONFIGURATION_STALE.register(self.registry)
        self._overdue = series.REPORTER_OVERDUE.register(self.registry)

    def show_look(self, overdue_seconds: Iterable[float]) -> None:
        """Export that every schedule was looked at, and how long the oldest report has been overdue."""
        self._overdue.set(max(overdue_seconds, default=0.0))
        self.ready.set(1)

    def is_ready(self) -> bool:
        """Return whether every schedule has been looked at once."""
        return _value(self.ready) == 1


class DispatcherMetrics:
    """The dispatcher's series."""

    def __init__(self) -> None:
        """Register all series at 0."""
        self.registry = new_registry()
        self.ready = series.DISPATCHER_READY.register(self.registry)
        self.posts = series.DISPATCHER_POSTS.register(self.registry)
        self.last_success = series.DISPATCHER_LAST_SUCCESS.register(self.registry)

    def register(self, name: str) -> None:
        """Create an Alertmanager's series before it accepts anything, so that one which never does is visible."""
        self.last_success.labels(name).set(0)
        for outcome in ("taken", "failed"):
            self.posts.labels(name, outcome)

    def is_ready(self) -> bool:
        """Return whether every breach has been loaded."""
        return _value(self.ready) == 1


class BoardMetrics:
    """The board page's series."""

    def __init__(self) -> None:
        """Register all series at 0."""
        self.registry = new_registry()
        self.queries = series.BOARD_QUERIES.register(self.registry)
        self.readers = series.BOARD_READERS.register(self.registry)
        for outcome in ("answered", "refused", "unavailable"):
            self.queries.labels(outcome)


def _show_lag(lags: Mapping[str, TopicLag], lag: Gauge, waiting: Gauge) -> None:
    exported = {sample.labels["topic"] for sample in next(iter(lag.collect())).samples}
    for topic in exported - lags.keys():  # the new owner of its partitions exports the lag
        lag.labels(topic).set(0)
        waiting.labels(topic).set(0)
    for topic, topic_lag in lags.items():
        lag.labels(topic).set(topic_lag.records)
        waiting.labels(topic).set(topic_lag.seconds)


def _value(gauge: Gauge) -> float:
    return float(next(iter(gauge.collect())).samples[0].value)
