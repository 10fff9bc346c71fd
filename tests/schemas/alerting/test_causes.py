"""A cause is named when its own past says so, and nobody is named otherwise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.breach import Cause
from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from tests.schemas.alerting.test_rules import rule, screened

FIRST = 20_000
TODAY = FIRST + 111
Row = tuple[int, int]  # passed and failed


def cause(rows: dict[str, tuple[Row, Row]], watched: AlertRule | None = None) -> Cause:
    """The cause among channels with these decisions in twelve weeks before, and in the last four."""
    members: dict[tuple[str, str], dict[int, Tally]] = {
        ("channel", name): {FIRST: screened(*before), TODAY: screened(*now)}
        for name, (before, now) in rows.items()
    }
    return (watched or rule()).find_cause(members, TODAY)


def test_the_segment_whose_own_past_says_so_is_named() -> None:
    """A channel that fell is named, not the one that always passed fewer, and not a handful of cases."""
    named = cause(
        {
            "fell": ((150, 150), (15, 85)),
            "always low": ((30, 270), (10, 90)),
            "few": ((5, 5), (0, 3)),
            "steady": ((150, 150), (50, 50)),
        }
    ).segment

    assert named is not None
    assert (named.member, named.n, named.value) == ("fell", 100, 0.15)
    assert named.past == pytest.approx(0.5, abs=0.02)
    assert named.missing == pytest.approx(35, abs=2)


def test_when_everybody_fell_nobody_is_named() -> None:
    """A company-wide fall has no single segment, though one channel fell a little more."""
    fell = {f"c{number}": ((150, 150), (30, 70)) for number in range(5)}

    assert cause(fell | {"c5": ((150, 150), (25, 75))}).segment is None


def test_a_shift_of_the_mix_blames_nobody() -> None:
    """When more cases come from a channel that always passed fewer, the split says mix and no segment is named."""
    found = cause({"high": ((240, 160), (12, 8)), "low": ((20, 180), (18, 162))})

    assert found.segment is None and found.split is not None
    assert found.split.mix < -0.2 and abs(found.split.rate) < 0.01


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.tuples(
            st.tuples(st.integers(0, 40), st.integers(0, 40)),
            st.tuples(st.integers(0, 40), st.integers(0, 40)),
        ),
        min_size=1,
    )
)
def test_the_split_is_exact(rows: dict[str, tuple[Row, Row]]) -> None:
    """Rates and mix add up to the change of the whole."""
    split = cause(rows).split
    before, now = (
        tuple(map(sum, zip(*(row[at] for row in rows.values()), strict=True))) for at in (0, 1)
    )
    if split is None:
        assert not sum(before) or not sum(now)
    else:
        assert split.before + split.rate + split.mix == pytest.approx(now[0] / sum(now), abs=1e-5)


def test_chance_names_nobody() -> None:
    """When nothing fell, at most one search in ten names somebody (200 searches among twelve channels)."""
    rng = np.random.default_rng(3)
    named = 0
    for _ in range(200):
        rates = rng.uniform(0.2, 0.6, 12)
        rows = {}
        for number, rate in enumerate(rates):
            before, now = rng.binomial((100, 30), rate)
            rows[f"c{number}"] = ((int(before), 100 - int(before)), (int(now), 30 - int(now)))
        named += cause(rows).segment is not None

    assert named <= 20
