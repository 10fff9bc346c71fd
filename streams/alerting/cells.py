"""The cells that alert rules need, summed over the source partitions."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from schemas.alerting.rules import AlertRules
from schemas.cells import (
    CHANNEL,
    JOB,
    TOTAL,
    Cell,
    CellKey,
    Tally,
    decode_cell,
    decode_key,
)
from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import REJECTED_FOR, matching_measures

MEASURES = {kpi.id: kpi.measures for kpi in KPIS}
SEGMENTS = (CHANNEL, JOB)  # dimensions searched for the main contributor to a company-wide breach


class KpiSeries(NamedTuple):
    """One KPI of one member."""

    tenant: str
    kpi: str
    dimension: str
    member: str


class CellSums:
    """Daily sums of absolute rows, which may arrive in any order and more than once."""

    def __init__(self, rules: AlertRules) -> None:
        """Start empty; only what `rules` need is kept. `reads_ledger` says whether that includes the relay's ledger."""
        self._kpis: dict[tuple[str, str, str], set[str]] = {}
        for rule in rules.rules:
            extra_dimensions = SEGMENTS if rule.dimension == TOTAL else ()
            for dimension in (rule.dimension, *extra_dimensions):
                for basis in rule.bases():
                    self._kpis.setdefault((rule.tenant, dimension, basis), set()).add(rule.kpi)
        watched = {kpi for kpis in self._kpis.values() for kpi in kpis}
        self.reads_ledger = any(
            measure.startswith(REJECTED_FOR) for kpi in watched for measure in MEASURES[kpi]
        )
        self._rows: dict[tuple[int, CellKey], Cell] = {}
        self._days: dict[KpiSeries, dict[int, Tally]] = {}
        self._members: dict[tuple[str, str, str], dict[str, None]] = {}
        self._latest: dict[str, int] = {}
        self._calendar_versions: Counter[tuple[str, str, str]] = Counter()

    def latest_day(self, tenant: str) -> int | None:
        """The latest local day on which anything relevant to the rules was counted: how far the events have progressed."""
        return self._latest.get(tenant)

    def apply(self, partition: int, key: bytes, value: bytes) -> list[KpiSeries]:
        """Apply one row and return the series it changed; a row older than the stored one changes nothing. Raises Malformed."""
        cell_key = decode_key(key)
        kpis = self._kpis.get((cell_key.tenant, cell_key.dimension, cell_key.basis))
        if kpis is None:
            return []
        cell = decode_cell(value)
        previous = self._rows.get((partition, cell_key))
        if previous is not None and previous.o > cell.o:
            return []
        self._rows[partition, cell_key] = cell
        before = {} if previous is None else previous.m
        change_by_measure = {
            name: change
            for name in {**before, **cell.m}
            if (change := cell.m.get(name, 0) - before.get(name, 0))
        }
        return self.add(cell_key, change_by_measure)

    def add(self, cell_key: CellKey, change_by_measure: Mapping[str, int]) -> list[KpiSeries]:
        """Add a change that arrives once, as those of the relay's ledger do, and return the series it changed."""
        kpis = self._kpis.get((cell_key.tenant, cell_key.dimension, cell_key.basis), set())
        return [
            series
            for kpi in sorted(kpis)
            if (series := self._add(kpi, cell_key, change_by_measure))
        ]

    def _add(
        self, kpi: str, cell_key: CellKey, change_by_measure: Mapping[str, int]
    ) -> KpiSeries | None:
        changes = dict(matching_measures(change_by_measure, MEASURES[kpi]))
        if not changes:
            return None
        self._latest[cell_key.tenant] = max(
            cell_key.day, self._latest.get(cell_key.tenant, cell_key.day)
        )
        series = KpiSeries(cell_key.tenant, kpi, cell_key.dimension, cell_key.member)
        days = self._days.setdefault(series, {})
        self._members.setdefault(series[:3], {})[cell_key.member] = None
        if cell_key.day not in days:
            self._calendar_versions[series[:3]] += 1
        sums = days.setdefault(cell_key.day, {})
        for name, n in changes.items():
            sums[name] = sums.get(name, 0) + n
            if not sums[name]:
                del sums[name]
        if not sums:
            del days[cell_key.day]
            self._calendar_versions[series[:3]] += 1
        return series

    def days(self, series: KpiSeries) -> Mapping[int, Tally]:
        """The counts by day; days on which everything is 0 are absent."""
        return self._days.get(series, {})

    def calendar_version(self, tenant: str, kpi: str, dimension: str) -> int:
        """A number that changes whenever a member of the dimension gains or loses a day on which the KPI was counted."""
        return self._calendar_versions[tenant, kpi, dimension]

    def members(self, tenant: str, kpi: str, dimension: str) -> list[str]:
        """Every member for which the KPI was ever counted."""
        return list(self._members.get((tenant, kpi, dimension), ()))
