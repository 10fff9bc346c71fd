"""KPIs by channel for Prometheus, read from ClickHouse on scrape; never personal data."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.cells import CHANNEL, DECISION
from schemas.instants import local_today
from schemas.kpis import catalogue
from schemas.tenants.config import Tenancy, Tenant
from sinks import series
from sinks.series_kinds import GaugeRow

log = logging.getLogger(__name__)

# The KPIs worth watching on a dashboard wall. For others query ClickHouse, where series are not limited.
KPIS = tuple(kpi.id for kpi in catalogue.KPIS if kpi.gauge)
WINDOW = timedelta(days=28)
CACHE_S = 15.0  # two Prometheus servers cost ClickHouse no more than one
SCRAPE_TIMEOUT_S = (
    2.0  # after which a scrape returns cached values: Prometheus allows 10 s, on a local stack 5 s
)
STALE_S = 300.0  # older values are not exported: a flat line would look current
MAX_SERIES_PER_TENANT = 500  # of either gauge; enough for 50 channels with every KPI
MAX_SERIES = 5_000
QUERY = """
select member, kpi, n, value
from v_kpis(
    tenant = {tenant:String}, dimension = {dimension:String}, basis = {basis:String}, first = {first:Date}, last = {last:Date}
)
where kpi in {kpis:Array(String)} and value is not null
order by max(if({size:String} in (kpi, ''), n, 0)) over (partition by member) desc, member, kpi
"""
# Equal as long as no cell that a gauge is computed from has another value; a merge of parts may change it, too.
MARKS = """
select
    tenant,
    groupBitXor(cityHash64(epoch, member, day, measure, src_partition, value, version)) as mark
