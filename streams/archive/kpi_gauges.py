"""KPIs of channels for Prometheus, read from ClickHouse when somebody scrapes; never anything of a person."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.cells import CHANNEL, DECISION
from schemas.tenants.config import Tenancy, Tenant
from sinks import series

log = logging.getLogger(__name__)

# What one watches on a wall. Whoever wants others asks ClickHouse, where nothing is bounded.
KPIS = (
    "applications",
    "screen_pass_rate",
    "interview_pass_rate",
    "final_interview_pass_rate",
    "interviews_held",
    "withdraw_rate",
    "response_hours",
    "offers_made",
    "offer_accept_rate",
    "hires",
)
WINDOW = timedelta(days=28)
FRESH_S = 15.0  # two Prometheus servers cost ClickHouse what one does
PATIENCE_S = (
    2.0  # after which a scrape shows what is known: Prometheus gives it 10 s, of a local stack 5 s
)
STALE_S = 300.0  # older values are not shown: a flat line would look like news
SERIES_A_TENANT = 500  # of either gauge; 50 channels with every KPI
SERIES = 5_000
QUERY = """
select member, kpi, n, value
from v_kpis(
    tenant = {tenant:String}, dimension = {dimension:String}, basis = {basis:String}, first = {first:Date}, last = {last:Date}
)
where kpi in {kpis:Array(String)} and value is not null
order by max(if(kpi = 'applications', n, 0)) over (partition by member) desc, member, kpi
"""


class KpiGauge(NamedTuple):
    """One KPI of one channel."""

    tenant: str
    kpi: str
    channel: str
    cases: int
    value: float


class KpiCollector(Collector):
    """Answers every scrape: with fresh values, with those of before while they are of use, or with none and why.

    Thread-safe. A scrape never waits for another one's look, for its own only `patience_s`, however many companies there
    are, and never fails because of ClickHouse.
    """

    def __init__(
        self,
        tenancy: Callable[[], Tenancy],
        connect: Callable[[], Any],
        clock: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`tenancy` and `connect` are called at every look, `connect` until it has given a connection."""
        self._tenancy, self._connect, self._clock = tenancy, connect, clock
        self._patience_s = patience_s
        self._client: Any = None
        self._looking = threading.Lock()
        self._values: tuple[KpiGauge, ...] = ()
        self._dropped: Counter[str] = Counter()
        self._looked = self._succeeded = float("-inf")
        self._took = 0.0
        self._failures = 0

    def describe(self) -> Iterable[Any]:
        """The families, without a look: what a registry asks when this is registered."""
        return self._shown(())

    def collect(self) -> Iterable[Any]:
        """What a scrape gets."""
        if self._looking.acquire(blocking=False):
            look = threading.Thread(target=self._looked_once, daemon=True)
            look.start()
            look.join(self._patience_s)
        return self._shown(self._values if self._age() <= STALE_S else ())

    def join(self) -> None:
        """Return when no look is under way."""
        with self._looking:
            return

    def _looked_once(self) -> None:
        try:
            if self._clock() - self._looked >= FRESH_S:
                self._look()
        finally:
            self._looking.release()

    def _age(self) -> float:
        return self._clock() - self._succeeded

    def _look(self) -> None:
        begun = self._looked = self._clock()
        try:
            self._client = self._client or self._connect()
            self._values, self._dropped = bounded(self._asked())
            self._succeeded = self._clock()
        except Exception as problem:
            # A scrape that fails hides everything else the role shows, so whatever ClickHouse and files do is counted.
            self._failures += 1
            log.warning("kpis not collected", extra={"reason": str(problem)[:200]})
        self._took = self._clock() - begun

    def _asked(self) -> Iterator[KpiGauge]:
        for tenant in self._tenancy().tenants:
            for channel, kpi, cases, value in self._client.query(
                QUERY, parameters=_parameters(tenant)
            ).result_rows:
                yield KpiGauge(tenant.id, kpi, channel, int(cases), float(value))

    def _shown(self, values: Iterable[KpiGauge]) -> Iterable[Any]:
        shown, cases = (_gauge(each) for each in (series.KPI_VALUE, series.KPI_CASES))
        for each in values:
            labels = (each.tenant, each.kpi, each.channel, DECISION)
            shown.add_metric(labels, each.value)
            cases.add_metric(labels, each.cases)
        dropped = _gauge(series.KPI_SERIES_DROPPED)
        for tenant, number in self._dropped.items():
            dropped.add_metric((tenant,), number)
        age = self._age()
        took, old = _gauge(series.KPI_COLLECT_SECONDS), _gauge(series.KPI_AGE)
        took.add_metric((), self._took)
        old.add_metric((), float("nan") if age == float("inf") else age)
        row = series.KPI_COLLECT_FAILURES
        failures = CounterMetricFamily(row.name, row.help, labels=row.labels)
        failures.add_metric((), self._failures)
        return (shown, cases, dropped, took, old, failures)


def bounded(values: Iterable[KpiGauge]) -> tuple[tuple[KpiGauge, ...], Counter[str]]:
    """As many as may be shown, of each tenant the first, and how many of each tenant are not."""
    kept: list[KpiGauge] = []
    held: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for each in values:
        room = held[each.tenant] < SERIES_A_TENANT and len(kept) < SERIES
        dropped[each.tenant] += not room
        if room:
            held[each.tenant] += 1
            kept.append(each)
    return tuple(kept), dropped


def _gauge(row: series.GaugeRow) -> GaugeMetricFamily:
    return GaugeMetricFamily(row.name, row.help, labels=row.labels)


def _parameters(tenant: Tenant) -> dict[str, Any]:
    today = datetime.now(ZoneInfo(tenant.timezone)).date()
    return {
        "tenant": tenant.id,
        "dimension": CHANNEL,
        "basis": DECISION,
        "first": today - WINDOW + timedelta(days=1),
        "last": today,
        "kpis": list(KPIS),
    }
