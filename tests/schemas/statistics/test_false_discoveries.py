"""A list of many series has a bounded share of false ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.false_discoveries import discoveries

values = st.dictionaries(st.integers(0, 30), st.floats(0, 1e6), max_size=12)


@given(values, st.floats(0.01, 0.5))
def test_the_list_is_the_longest_that_its_evidence_bears(
    e_values: dict[int, float], rate: float
) -> None:
    """Every listed series has at least K/(k·rate), and one more would be too many."""
    listed = discoveries(e_values, rate)
    rest = sorted((e_values[key] for key in e_values if key not in listed), reverse=True)

    assert all(e_values[key] >= len(e_values) / (len(listed) * rate) for key in listed)
    assert all(
        evidence < len(e_values) / ((len(listed) + place) * rate)
        for place, evidence in enumerate(rest, 1)
    )


def test_lists_are_rarely_false() -> None:
    """Of 200 series whose likelihood ratios are fair and 20 that shifted, the false share of the lists is below a tenth."""
    rng = np.random.default_rng(5)
    shares, seen = [], 0
    for _ in range(300):
        scores = rng.normal(0, 1, 220) + np.where(np.arange(220) < 20, 4.0, 0.0)
        e_values = dict(enumerate(np.exp(3 * scores - 4.5)))
        listed = discoveries(e_values, 0.1)
        shares.append(sum(key >= 20 for key in listed) / max(len(listed), 1))
        seen += sum(key < 20 for key in listed)

    assert np.mean(shares) <= 0.1
    assert seen / 300 > 5
