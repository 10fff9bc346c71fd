"""Tests Recruitee's moves: out of the stage left, and into and out of the hired stage."""

from itertools import permutations
from typing import Any

import pytest

from tests.ingest.gateways import Fixture
from tests.vendors.folding import total_counts
from tests.vendors.mutations import named

TOLD = [
    named("recruitee/candidate_assigned"),
    named("recruitee/candidate_moved__hired"),
    named("recruitee/candidate_moved__unhired"),
]


def test_a_move_into_the_stage_for_the_hired_is_a_hire() -> None:
    """A move into a stage of the hire category is a hire; Recruitee has no hire event."""
    assert total_counts(TOLD[:2])["hired"] == 1


@pytest.mark.parametrize("order", permutations(TOLD), ids=lambda _: "order")
def test_a_move_out_of_it_takes_the_hire_back(order: tuple[Fixture, ...]) -> None:
    """A move from hired back to the offer stage reverses the hire, in any order of arrival."""
    counts = total_counts(order)

    assert "hired" not in counts
    assert counts["entered.offer"] == 1


def test_the_stage_left_keeps_its_category() -> None:
    """A move names the stage left with its category, for applications that were created without a stage."""
    (move,) = named("recruitee/candidate_moved__stage_changed").translated().events
    moved: Any = move.data

    assert (moved.from_stage.name, moved.from_stage.vendor_kind) == ("Applied", "apply")


def test_an_application_was_in_the_stage_that_its_first_move_left() -> None:
    """An application created without a stage was in the stage left since it was made, and passed it by moving on."""
    counts = total_counts(
        [named("recruitee/candidate_assigned"), named("recruitee/candidate_moved__stage_changed")]
    )

    assert (counts["entered.applied"], counts["passed.applied"]) == (1, 1)


def test_a_stage_of_the_hired_that_was_left_is_no_hire() -> None:
    """A move out of the hired stage whose hire nobody told enters the new stage alone."""
    counts = total_counts([named("recruitee/candidate_moved__unhired")])

    assert not {"hired", "entered.hired", "passed.hired"} & counts.keys()
    assert counts["entered.offer"] == 1
