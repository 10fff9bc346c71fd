"""KPI queries for one tenant: measure sums of a date window from ClickHouse and the KPIs computed from them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from schemas.cells import ENTRY, TOTAL, Basis, Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import ENTRY_MEASURES, kpis_for
from schemas.kpis.definition import PLANNABLE, PLANNED, Kpi, evaluate
from schemas.kpis.durations import DailyTallies, DurationWindow, evaluate_duration, sum_tallies
from sinks.clickhouse.as_of import read_as_of
from streams.reading.names import fetch_names

SUMS = """
select
    member,
    if(
        basis = 'decision' and day > {as_of:Date} and splitByChar('.', v_cells.measure)[1] in {plannable:Array(String)},
        concat({planned:String}, v_cells.measure),
        v_cells.measure
    ) as measure,
    sum(value) as value
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and basis = {basis:String}
    and day between {first:Date} and {last:Date}
group by member, measure
having value != 0
order by member, measure
"""
DURATIONS = """
select member, basis, day, measure, value
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and day between {first:Date} and {last:Date}
    and (basis = 'entry' or (basis = 'decision' and measure in {entered:Array(String)}))
order by member, day, measure
"""


@dataclass(frozen=True, kw_only=True)
class KpiQuery:
    """A KPI query: tenant, dimension, basis, local days `first` to `last` (both included), as known on day `as_of`.

    Joins and employment ends on days after `as_of` are planned.
    """

    tenant: str
    dimension: str = TOTAL
    basis: Basis
    first: date
    last: date
    as_of: date
    kpis: tuple[str, ...] = ()
    currency: str = "JPY"


@dataclass(frozen=True, kw_only=True)
class KpiRow:
    """One member, its measure sums with planned ones apart, and its daily tallies for duration KPIs."""

    member: str
    label: str
    tally: Tally
    days: DailyTallies = field(default_factory=DailyTallies)

    @property
    def measures(self) -> Tally:
        """The measure sums as the cells have them: planned and past days together."""
        return sum_tallies({name.removeprefix(PLANNED): n} for name, n in self.tally.items())


@dataclass(frozen=True, kw_only=True)
class KpiTable:
    """The result, with the query that defines what the numbers mean.

    `numbers_as_of` is the instant of the last change that they include at least; None without a database, or numbers in it.
    """

    query: KpiQuery
    rows: tuple[KpiRow, ...]
    numbers_as_of: datetime | None = None

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The selected KPIs that apply to the dimension and basis; all that apply if none are selected."""
        selected = self.query.kpis
        applicable = kpis_for(self.query.dimension, self.query.basis)
        return tuple(kpi for kpi in applicable if not selected or kpi.id in selected)

    def value(self, kpi: Kpi, row: KpiRow) -> DurationWindow:
        """Evaluate the KPI for one member."""
        if kpi.additive:
            result = evaluate(kpi, row.tally)
            return DurationWindow(result.value, result.n)
        return evaluate_duration(kpi, row.days, day_number(self.query.as_of))


def fetch_dated_kpis(client: Any, query: KpiQuery) -> KpiTable:
    """As `fetch_kpis`, with the as-of of the numbers, which is read first: they may include more."""
    numbers_as_of = read_as_of(client)
    return replace(fetch_kpis(client, query), numbers_as_of=numbers_as_of)


def fetch_kpis(client: Any, query: KpiQuery) -> KpiTable:
    """Run the query; the largest member comes first."""
    parameters = _parameters(query)
    has_durations = any(not kpi.additive for kpi in kpis_for(query.dimension))
    days = _daily_tallies(client, parameters) if has_durations else {}
    tallies: dict[str, Tally] = {}
    for member, name, value in client.query(SUMS, parameters=parameters).result_rows:
        tallies.setdefault(member, {})[name] = int(value)
    names = fetch_names(client, query.tenant, query.dimension)
    rows = [
        KpiRow(
            member=member,
            label=names.get(member, member),
            tally=tallies.get(member, {}),
            days=days.get(member, DailyTallies()),
        )
        for member in sorted(tallies.keys() | days.keys())
    ]
    rows.sort(key=lambda row: (-_sample_size(row, query.basis), row.member))
    return KpiTable(query=query, rows=tuple(rows))


def _parameters(query: KpiQuery) -> dict[str, Any]:
    return {
        "tenant": query.tenant,
        "dimension": query.dimension,
        "basis": query.basis,
        "first": query.first,
        "last": query.last,
        "as_of": query.as_of,
        "plannable": list(PLANNABLE),
        "planned": PLANNED,
        "entered": list(ENTRY_MEASURES),
    }


def _daily_tallies(client: Any, parameters: dict[str, Any]) -> dict[str, DailyTallies]:
    by_member: dict[str, DailyTallies] = {}
    rows: Iterator[Any] = iter(client.query(DURATIONS, parameters=parameters).result_rows)
    for member, basis, day, name, value in rows:
        tallies = by_member.setdefault(member, DailyTallies())
        by_day = tallies.entered if basis == ENTRY else tallies.decided
        by_day.setdefault(day_number(day), {})[name] = int(value)
    return by_member


def _sample_size(row: KpiRow, basis: Basis) -> int:
    tally = sum_tallies(row.days.decided.values()) if basis == ENTRY else row.tally
    return sum(
        tally.get(measure_name, 0)
        for measure_name in ("applications", "interviews_held", "scorecards_due")
    )
