"""Tests of the what-if estimate of additional hires."""

import pytest

from schemas.statistics.what_if import gains


def test_the_lesser_goal_counts() -> None:
    """With goals of 50 % and 60 %, raising screening from 40 % to 50 % adds 3 hires to 12."""
    assert {"screening": pytest.approx(3)} == gains(
        12, {"screening": 0.4}, {"screening": (0.5, 0.6, None)}
    )


def test_a_goal_met_gives_nothing_more() -> None:
    """A stage above its goal has a gain of 0."""
    assert gains(12, {"offer": 0.8}, {"offer": (0.7,)}) == {"offer": 0.0}


def test_without_rate_or_goal_the_gain_is_unknown() -> None:
    """Without a rate or a goal the gain is None, not 0."""
    assert gains(
        12, {"screening": None, "offer": 0.5, "final": 0.0}, {"screening": (0.5,), "final": (0.5,)}
    ) == {"screening": None, "offer": None, "final": None}
