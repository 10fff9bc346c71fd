"""Tests of the LMDI decomposition of hires."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.lmdi import VOLUME, FunnelPeriod, decompose_hires, logarithmic_mean

RATES = st.none() | st.just(0.0) | st.floats(0.001, 1)
STAGES = ("screening", "interview_1", "offer")
FUNNELS = st.builds(
    FunnelPeriod,
    st.just(0.0) | st.floats(1, 10_000),
    st.fixed_dictionaries(dict.fromkeys(STAGES, RATES)),
)


def test_the_golden_example_of_the_reference() -> None:
    """More applications, a lower screening rate and fewer acceptances turn 12.6 hires into 12.45."""
    decomposition = decompose_hires(
        FunnelPeriod(200, {"screening": 0.45, "interview": 0.4, "final": 0.5, "offer": 0.7}),
        FunnelPeriod(260, {"screening": 0.38, "interview": 0.42, "final": 0.5, "offer": 0.6}),
    )

    assert (pytest.approx(12.6), pytest.approx(12.4488)) == (
        decomposition.before,
        decomposition.after,
    )
    assert {
        VOLUME: pytest.approx(3.285915, abs=1e-6),
        "screening": pytest.approx(-2.117554, abs=1e-6),
        "interview": pytest.approx(0.611060, abs=1e-6),
        "final": 0,
        "offer": pytest.approx(-1.930621, abs=1e-6),
    } == decomposition.contributions


def test_a_stage_that_falls_to_zero_takes_all_hires() -> None:
    """If nobody passes screening, that stage contributes the whole loss, despite higher volume."""
    decomposition = decompose_hires(
        FunnelPeriod(100, {"screening": 0.5, "offer": 0.4}),
        FunnelPeriod(150, {"screening": 0.0, "offer": None}),
    )

    assert decomposition.contributions == {VOLUME: 0, "screening": -20, "offer": 0}


def test_a_vanishing_rate_tends_to_the_same() -> None:
    """Contributions of ever smaller rates converge to the limit at 0."""
    before = FunnelPeriod(100, {"a": 0.5, "b": 0.4})
    after = [FunnelPeriod(150, {"a": tiny, "b": 0.3}) for tiny in (1e-12, 1e-100, 1e-300)]
    moved = [decompose_hires(before, period).contributions["a"] for period in after]

    assert moved[0] < moved[1] < moved[2] < -19.9
    assert pytest.approx(-20, rel=1e-3) == moved[2]


@given(FUNNELS, FUNNELS)
def test_nothing_is_left_over(before: FunnelPeriod, after: FunnelPeriod) -> None:
    """The contributions sum to the change for any rates, including 0 and unknown."""
    decomposition = decompose_hires(before, after)

    change = decomposition.after - decomposition.before
    scale = max(decomposition.before, decomposition.after, 1)
    assert pytest.approx(change, abs=1e-9 * scale) == sum(decomposition.contributions.values())


@given(FUNNELS, FUNNELS)
def test_back_is_the_way_there_reversed(before: FunnelPeriod, after: FunnelPeriod) -> None:
    """Swapping the periods flips the signs of the contributions."""
    there, back = decompose_hires(before, after), decompose_hires(after, before)

    scale = max(there.before, there.after, 1)
    for name, moved in there.contributions.items():
        assert pytest.approx(-moved, abs=1e-9 * scale) == back.contributions[name]


@given(st.floats(0.1, 1e6), st.floats(0.1, 1e6))
def test_the_logarithmic_mean_lies_between(a: float, b: float) -> None:
    """The logarithmic mean lies between the geometric and the arithmetic mean."""
    mean = logarithmic_mean(a, b)

    assert math.sqrt(a * b) * (1 - 1e-9) <= mean <= (a + b) / 2 * (1 + 1e-9)
