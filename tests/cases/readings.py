"""Reads expected values: measures from cells, KPIs as `hirelay kpi show` does."""

from dataclasses import dataclass
from datetime import date

from schemas.cells import DECISION, ENTRY, Cells, Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.durations import DailyTallies, sum_tallies
from schemas.money import to_major
from schemas.tenants.config import DEFAULT_CURRENCY
from streams.reading.kpis import KpiQuery, KpiRow, KpiTable
from tests.cases.situations import Expectation, Situation

TOLERANCE = 1e-9


@dataclass(frozen=True)
class ReadValue:
    """A value where an expectation looks; a measure has no sample size."""

    value: float | None
    n: int | None = None

    def mismatch(self, expectation: Expectation) -> str:
        """Return what differs from the expectation, or an empty text."""
        expected = None if expectation.value is None else float(expectation.value)
        if self.value is None or expected is None:
            equal = self.value is expected
        else:
            equal = abs(self.value - expected) < TOLERANCE
        if equal and expectation.n in {None, self.n}:
            return ""
        sample = "" if self.n is None else f" of {self.n}"
        shown = "none" if self.value is None else f"{self.value:.12g}"
        return f"{expectation.text}, but is {shown}{sample}"


def read_cells(cells: Cells, expectation: Expectation) -> tuple[Tally, DailyTallies]:
    """Return the sums of the expectation's member and basis in its days, and the same by day for durations."""
    window = range(day_number(expectation.first), day_number(expectation.last) + 1)
    tallies = DailyTallies()
    of_basis = []
    for key, tally in cells.items():
        if (key.dimension, key.member) != (expectation.dimension, expectation.member):
            continue
        if key.day not in window:
            continue
        if key.basis == expectation.basis:
            of_basis.append(tally)
        if key.basis == ENTRY:
            tallies.entered[key.day] = tally
        elif key.basis == DECISION:
            tallies.decided[key.day] = tally
    return sum_tallies(of_basis), tallies


def measure_reading(cells: Cells, expectation: Expectation) -> ReadValue:
    """Return the sum of a measure."""
    return ReadValue(read_cells(cells, expectation)[0].get(expectation.name, 0))


def query_of(expectation: Expectation, situation: Situation, tenant: str, as_of: date) -> KpiQuery:
    """Return the query with which `hirelay kpi show` reads an expected KPI."""
    return KpiQuery(
        tenant=tenant,
        dimension=expectation.dimension,
        basis=expectation.basis,
        first=expectation.first,
        last=expectation.last,
        as_of=as_of,
        currency=situation.settings.get("currency", DEFAULT_CURRENCY),
    )


def kpi_reading(table: KpiTable, expectation: Expectation) -> ReadValue:
    """Return an expected KPI as `hirelay kpi show` prints it, money in major units; without a row there were no cases."""
    kpi = BY_ID[expectation.name]
    assert kpi in table.kpis, f"{expectation.text}: not defined for this dimension and basis"
    member = expectation.member
    rows = [row for row in table.rows if row.member == member]
    row = rows[0] if rows else KpiRow(member=member, label=member, tally={})
    result = table.value(kpi, row)
    value = result.value
    if kpi.unit == "money" and value is not None:
        value = to_major(value, table.query.currency)
    return ReadValue(value, result.n)
