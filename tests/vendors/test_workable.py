"""Tests when Workable's snapshots say that a stage was entered."""

from datetime import date

from tests.vendors.folding import daily_totals, folded_cells
from tests.vendors.mutations import named


def test_a_first_snapshot_that_changed_since() -> None:
    """The first snapshot shows the stage since its last change, not since the candidate was created."""
    counts = daily_totals(folded_cells([named("workable/candidate_created__already_moved")]))

    assert counts == {
        date(2026, 3, 11): {"applications": 1},
        date(2026, 3, 14): {"entered.final_interview": 1},
    }


def test_a_first_snapshot_that_has_not_changed() -> None:
    """A candidate who has not been changed entered the first stage when the candidate was created."""
    counts = daily_totals(folded_cells([named("workable/candidate_created")]))

    assert counts == {date(2026, 3, 11): {"applications": 1, "entered.applied": 1}}
