"""The cells that rules are about, summed over the source partitions, as far as the rules' KPIs need them."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.alerting.rules import AlertRules
from schemas.cells import (
    CHANNEL,
    DECISION,
    ENTRY,
    JOB,
    TOTAL,
    Cell,
    CellKey,
    Tally,
    decode_cell,
    decode_key,
)
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import named

PARTS = {
    id_: (*row.numerator, *row.denominator) if row.additive else (row.entered, f"days.{row.of}.*")
    for id_, row in BY_ID.items()
}
SEGMENTS = (CHANNEL, JOB)  # where a breach of the whole company is looked for


class KpiSeries(NamedTuple):
    """One KPI of one member."""

    tenant: str
    kpi: str
    dimension: str
    member: str


class CellSums:
    """Takes absolute rows in any order, repeated ones too, and knows the sums by day."""

    def __init__(self, rules: AlertRules) -> None:
        """Nothing read yet; only what `rules` need is kept."""
        self._kpis: dict[tuple[str, str, str], set[str]] = {}
        for rule in rules.rules:
            also = SEGMENTS if rule.dimension == TOTAL else ()
            for dimension in (rule.dimension, *also):
                for basis in (DECISION, ENTRY) if rule.waits else (DECISION,):
                    self._kpis.setdefault((rule.tenant, dimension, basis), set()).add(rule.kpi)
        self._rows: dict[tuple[int, CellKey], Cell] = {}
        self._days: dict[KpiSeries, dict[int, Tally]] = {}
        self._members: dict[tuple[str, str, str], dict[str, None]] = {}
        self._latest: dict[str, int] = {}

    def latest(self, tenant: str) -> int | None:
        """The latest local day on which anything that rules are about was counted: how far events have told."""
        return self._latest.get(tenant)

    def take(self, partition: int, key: bytes, value: bytes) -> list[KpiSeries]:
        """Take one row and return what it changed; an older row than the one held changes nothing. Raises Malformed."""
        where = decode_key(key)
        kpis = self._kpis.get((where.tenant, where.dimension, where.basis))
        if kpis is None:
            return []
        cell = decode_cell(value)
        held = self._rows.get((partition, where))
        if held is not None and held.o > cell.o:
            return []
        self._rows[partition, where] = cell
        before = {} if held is None else held.m
        difference = {
            name: change
            for name in {**before, **cell.m}
            if (change := cell.m.get(name, 0) - before.get(name, 0))
        }
        return [series for kpi in sorted(kpis) if (series := self._add(kpi, where, difference))]

    def _add(self, kpi: str, where: CellKey, difference: Mapping[str, int]) -> KpiSeries | None:
        parts = dict(named(difference, PARTS[kpi]))
        if not parts:
            return None
        self._latest[where.tenant] = max(where.day, self._latest.get(where.tenant, where.day))
        series = KpiSeries(where.tenant, kpi, where.dimension, where.member)
        days = self._days.setdefault(series, {})
        self._members.setdefault(series[:3], {})[where.member] = None
        sums = days.setdefault(where.day, {})
        for name, n in parts.items():
            sums[name] = sums.get(name, 0) + n
            if not sums[name]:
                del sums[name]
        if not sums:
            del days[where.day]
        return series

    def days(self, series: KpiSeries) -> Mapping[int, Tally]:
        """What was counted by day; no day on which everything is 0."""
        return self._days.get(series, {})

    def members(self, tenant: str, kpi: str, dimension: str) -> list[str]:
        """Every member of which the KPI was ever counted."""
        return list(self._members.get((tenant, kpi, dimension), ()))
