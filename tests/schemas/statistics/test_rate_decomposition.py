"""Tests of the decomposition of a rate change into rate and mix effects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.rate_decomposition import SegmentCounts, decompose_rate

SHARES = st.integers(0, 200).flatmap(
    lambda n: st.builds(SegmentCounts, st.integers(0, n), st.just(n))
)
SEGMENTS = st.dictionaries(st.sampled_from(["agency", "referral", "social"]), SHARES)


def test_the_golden_example_of_the_reference() -> None:
    """Both channels improve, but more candidates come through the weaker one, so the overall rate falls."""
    decomposition = decompose_rate(
        {"agency": SegmentCounts(300, 600), "social": SegmentCounts(80, 400)},
        {"agency": SegmentCounts(220, 400), "social": SegmentCounts(132, 600)},
    )

    assert decomposition is not None
    assert (pytest.approx(0.38), pytest.approx(0.352)) == (
        decomposition.before,
        decomposition.after,
    )
    assert (pytest.approx(0.035), pytest.approx(-0.063)) == (decomposition.rate, decomposition.mix)
    assert decomposition.simpson
    assert decomposition.by_segment["agency"] == (pytest.approx(0.025), pytest.approx(-0.0318))
    assert decomposition.by_segment["social"] == (pytest.approx(0.010), pytest.approx(-0.0312))


def test_a_rate_that_follows_its_segments_is_no_paradox() -> None:
    """A single improving channel has a rate effect only."""
    decomposition = decompose_rate(
        {"agency": SegmentCounts(3, 10)}, {"agency": SegmentCounts(8, 20)}
    )

    assert decomposition is not None
    assert (pytest.approx(0.1), 0.0, False) == (
        decomposition.rate,
        decomposition.mix,
        decomposition.simpson,
    )


def test_a_new_channel_moves_the_mix() -> None:
    """A new channel has no previous rate, so it affects only the mix."""
    decomposition = decompose_rate(
        {"agency": SegmentCounts(5, 10)},
        {"agency": SegmentCounts(5, 10), "social": SegmentCounts(1, 10)},
    )

    assert decomposition is not None
    assert (0.0, pytest.approx(-0.2)) == (decomposition.rate, decomposition.mix)


def test_without_decisions_nothing_is_known() -> None:
    """A period without decisions cannot be decomposed."""
    assert decompose_rate({}, {"agency": SegmentCounts(1, 2)}) is None


@given(SEGMENTS, SEGMENTS)
def test_nothing_is_left_over(
    before: dict[str, SegmentCounts], after: dict[str, SegmentCounts]
) -> None:
    """Rate and mix effects sum to the change, even when segments appear or disappear."""
    decomposition = decompose_rate(before, after)

    if decomposition is not None:
        assert (
            pytest.approx(decomposition.after - decomposition.before, abs=1e-12)
            == decomposition.rate + decomposition.mix
        )
