"""KPIs of one company from ClickHouse: the sums of a window, and what they come to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.cells import ENTRY, JOB, TOTAL, Basis, Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import ENTERED, of
from schemas.kpis.definition import Kpi, measure
from schemas.kpis.durations import Days, DurationWindow, judge, summed

SUMS = """
select member, measure, sum(value) as value
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
NAMES = """
select job_id, argMax(job_name, time) as name
from v_events
where tenant = {tenant:String} and job_id != '' and job_name != ''
group by job_id
"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whose numbers, broken down by what, of which local days (both included), known on which day."""

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
    """One member, its raw sums, and the days that its durations began on."""

    member: str
    label: str
    tally: Tally
    days: Days = field(default_factory=Days)


@dataclass(frozen=True, kw_only=True)
class KpiTable:
    """The answer, with everything a reader needs to know what the numbers mean."""

    question: Question
    rows: tuple[KpiRow, ...]

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that make sense of the dimension and the basis, of those that were asked for."""
        asked = self.question.kpis
        found = of(self.question.dimension, self.question.basis)
        return tuple(kpi for kpi in found if not asked or kpi.id in asked)

    def value(self, kpi: Kpi, row: KpiRow) -> DurationWindow:
        """What the KPI comes to for the member."""
        if kpi.additive:
            got = measure(kpi, row.tally)
            return DurationWindow(got.value, got.n)
        return judge(kpi, row.days, day_number(self.question.as_of))


def show(client: Any, question: Question) -> KpiTable:
    """The numbers of the question, biggest member first."""
    asked = {
        "tenant": question.tenant,
        "dimension": question.dimension,
        "basis": question.basis,
        "first": question.first,
        "last": question.last,
        "entered": list(ENTERED),
    }
    lasting = any(not kpi.additive for kpi in of(question.dimension))
    days = _days(client, asked) if lasting else {}
    tallies: dict[str, Tally] = {}
    for member, name, value in client.query(SUMS, parameters=asked).result_rows:
        tallies.setdefault(member, {})[name] = int(value)
    names: dict[str, str] = {}
    if question.dimension == JOB:
        names = dict(client.query(NAMES, parameters={"tenant": question.tenant}).result_rows)
    rows = [
        KpiRow(
            member=each,
            label=names.get(each, each),
            tally=tallies.get(each, {}),
            days=days.get(each, Days()),
        )
        for each in sorted(tallies.keys() | days.keys())
    ]
    rows.sort(key=lambda row: (-_size(row, question.basis), row.member))
    return KpiTable(question=question, rows=tuple(rows))


def _days(client: Any, asked: dict[str, Any]) -> dict[str, Days]:
    found: dict[str, Days] = {}
    rows: Iterator[Any] = iter(client.query(DURATIONS, parameters=asked).result_rows)
    for member, basis, day, name, value in rows:
        held = found.setdefault(member, Days())
        by_day = held.begun if basis == ENTRY else held.decided
        by_day.setdefault(day_number(day), {})[name] = int(value)
    return found


def _size(row: KpiRow, basis: Basis) -> int:
    tally = summed(row.days.decided.values()) if basis == ENTRY else row.tally
    return sum(tally.get(each, 0) for each in ("applications", "interviews_held", "scorecards_due"))
