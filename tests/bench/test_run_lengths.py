"""Classic control charts have their published run lengths, by which the bench's own simulations are trusted."""

import numpy as np
import pytest

from tests.bench.detection.run_lengths import bernoulli_cusum, cusum, ewma, shewhart

SHIFTS = (0, 0.5, 1, 2, 3)


def test_a_shewhart_chart_has_its_run_lengths() -> None:
    """Three standard deviations give 370 observations between false alarms."""
    lengths = [round(shewhart(shift), 1) for shift in SHIFTS]

    assert lengths == [370.4, 155.2, 43.9, 6.3, 2.0]


@pytest.mark.parametrize(
    ("h", "lengths"),
    [
        (4, (168, 26.6, 8.4, 3.3, 2.2)),
        (4.77, (369, 35.2, 9.9, 3.9, 2.5)),
        (5, (465, 38.0, 10.4, 4.0, 2.6)),
    ],
)
def test_a_cusum_has_its_run_lengths(h: float, lengths: tuple[float, ...]) -> None:
    """Page's chart for a shift of one standard deviation."""
    for shift, length in zip(SHIFTS, lengths, strict=True):
        assert cusum(shift, h) == pytest.approx(length, abs=0.5 if shift == 0 else 0.06)


@pytest.mark.parametrize(
    ("weight", "limit", "lengths"),
    [
        (0.05, 2.492, (372, 26.5, 10.7, 5.0, 3.3)),
        (0.1, 2.703, (372, 28.3, 9.7, 4.2, 2.8)),
        (0.2, 2.860, (371, 36.2, 9.8, 3.6, 2.3)),
        (0.1, 2.814, (499, 31.3, 10.3, 4.4, 2.9)),
    ],
)
def test_an_ewma_has_its_run_lengths(
    weight: float, limit: float, lengths: tuple[float, ...]
) -> None:
    """Roberts's chart with asymptotic limits."""
    for shift, length in zip(SHIFTS, lengths, strict=True):
        tolerance = 0.6 if shift == 0 else 0.06
        assert ewma(shift, weight, limit) == pytest.approx(length, abs=tolerance)


def test_a_bernoulli_cusum_has_its_run_length() -> None:
    """At 40 % with odds ratios of 2 and ½ and h = 4.48, 992 decisions pass between false alarms."""
    assert bernoulli_cusum(np.random.default_rng(1), 0.4) == pytest.approx(992, rel=0.1)
