"""What Recruitee's moves into and out of the stage for those who are hired mean."""

from itertools import permutations

import pytest

from tests.ingest.gateways import Fixture
from tests.vendors.folding import summed
from tests.vendors.mutations import named

TOLD = [
    named("recruitee/candidate_assigned"),
    named("recruitee/candidate_moved__hired"),
    named("recruitee/candidate_moved__unhired"),
]


def test_a_move_into_the_stage_for_the_hired_is_a_hire() -> None:
    """Recruitee has no event for a hire: the category of the stage says it."""
    assert summed(TOLD[:2])["hired"] == 1


@pytest.mark.parametrize("order", permutations(TOLD), ids=lambda _: "order")
def test_a_move_out_of_it_takes_the_hire_back(order: tuple[Fixture, ...]) -> None:
    """Whoever is moved back to the offers is not hired, in whatever order the moves are told."""
    counts = summed(order)

    assert "hired" not in counts
    assert counts["entered.offer"] == 1
