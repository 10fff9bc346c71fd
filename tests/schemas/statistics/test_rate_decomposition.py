"""Whether a rate moved because of its segments or because of their shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.rate_decomposition import Share, split

SHARES = st.integers(0, 200).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))
SEGMENTS = st.dictionaries(st.sampled_from(["agency", "referral", "social"]), SHARES)


def test_the_golden_example_of_the_reference() -> None:
    """Both channels got better, but more came through the weak one: the whole got worse."""
    found = split(
        {"agency": Share(300, 600), "social": Share(80, 400)},
        {"agency": Share(220, 400), "social": Share(132, 600)},
    )

    assert found is not None
    assert (pytest.approx(0.38), pytest.approx(0.352)) == (found.before, found.after)
    assert (pytest.approx(0.035), pytest.approx(-0.063)) == (found.rate, found.mix)
    assert found.simpson
    assert found.by_segment["agency"] == (pytest.approx(0.025), pytest.approx(-0.0318))
    assert found.by_segment["social"] == (pytest.approx(0.010), pytest.approx(-0.0312))


def test_a_rate_that_follows_its_segments_is_no_paradox() -> None:
    """One channel, better than before."""
    found = split({"agency": Share(3, 10)}, {"agency": Share(8, 20)})

    assert found is not None
    assert (pytest.approx(0.1), 0.0, False) == (found.rate, found.mix, found.simpson)


def test_a_new_channel_moves_the_mix() -> None:
    """It had no rate before, so none that changed."""
    found = split({"agency": Share(5, 10)}, {"agency": Share(5, 10), "social": Share(1, 10)})

    assert found is not None
    assert (0.0, pytest.approx(-0.2)) == (found.rate, found.mix)


def test_without_decisions_nothing_is_known() -> None:
    """A period without decisions has no rate to explain."""
    assert split({}, {"agency": Share(1, 2)}) is None


@given(SEGMENTS, SEGMENTS)
def test_nothing_is_left_over(before: dict[str, Share], after: dict[str, Share]) -> None:
    """Rate and mix are the change, whatever came and went."""
    found = split(before, after)

    if found is not None:
        assert pytest.approx(found.after - found.before, abs=1e-12) == found.rate + found.mix
