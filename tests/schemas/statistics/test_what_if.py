"""What more hires a better stage would give."""

import pytest

from schemas.statistics.what_if import gains


def test_the_lesser_goal_counts() -> None:
    """Screening has shown 50 % once, and 60 % is the target: from 40 % to 50 % gives 3 hires to 12."""
    assert {"screening": pytest.approx(3)} == gains(
        12, {"screening": 0.4}, {"screening": (0.5, 0.6, None)}
    )


def test_a_goal_met_gives_nothing_more() -> None:
    """Who is above the target is no lever."""
    assert gains(12, {"offer": 0.8}, {"offer": (0.7,)}) == {"offer": 0.0}


def test_without_rate_or_goal_the_gain_is_unknown() -> None:
    """Unknown is None, not nothing."""
    assert gains(
        12, {"screening": None, "offer": 0.5, "final": 0.0}, {"screening": (0.5,), "final": (0.5,)}
    ) == {"screening": None, "offer": None, "final": None}
