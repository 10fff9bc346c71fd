"""The independent reading comes to the values that were counted by hand, without the fold."""

import pytest

from schemas.cells import Cells
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.tools.verify.second_reading import SecondReading
from tests.cases.counting import records, shuffled, tenancy
from tests.cases.situations import Situation, delivery, situations
from tests.cases.test_situations import read
from tests.ingest.gateways import Fixture

SITUATIONS = situations()


def read_again(situation: Situation, deliveries: list[Fixture]) -> Cells:
    """Return all cells by the independent reading of what the gateway wrote."""
    second = SecondReading()
    for offset, record in enumerate(records(situation, deliveries)):
        second.log.add(offset, record)
    return second.cells(snapshot_mapping(tenancy(situation)), lambda _done, _total: None)


def mismatches(situation: Situation, deliveries: list[Fixture]) -> str:
    """Return every expected value that does not come out, one per line."""
    cells = read_again(situation, deliveries)
    texts = (read(situation, cells, e).mismatch(e) for e in situation.expectations)
    return "\n".join(text for text in texts if text)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_the_reading_comes_to_the_values_counted_by_hand(situation: Situation) -> None:
    """Every measure and KPI of the situations has its value."""
    assert mismatches(situation, [delivery(*situation.events)]) == ""


@pytest.mark.parametrize(
    "situation",
    [situation for situation in SITUATIONS if not situation.has_equal_instants],
    ids=lambda situation: situation.id,
)
def test_the_order_of_arrival_is_no_part_of_the_story(situation: Situation) -> None:
    """Sent one by one in another order, the same values come out."""
    assert mismatches(situation, shuffled(situation)) == ""