from epoch_cells
where dimension = {dimension:String} and basis = {basis:String} and day >= {first:Date}
group by tenant
"""
LIVE_EPOCH = "select max(number) from v_epochs where state = 'live'"


class KpiGauge(NamedTuple):
    """One KPI of one channel."""

    tenant: str
    kpi: str
    channel: str
    cases: int
    value: float


class KpiCollector(Collector):
    """Answers every scrape with fresh values, cached values until they are stale, or no values plus a failure count.

    Thread-safe. A scrape never waits for another scrape's refresh, and at most `timeout_s` for its own, however many
    tenants there are. It never fails because of ClickHouse.
    """

    def __init__(
        self,
        tenancy: Callable[[], Tenancy],
        connect: Callable[[], Any],
        clock: Callable[[], float] = time.monotonic,
        timeout_s: float = SCRAPE_TIMEOUT_S,
    ) -> None:
        """`tenancy` and `connect` are called on every refresh, `connect` until it returns a connection."""
        self._tenancy, self._connect, self._clock = tenancy, connect, clock
        self._timeout_s = timeout_s
        self._client: Any = None
        self._refresh_lock = threading.Lock()
        self._values: tuple[KpiGauge, ...] = ()
        # Of each tenant: what its gauges depend on, and the gauges.
        self._gauges: dict[str, tuple[object, list[KpiGauge]]] = {}
        self._dropped: Counter[str] = Counter()
        self._last_attempt = self._last_success = float("-inf")
        self._duration_s = 0.0
        self._failures = 0

    def describe(self) -> Iterable[Any]:
        """Return the metric families without querying, as a registry requires at registration."""
        return self._metric_families(())

    def collect(self) -> Iterable[Any]:
        """Return the metric families of one scrape."""
        if self._refresh_lock.acquire(blocking=False):
            refresh = threading.Thread(target=self._refresh_if_stale, daemon=True)
            refresh.start()
            refresh.join(self._timeout_s)
        return self._metric_families(self._values if self._age() <= STALE_S else ())

    def join(self) -> None:
        """Return when no refresh is running."""
        with self._refresh_lock:
            return

    def _refresh_if_stale(self) -> None:
        try:
            if self._clock() - self._last_attempt >= CACHE_S:
                self._refresh()
        finally:
            self._refresh_lock.release()

    def _age(self) -> float:
        return self._clock() - self._last_success

    def _refresh(self) -> None:
        started = self._last_attempt = self._clock()
        try:
            self._client = self._client or self._connect()
            self._values, self._dropped = limit_series(self._query())
            self._last_success = self._clock()
        except Exception as problem:
            # A failing scrape would hide the role's other metrics, so failures of ClickHouse or files are counted.
            self._failures += 1
            log.warning("kpis not collected", extra={"reason": str(problem)[:200]})
        self._duration_s = self._clock() - started

    def _query(self) -> Iterator[KpiGauge]:
        """Yield the gauges of all tenants; only those whose cells or days are others than before are computed again."""
        tenants = self._tenancy().tenants
        if not tenants:
            return
        parameters = {tenant.id: _parameters(tenant) for tenant in tenants}
        first = min(window["first"] for window in parameters.values())
        cells = {"dimension": CHANNEL, "basis": DECISION, "first": first}
        ((epoch,),) = self._client.query(LIVE_EPOCH).result_rows
        marks = dict(self._client.query(MARKS, parameters=cells).result_rows)
        for tenant in tenants:
            if tenant.id not in marks:
                continue
            depends_on = (epoch, marks[tenant.id], parameters[tenant.id]["last"], tenant)
            if self._gauges.get(tenant.id, (None,))[0] != depends_on:
                computed = self._compute(tenant.id, parameters[tenant.id])
                self._gauges[tenant.id] = depends_on, computed
            yield from self._gauges[tenant.id][1]

    def _compute(self, tenant: str, parameters: dict[str, Any]) -> list[KpiGauge]:
        rows = self._client.query(QUERY, parameters=parameters).result_rows
        return [
            KpiGauge(tenant, kpi, channel, int(cases), float(value))
            for channel, kpi, cases, value in rows
        ]

    def _metric_families(self, gauges: Iterable[KpiGauge]) -> Iterable[Any]:
        values, cases = (_gauge(row) for row in (series.KPI_VALUE, series.KPI_CASES))
        for gauge in gauges:
            labels = (gauge.tenant, gauge.kpi, gauge.channel, DECISION)
            values.add_metric(labels, gauge.value)
            cases.add_metric(labels, gauge.cases)
        dropped = _gauge(series.KPI_SERIES_DROPPED)
        for tenant, count in self._dropped.items():
            dropped.add_metric((tenant,), count)
        age = self._age()
        duration, age_gauge = _gauge(series.KPI_COLLECT_SECONDS), _gauge(series.KPI_AGE)
        duration.add_metric((), self._duration_s)
        age_gauge.add_metric((), float("nan") if age == float("inf") else age)
        row = series.KPI_COLLECT_FAILURES
        failures = CounterMetricFamily(row.name, row.help, labels=row.labels)
        failures.add_metric((), self._failures)
        return (values, cases, dropped, duration, age_gauge, failures)


def limit_series(values: Iterable[KpiGauge]) -> tuple[tuple[KpiGauge, ...], Counter[str]]:
    """Return the first values of each tenant within the limits, and the number dropped per tenant."""
    kept: list[KpiGauge] = []
    per_tenant: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for gauge in values:
        fits = per_tenant[gauge.tenant] < MAX_SERIES_PER_TENANT and len(kept) < MAX_SERIES
        dropped[gauge.tenant] += not fits
        if fits:
            per_tenant[gauge.tenant] += 1
            kept.append(gauge)
    return tuple(kept), dropped


def _gauge(row: GaugeRow) -> GaugeMetricFamily:
    return GaugeMetricFamily(row.name, row.help, labels=row.labels)


def _parameters(tenant: Tenant) -> dict[str, Any]:
    today = local_today(datetime.now(UTC), tenant.timezone)
    return {
        "tenant": tenant.id,
        "dimension": CHANNEL,
        "basis": DECISION,
        "first": today - WINDOW + timedelta(days=1),
        "last": today,
        "kpis": list(KPIS),
        "size": catalogue.MEMBER_SIZE.id if catalogue.MEMBER_SIZE else "",
    }
