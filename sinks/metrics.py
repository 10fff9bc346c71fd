"""The metrics of worker, archiver, watch, dispatcher and board: the rows of `sinks.series`, on a registry a role."""

from collections import Counter as Counted
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Gauge

from schemas.alerting.breach import Breach
from schemas.kafka.lag import TopicLag
from sinks import series


def opened() -> CollectorRegistry:
    """A registry of a process that starts now; every role has its own, so that tests do not share series."""
    registry = CollectorRegistry()
    series.STARTED.on(registry).set_to_current_time()
    return registry


class WorkerMetrics:
    """The worker's own series."""

    def __init__(self) -> None:
        """Register everything at 0, so that a series exists before its first event."""
        self.registry = opened()
        self.events = series.WORKER_EVENTS.on(self.registry)
        self.duplicates = series.WORKER_DUPLICATES.on(self.registry)
        self.poison = series.WORKER_SET_ASIDE.on(self.registry)
        self.copies = series.WORKER_COPIES.on(self.registry)
        self.rows = series.WORKER_ROWS.on(self.registry)
        self.partitions = series.WORKER_PARTITIONS.on(self.registry)
        self.flush_seconds = series.WORKER_FLUSH_SECONDS.on(self.registry)
        self._lag = series.WORKER_LAG.on(self.registry)
        self._waiting = series.WORKER_WAITING.on(self.registry)
        self.disk_free = series.WORKER_DISK_FREE.on(self.registry)
        self.disk_size = series.WORKER_DISK_SIZE.on(self.registry)

    def behind(self, backlog: Mapping[str, TopicLag]) -> None:
        """Show what waits, by topic."""
        _behind(backlog, self._lag, self._waiting)


class ArchiverMetrics:
    """The archiver's own series."""

    def __init__(self) -> None:
        """Register everything at 0, so that a series exists before its first row."""
        self.registry = opened()
        self.rows = series.ARCHIVER_ROWS.on(self.registry)
        self.retries = series.ARCHIVER_RETRIES.on(self.registry)
        self.unreadable = series.ARCHIVER_UNREADABLE.on(self.registry)
        self.freshness = series.ARCHIVER_FRESHNESS.on(self.registry)
        self._lag = series.ARCHIVER_LAG.on(self.registry)
        self._waiting = series.ARCHIVER_WAITING.on(self.registry)

    def behind(self, backlog: Mapping[str, TopicLag]) -> None:
        """Show what waits, by topic."""
        _behind(backlog, self._lag, self._waiting)


class WatchMetrics:
    """The watch's own series; labels are states and severities."""

    def __init__(self) -> None:
        """Register everything at 0."""
        self.registry = opened()
        self.ready = series.WATCH_READY.on(self.registry)
        self.looked = series.WATCH_LOOKED.on(self.registry)
        self.configuration_stale = series.WATCH_CONFIGURATION_STALE.on(self.registry)
        self.records = series.WATCH_RECORDS.on(self.registry)
        self.unreadable = series.WATCH_UNREADABLE.on(self.registry)
        self.active = series.BREACHES_ACTIVE.on(self.registry)
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
    """The dispatcher's own series."""

    def __init__(self) -> None:
        """Register everything at 0."""
        self.registry = opened()
        self.ready = series.DISPATCHER_READY.on(self.registry)
        self.posts = series.DISPATCHER_POSTS.on(self.registry)
        self.told = series.DISPATCHER_TOLD.on(self.registry)

    def open(self, name: str) -> None:
        """Have the series of an Alertmanager before it takes anything, so that one which never does is seen."""
        self.told.labels(name).set(0)
        for outcome in ("taken", "failed"):
            self.posts.labels(name, outcome)

    def is_ready(self) -> bool:
        """Whether every breach is known."""
        return _value(self.ready) == 1


class BoardMetrics:
    """The board page's own series."""

    def __init__(self) -> None:
        """Register everything at 0."""
        self.registry = opened()
        self.queries = series.BOARD_QUERIES.on(self.registry)
        self.readers = series.BOARD_READERS.on(self.registry)
        for outcome in ("answered", "refused", "unavailable"):
            self.queries.labels(outcome)


def _behind(backlog: Mapping[str, TopicLag], lag: Gauge, waiting: Gauge) -> None:
    shown = {sample.labels["topic"] for sample in next(iter(lag.collect())).samples}
    for topic in shown - backlog.keys():  # whoever has its partitions now says what waits
        lag.labels(topic).set(0)
        waiting.labels(topic).set(0)
    for topic, each in backlog.items():
        lag.labels(topic).set(each.records)
        waiting.labels(topic).set(each.seconds)


def _value(gauge: Gauge) -> float:
    return float(next(iter(gauge.collect())).samples[0].value)
