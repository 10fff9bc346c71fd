"""Hires that vary more than by chance widen the forecast, and a changed hire rate is said."""

import numpy as np

from schemas.statistics.dispersion import HireVariation, hire_variation
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.triangle import Triangle

PAST = 365


def history(hired_per_month: list[int]) -> Triangle:
    """A hundred applications a month, decided after ten days; so many of them are hired."""
    entered, resolved = {}, {}
    for month, hires in enumerate(hired_per_month):
        day = 30 * month
        entered[day] = 100
        resolved[day, "hired", 10] = hires
        resolved[day, "rejected", 10] = 100 - hires
    return Triangle(entered, resolved)


def variation(hired_per_month: list[int]) -> HireVariation:
    """The variation of that history at its end."""
    cases, as_of = history(hired_per_month), 30 * len(hired_per_month) - 1
    table = aalen_johansen(cases, as_of)
    assert table is not None
    return hire_variation(cases, table, as_of)


def test_chance_alone_is_not_widened() -> None:
    """Monthly hires that vary like a Poisson number have a dispersion of about 1."""
    hires = [int(n) for n in np.random.default_rng(2).binomial(100, 0.12, 12)]

    assert 1 <= variation(hires).phi < 1.8
    assert not variation(hires).changed


def test_good_and_bad_months_are_dispersion() -> None:
    """Months of 2 and of 22 hires in turn vary far more than chance."""
    assert variation([2, 22] * 6).phi > 5


def test_a_hire_rate_that_halved_is_a_change() -> None:
    """After ten steady months, two with hardly any hire leave the range of the past."""
    result = variation([12, 11, 13, 12, 12, 11, 12, 13, 12, 12, 1, 2])

    assert result.changed


def test_a_short_history_says_nothing() -> None:
    """With three months there is no telling."""
    assert variation([1, 20, 1]) == HireVariation()
