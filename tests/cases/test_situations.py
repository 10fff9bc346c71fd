"""Every situation comes out as a recruiter counts it, in the order of sending and in any other."""

import pytest

from schemas.cells import Cells
from streams.reading.kpis import KpiRow, KpiTable
from tests.cases.counting import NOW, count, shuffled
from tests.cases.readings import ReadValue, kpi_reading, measure_reading, query_of, read_cells
from tests.cases.situations import Expectation, Situation, delivery, situations
from tests.ingest.gateways import Fixture

SITUATIONS = situations()


def read(situation: Situation, cells: Cells, expectation: Expectation) -> ReadValue:
    """Return the value that the cells give where the expectation looks."""
    if not expectation.is_kpi:
        return measure_reading(cells, expectation)
    tally, days = read_cells(cells, expectation)
    member = expectation.member
    row = KpiRow(member=member, label=member, tally=tally, days=days)
    query = query_of(expectation, situation, situation.id, NOW.date())
    return kpi_reading(KpiTable(query=query, rows=(row,)), expectation)


def mismatches(situation: Situation, deliveries: list[Fixture]) -> str:
    """Return every expected value that does not come out, one per line."""
    cells = count(situation, deliveries)
    found = (read(situation, cells, e).mismatch(e) for e in situation.expectations)
    return "\n".join(difference for difference in found if difference)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_every_value_is_the_one_counted_by_hand(situation: Situation) -> None:
    """Sent in one delivery, as the system would, every measure and KPI has the value counted by hand."""
    assert mismatches(situation, [delivery(*situation.events)]) == ""


@pytest.mark.parametrize(
    "situation",
    [situation for situation in SITUATIONS if not situation.has_equal_instants],
    ids=lambda situation: situation.id,
)
def test_the_order_of_arrival_changes_nothing(situation: Situation) -> None:
    """Sent one by one in another order, the same values come out."""
    assert mismatches(situation, shuffled(situation)) == ""
