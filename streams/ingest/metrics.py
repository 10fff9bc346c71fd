"""Every Prometheus metric of the gateway, named once; labels are vendors, configured connections and closed-set words."""

from collections.abc import Collection

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from schemas.health import LET_IN, HealthCount


class GatewayMetrics:
    """The gateway's own series, on a registry of its own so that tests do not share them."""

    def __init__(self) -> None:
        """Register everything, so that a series exists before its first event."""
        self.registry = CollectorRegistry()
        # accepted, ignored, ping, quarantined, refused, unavailable
        self.deliveries = Counter(
            "hirelay_gateway_deliveries",
            "Deliveries answered, by what became of them",
            ["vendor", "outcome"],
            registry=self.registry,
        )
        self.events = Counter(
            "hirelay_gateway_events",
            "Canonical events acknowledged by Kafka",
            ["vendor"],
            registry=self.registry,
        )
        self.ignored = Counter(
            "hirelay_gateway_events_ignored",
            "Vendor events passed over for a documented reason",
            ["vendor"],
            registry=self.registry,
        )
        self.quarantined = Counter(
            "hirelay_gateway_quarantined",
            "Deliveries set aside; look at them with `hirelay dlq`",
            ["vendor", "reason"],
            registry=self.registry,
        )
        self.refused = Counter(
            "hirelay_gateway_refused",
            "Requests answered 4xx or 503, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "hirelay_gateway_delivery_seconds",
            "Time from a whole body to its answer",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.configuration_stale = Gauge(
            "hirelay_gateway_configuration_stale",
            "1 while the configuration on disk cannot be used and an older one is in force",
            registry=self.registry,
        )
        self.connections = ConnectionMetrics(self.registry)
        self._register_broker()

    def _register_broker(self) -> None:
        self.packs = Counter(
            "hirelay_gateway_packs", "Records acknowledged by Kafka", registry=self.registry
        )
        self.in_flight = Gauge(
            "hirelay_gateway_in_flight_bytes",
            "Bytes handed to the packer and not yet acknowledged",
            registry=self.registry,
        )
        self.broker_up = Gauge(
            "hirelay_gateway_broker_up", "1 while the broker answers", registry=self.registry
        )
        self.producers_replaced = Counter(
            "hirelay_gateway_producers_replaced",
            "Kafka producers given up because a send failed or hung",
            registry=self.registry,
        )


class ConnectionMetrics:
    """How each connection is doing since this process started; `hirelay connections` shows it over all processes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `open` gives them their connections."""
        self.last_delivery = Gauge(
            "hirelay_connection_last_delivery_timestamp_seconds",
            "When a delivery was last let in; no series before the first since a start",
            ["connection"],
            registry=registry,
        )
        self.signature_failures = Counter(
            "hirelay_connection_signature_failures",
            "Deliveries that no active secret vouches for",
            ["connection"],
            registry=registry,
        )
        self.set_aside = Counter(
            "hirelay_connection_quarantined",
            "Deliveries of a connection that were set aside, whole or in part",
            ["connection", "reason"],
            registry=registry,
        )
        self.last_event = Gauge(
            "hirelay_connection_last_event_timestamp_seconds",
            "When an event without which KPIs have holes last came; no series before its first since a start",
            ["connection", "event"],
            registry=registry,
        )

    def open(self, connections: list[str]) -> None:
        """Have a series for every configured connection, so that its first failure is seen."""
        for each in connections:
            self.signature_failures.labels(each)

    def note(self, count: HealthCount, expected: Collection[str]) -> None:
        """Show what was counted, as far as Prometheus should know it."""
        connection, at = count.connection, count.last.timestamp()
        if count.what == "outcome" and count.name in LET_IN:
            self.last_delivery.labels(connection).set(at)
        elif count.what == "event" and count.name in expected:
            self.last_event.labels(connection, count.name).set(at)
        elif count.what == "signature":
            self.signature_failures.labels(connection).inc()
        elif count.what == "reason":
            self.set_aside.labels(connection, count.name).inc()
