"""Tests of the empirical Bayes shrinkage of pass rates."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import betaln

from schemas.statistics.beta import Beta
from schemas.statistics.shrinkage import PassCount, fit_prior, posterior

MEMBERS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.builds(PassCount, st.integers(0, n), st.just(n))),
    max_size=12,
)


def likelihood(members: Sequence[PassCount], a: float, b: float) -> float:
    """Compute the log-likelihood by the reference formula."""
    return sum(betaln(m.passes + a, m.n - m.passes + b) - betaln(a, b) for m in members)


def simulated(dice: random.Random, size: int) -> list[tuple[float, PassCount]]:
    """Simulate the reference interviewers: true rates around 40 %, SD 8 points; decisions geometric, mean 27."""
    members = []
    for _ in range(size):
        rate = min(max(dice.gauss(0.4, 0.08), 0.02), 0.98)
        n = 1 + int(math.log(1 - dice.random()) / math.log(1 - 1 / 27))
        members.append((rate, PassCount(sum(dice.random() < rate for _ in range(n)), n)))
    return members


def coverage(dice: random.Random, size: int, rounds: int) -> float:
    """Return how often the 90 % interval contains the true rate."""
    covered = []
    for _ in range(rounds):
        members = simulated(dice, size)
        prior = fit_prior([member for _, member in members])
        for rate, member in members:
            low, high = posterior(prior, member).interval(0.9)
            covered.append(low <= rate <= high)
    return sum(covered) / len(covered)


def test_the_estimate_is_nearer_to_the_truth() -> None:
    """For a hundred interviewers the error is at most half that of the raw rates."""
    members = simulated(random.Random(1), 100)
    prior = fit_prior([member for _, member in members])
    raw = math.sqrt(sum((m.passes / m.n - rate) ** 2 for rate, m in members))
    shrunk = math.sqrt(sum((posterior(prior, m).mean - rate) ** 2 for rate, m in members))

    assert shrunk <= 0.5 * raw


@pytest.mark.parametrize(("size", "rounds"), [(100, 6), (8, 60)])
def test_the_interval_holds_what_it_says(size: int, rounds: int) -> None:
    """The 90 % interval contains about nine of ten true rates, in large and small groups."""
    assert 0.85 <= coverage(random.Random(2), size, rounds) <= 0.95


@pytest.mark.parametrize("seed", range(4))
def test_the_prior_is_the_most_likely_one(seed: int) -> None:
    """A general optimiser finds the same maximum at the same parameters."""
    members = [member for _, member in simulated(random.Random(seed), 100)]
    prior = fit_prior(members)

    optimum = optimize.minimize(
        lambda x: -likelihood(members, math.exp(x[0]), math.exp(x[1])),
        [0.0, 0.0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5_000},
    )
    assert pytest.approx(-optimum.fun, abs=1e-8) == likelihood(members, prior.a, prior.b)
    assert pytest.approx(math.exp(optimum.x[0]), rel=1e-4) == prior.a
    assert pytest.approx(math.exp(optimum.x[1]), rel=1e-4) == prior.b


@settings(deadline=None, max_examples=60)
@given(MEMBERS, st.randoms(use_true_random=False))
def test_any_class_has_a_prior(members: list[PassCount], dice: random.Random) -> None:
    """The prior is finite, bounded and independent of the order for any group, including empty and single-member ones."""
    prior = fit_prior(members)
    mixed = list(members)
    dice.shuffle(mixed)

    assert prior == fit_prior(mixed)
    assert prior.a > 0 and prior.b > 0 and prior.a + prior.b <= 2_000 * (1 + 1e-9)
    assert pytest.approx(1) == sum(p.weight for p in prior.components)
    for member in members:
        low, high = posterior(prior, member).interval()
        assert 0 <= low < posterior(prior, member).mean < high <= 1


def test_one_member_learns_from_nobody() -> None:
    """A single member keeps the posterior of the Jeffreys prior."""
    assert pytest.approx((3.5, 7.5)) == parameters(
        posterior(fit_prior([PassCount(3, 10)]), PassCount(3, 10))
    )


def test_nobody_passed_anywhere() -> None:
    """If no member passes, the prior uses the other member's ten failures, and the rate stays above zero."""
    prior = fit_prior([PassCount(0, 10), PassCount(0, 10)])

    assert pytest.approx((0.5, 10.5)) == (prior.a, prior.b)
    assert pytest.approx((10.5, 0.5)) == parameters(
        fit_prior([PassCount(10, 10)] * 2).components[0].beta
    )


def test_the_prior_is_never_worth_more_than_the_others_decisions() -> None:
    """With two equal members of ten decisions the prior is worth eleven; in a large group at most 2,000."""
    two, many = fit_prior([PassCount(5, 10)] * 2), fit_prior([PassCount(5, 10)] * 400)

    assert pytest.approx((5.5, 5.5), rel=1e-5) == (two.a, two.b)
    assert pytest.approx((1_000, 1_000), rel=1e-5) == (many.a, many.b)


def test_a_member_without_decisions_gets_the_group_prior() -> None:
    """A member without decisions has the group's rate with the group's spread."""
    prior = fit_prior([PassCount(8, 20), PassCount(12, 30), PassCount(7, 10), PassCount(2, 20)])
    low, high = posterior(prior, PassCount(0, 0)).interval()

    assert low < 0.2 and high > 0.5


def parameters(beta: Beta) -> tuple[float, float]:
    """Return (a, b) for comparison."""
    return beta.a, beta.b
