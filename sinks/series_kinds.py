"""The kinds of Prometheus metrics: counter, gauge and histogram, and the labels they may have."""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Label = Literal[
    "alertmanager",  # the number of an Alertmanager in the configuration
    "basis",
    "channel",
    "connection",
    "event",  # the vendor's event name, of the expected ones
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
    """The definition of one metric."""

    name: str
    help: str
    labels: tuple[Label, ...] = ()

    @property
    def sample_names(self) -> frozenset[str]:
        """The sample names in a scrape, as alert rules use them."""
        return frozenset({self.name})


@dataclass(frozen=True)
class CounterRow(Series):
    """A counter."""

    @property
    def sample_names(self) -> frozenset[str]:
        """The sample name with the counter suffix."""
        return frozenset({f"{self.name}_total"})

    def register(self, registry: CollectorRegistry) -> Counter:
        """Register the metric at 0."""
        return Counter(self.name, self.help, self.labels, registry=registry)


@dataclass(frozen=True)
class GaugeRow(Series):
    """A gauge."""

    def register(self, registry: CollectorRegistry) -> Gauge:
        """Register the metric at 0."""
        return Gauge(self.name, self.help, self.labels, registry=registry)


@dataclass(frozen=True)
class HistogramRow(Series):
    """A histogram; `buckets` are upper bounds in the unit of the name."""

    buckets: tuple[float, ...] = ()

    @property
    def sample_names(self) -> frozenset[str]:
        """The three sample names of a histogram."""
        return frozenset(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))

    def register(self, registry: CollectorRegistry) -> Histogram:
        """Register the metric without observations."""
        return Histogram(self.name, self.help, self.labels, registry=registry, buckets=self.buckets)
