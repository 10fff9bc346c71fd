"""Every situation comes out as a recruiter counts it, in the order of sending and in any other."""

import pytest

from schemas.tenants.config import DEFAULT_CURRENCY
from tests.cases.counting import count, mismatch, reading, shuffled
from tests.cases.situations import Situation, delivery, situations
from tests.ingest.gateways import Fixture

SITUATIONS = situations()


def mismatches(situation: Situation, deliveries: list[Fixture]) -> str:
    """Return every expected value that does not come out, one per line."""
    currency = situation.settings.get("currency", DEFAULT_CURRENCY)
    cells = count(situation, deliveries)
    found = (mismatch(e, reading(cells, e, currency)) for e in situation.expectations)
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
