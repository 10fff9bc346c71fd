"""The credits of one application sum to one, however many channels touched it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel.attribution import FULL_CREDIT, WEIGHTS, AttributionModel, apportion, credit

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
def test_every_model_credits_one_history(model: AttributionModel, shares: dict[str, int]) -> None:
    """An agency, then two social posts, then a referral."""
    assert shares == credit(["agency", "social", "social", "referral"], model)


def test_one_touch_gets_all_and_two_get_half_each() -> None:
    """The 40/20/40 split needs three touches."""
    assert credit(["agency"], "position") == {"agency": FULL_CREDIT}
    assert credit(["agency", "social"], "position") == {"agency": 500_000, "social": 500_000}


@pytest.mark.parametrize("model", sorted(WEIGHTS))
def test_a_missing_channel_is_unknown(model: AttributionModel) -> None:
    """An application without a channel is credited to `unknown`, not left out."""
    assert {"unknown": FULL_CREDIT} == credit([], model) == credit([""], model)


def test_thirds_are_rounded_by_order() -> None:
    """The odd micro-unit goes to the first of equal shares."""
    assert credit(["a", "b", "c"], "linear") == {"a": 333_334, "b": 333_333, "c": 333_333}


@given(TOUCHES, MODELS)
def test_credits_sum_to_one(touches: list[str], model: AttributionModel) -> None:
    """The sum is exact, and only channels that touched the application get credit."""
    shares = credit(touches, model)

    assert sum(shares.values()) == FULL_CREDIT
    assert set(shares) <= {touch or "unknown" for touch in touches} | {"unknown"}
    assert all(share > 0 for share in shares.values())


@given(st.lists(st.integers(0, 1_000), min_size=1).filter(any), st.integers(0, 10**9))
def test_shares_are_fair_to_one_unit(weights: list[int], total: int) -> None:
    """Each share is its exact proportion, rounded down or up, and they sum to the total."""
    shares = apportion(total, weights)

    assert total == sum(shares)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)
