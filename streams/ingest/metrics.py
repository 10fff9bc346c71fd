"""The gateway's Prometheus metrics: the series of `sinks.series` on deliveries, connections and the broker."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry

from schemas.kafka.connection_health import ACCEPTED_OUTCOMES, HealthCount
from schemas.kafka.quarantine import Reason
from schemas.tenants.business_hours import BusinessHours
from schemas.tenants.config import Tenant
from sinks import series
from sinks.metrics import new_registry
from streams.ingest.connections import ResolvedConnection

FAILED = "failed"  # outcome of a delivery that our own error answers with 500
OUTCOMES = (*sorted(ACCEPTED_OUTCOMES), "refused", "unavailable", FAILED)
REASONS = [
    reason for reason in get_args(Reason) if reason != "poison_pack"
]  # only the worker uses that one


class GatewayMetrics:
    """The gateway's series, on their own registry so that tests do not share them."""

    def __init__(self) -> None:
        """Register all series, so that each exists before its first event."""
        self.registry = new_registry()
        self.deliveries = series.GATEWAY_DELIVERIES.register(self.registry)
        self.events = series.GATEWAY_EVENTS.register(self.registry)
        self.ignored = series.GATEWAY_EVENTS_IGNORED.register(self.registry)
        self.quarantined = series.GATEWAY_QUARANTINED.register(self.registry)
        self.refused = series.GATEWAY_REFUSED.register(self.registry)
        self.seconds = series.GATEWAY_DELIVERY_SECONDS.register(self.registry)
        self.configuration_stale = series.GATEWAY_CONFIGURATION_STALE.register(self.registry)
        self.connections = ConnectionMetrics(self.registry)
        self.tenants = TenantMetrics(self.registry)
        self.packs = series.GATEWAY_PACKS.register(self.registry)
        self.in_flight = series.GATEWAY_IN_FLIGHT.register(self.registry)
        self.broker_up = series.GATEWAY_BROKER_UP.register(self.registry)
        self.producers_replaced = series.GATEWAY_PRODUCERS_REPLACED.register(self.registry)
        self.spool = SpoolMetrics(self.registry)

    def register_vendor(self, vendor: str) -> None:
        """Create a vendor's series before its first delivery: a new counter would hide its first increase."""
        self.events.labels(vendor)
        for outcome in OUTCOMES:
            self.deliveries.labels(vendor, outcome)


class SpoolMetrics:
    """What the spool holds, and what went through it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; all stay 0 without a spool."""
        self.size = series.GATEWAY_SPOOL_BYTES.register(registry)
        self.limit = series.GATEWAY_SPOOL_LIMIT.register(registry)
        self.oldest = series.GATEWAY_SPOOL_OLDEST.register(registry)
        self.stored = series.GATEWAY_SPOOL_STORED.register(registry)
        self.drained = series.GATEWAY_SPOOL_DRAINED.register(registry)
        self.damaged = series.GATEWAY_SPOOL_DAMAGED.register(registry)


class TenantMetrics:
    """How long a connection of each tenant may be silent."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `set_tenants` adds the tenants."""
        self._working_day = series.TENANT_WORKING_DAY.register(registry)
        self._business_hours: dict[str, BusinessHours] = {}

    def set_tenants(self, tenants: Iterable[Tenant]) -> None:
        """Export series for exactly these tenants."""
        self._working_day.clear()
        self._business_hours = {tenant.id: tenant.business_hours for tenant in tenants}

    def update(self, now: datetime) -> None:
        """Set the gauges to their values at `now`."""
        for name, hours in self._business_hours.items():
            self._working_day.labels(name).set(
                (now - hours.working_day_before(now)).total_seconds()
            )


class ConnectionMetrics:
    """Health of each connection since this process started; `hirelay connections` covers all processes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `set_connections` adds the connections."""
        self.last_delivery = series.CONNECTION_LAST_DELIVERY.register(registry)
        self.signature_failures = series.CONNECTION_SIGNATURE_FAILURES.register(registry)
        self.quarantined = series.CONNECTION_QUARANTINED.register(registry)
        self.last_event = series.CONNECTION_LAST_EVENT.register(registry)
        self._current: set[tuple[str, str, str]] = set()

    def set_connections(self, connections: Iterable[ResolvedConnection]) -> None:
        """Export series for exactly the configured connections, so that the first failure of each is seen."""
        current = {
            (resolved.tenant.id, resolved.connection.vendor, resolved.connection.id)
            for resolved in connections
        }
        for tenant, vendor, connection in self._current - current:
            labels = {"tenant": tenant, "vendor": vendor, "connection": connection}
            for metric in (
                self.last_delivery,
                self.signature_failures,
                self.quarantined,
                self.last_event,
            ):
                metric.remove_by_labels(labels)
        for label_values in current:
            self.signature_failures.labels(*label_values)
            for reason in REASONS:
                self.quarantined.labels(*label_values, reason)
        self._current = current

    def record(self, count: HealthCount, expected: Collection[str]) -> None:
        """Update the series that Prometheus scrapes from one count."""
        label_values, at = (count.tenant, count.vendor, count.connection), count.last.timestamp()
        if count.what == "outcome" and count.name in ACCEPTED_OUTCOMES:
            self.last_delivery.labels(*label_values).set(at)
        elif count.what == "event" and count.name in expected:
            self.last_event.labels(*label_values, count.name).set(at)
        elif count.what == "signature":
            self.signature_failures.labels(*label_values).inc()
        elif count.what == "reason":
            self.quarantined.labels(*label_values, count.name).inc()
