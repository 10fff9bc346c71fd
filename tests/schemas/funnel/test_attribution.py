"""One application is one whole, however many channels touched it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel.attribution import WEIGHTS, WHOLE, Model, apportion, credit

MODELS = st.sampled_from(sorted(WEIGHTS))
TOUCHES = st.lists(st.sampled_from(["agency", "referral", "social", ""]), max_size=12)


@pytest.mark.parametrize(
    ("model", "shares"),
    [
        ("first", {"agency": 1_000_000}),
        ("last", {"referral": 1_000_000}),
        ("linear", {"agency": 250_000, "social": 500_000, "referral": 250_000}),
        ("position", {"agency": 400_000, "social": 200_000, "referral": 400_000}),
    ],
)
def test_every_model_shares_one_story(model: Model, shares: dict[str, int]) -> None:
    """An agency first, two posts after, a friend last."""
    assert shares == credit(["agency", "social", "social", "referral"], model)


def test_one_touch_is_all_and_two_are_halves() -> None:
    """Forty, twenty, forty needs three."""
    assert credit(["agency"], "position") == {"agency": WHOLE}
    assert credit(["agency", "social"], "position") == {"agency": 500_000, "social": 500_000}


@pytest.mark.parametrize("model", sorted(WEIGHTS))
def test_what_nobody_told_is_unknown(model: Model) -> None:
    """An application without a channel is shown, not left out."""
    assert {"unknown": WHOLE} == credit([], model) == credit([""], model)


def test_thirds_are_rounded_by_order() -> None:
    """The odd micro-unit goes to the first of equals."""
    assert credit(["a", "b", "c"], "linear") == {"a": 333_334, "b": 333_333, "c": 333_333}


@given(TOUCHES, MODELS)
def test_credits_are_one_whole(touches: list[str], model: Model) -> None:
    """Their sum is exact, and only channels that touched get any."""
    shares = credit(touches, model)

    assert sum(shares.values()) == WHOLE
    assert set(shares) <= {touch or "unknown" for touch in touches} | {"unknown"}
    assert all(share > 0 for share in shares.values())


@given(st.lists(st.integers(0, 1_000), min_size=1).filter(any), st.integers(0, 10**9))
def test_shares_are_fair_to_one_unit(weights: list[int], total: int) -> None:
    """Each share is its exact proportion, rounded down or up, and they sum to the total."""
    shares = apportion(total, weights)

    assert total == sum(shares)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)
