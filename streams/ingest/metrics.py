"""The gateway's metrics: the rows of `sinks.series` about deliveries, connections and the broker."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry

from schemas.kafka.connection_health import LET_IN, HealthCount
from schemas.kafka.quarantine import Reason
from schemas.tenants.business_hours import BusinessHours
from schemas.tenants.config import Tenant
from sinks import series
from sinks.metrics import opened
from streams.ingest.connections import ResolvedConnection

FAILED = "failed"  # what a delivery is counted as that an error of our own answers with 500
OUTCOMES = (*sorted(LET_IN), "refused", "unavailable", FAILED)
REASONS = [each for each in get_args(Reason) if each != "poison_pack"]  # which is the worker's own


class GatewayMetrics:
    """The gateway's own series, on a registry of its own so that tests do not share them."""

    def __init__(self) -> None:
        """Register everything, so that a series exists before its first event."""
        self.registry = opened()
        self.deliveries = series.GATEWAY_DELIVERIES.on(self.registry)
        self.events = series.GATEWAY_EVENTS.on(self.registry)
        self.ignored = series.GATEWAY_EVENTS_IGNORED.on(self.registry)
        self.quarantined = series.GATEWAY_QUARANTINED.on(self.registry)
        self.refused = series.GATEWAY_REFUSED.on(self.registry)
        self.seconds = series.GATEWAY_DELIVERY_SECONDS.on(self.registry)
        self.configuration_stale = series.GATEWAY_CONFIGURATION_STALE.on(self.registry)
        self.connections = ConnectionMetrics(self.registry)
        self.tenants = TenantMetrics(self.registry)
        self.packs = series.GATEWAY_PACKS.on(self.registry)
        self.in_flight = series.GATEWAY_IN_FLIGHT.on(self.registry)
        self.broker_up = series.GATEWAY_BROKER_UP.on(self.registry)
        self.producers_replaced = series.GATEWAY_PRODUCERS_REPLACED.on(self.registry)

    def open(self, vendor: str) -> None:
        """Have the series of a vendor before its first delivery: one that is born with it hides it."""
        self.events.labels(vendor)
        for outcome in OUTCOMES:
            self.deliveries.labels(vendor, outcome)


class TenantMetrics:
    """How long a connection of each company may be silent."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `open` gives it its companies."""
        self._working_day = series.TENANT_WORKING_DAY.on(registry)
        self._offices: dict[str, BusinessHours] = {}

    def open(self, tenants: Iterable[Tenant]) -> None:
        """Show these companies, and no others."""
        self._working_day.clear()
        self._offices = {each.id: each.office for each in tenants}

    def at(self, now: datetime) -> None:
        """Show what is so at that instant."""
        for name, office in self._offices.items():
            self._working_day.labels(name).set((now - office.day_ago(now)).total_seconds())


class ConnectionMetrics:
    """How each connection is doing since this process started; `hirelay connections` shows it over all processes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `open` gives them their connections."""
        self.last_delivery = series.CONNECTION_LAST_DELIVERY.on(registry)
        self.signature_failures = series.CONNECTION_SIGNATURE_FAILURES.on(registry)
        self.set_aside = series.CONNECTION_QUARANTINED.on(registry)
        self.last_event = series.CONNECTION_LAST_EVENT.on(registry)
        self._opened: set[tuple[str, str, str]] = set()

    def open(self, doors: Iterable[ResolvedConnection]) -> None:
        """Have a series for every configured connection, so that its first failure is seen, and none of others."""
        opened = {(each.tenant.id, each.connection.vendor, each.connection.id) for each in doors}
        for tenant, vendor, connection in self._opened - opened:
            gone = {"tenant": tenant, "vendor": vendor, "connection": connection}
            for shown in (
                self.last_delivery,
                self.signature_failures,
                self.set_aside,
                self.last_event,
            ):
                shown.remove_by_labels(gone)
        for whose in opened:
            self.signature_failures.labels(*whose)
            for reason in REASONS:
                self.set_aside.labels(*whose, reason)
        self._opened = opened

    def note(self, count: HealthCount, expected: Collection[str]) -> None:
        """Show what was counted, as far as Prometheus should know it."""
        whose, at = (count.tenant, count.vendor, count.connection), count.last.timestamp()
        if count.what == "outcome" and count.name in LET_IN:
            self.last_delivery.labels(*whose).set(at)
        elif count.what == "event" and count.name in expected:
            self.last_event.labels(*whose, count.name).set(at)
        elif count.what == "signature":
            self.signature_failures.labels(*whose).inc()
        elif count.what == "reason":
            self.set_aside.labels(*whose, count.name).inc()
