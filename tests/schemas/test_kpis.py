"""KPIs are fractions of tallies, and say when there is nothing to divide by."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.kpis import KPIS, Measured, measure
from schemas.milestones import MILESTONES

BY_ID = {kpi.id: kpi for kpi in KPIS}
MEASURES = [f"{way}.{stage}" for way in ("passed", "failed", "withdrew") for stage in MILESTONES]
TALLIES = st.dictionaries(
    st.sampled_from(
        [*MEASURES, "applications", "hired", "offers_accepted", "offers_declined", "hire_days.7"]
    ),
    st.integers(0, 50),
)


def test_ids_are_unique_and_named_in_both_languages() -> None:
    """Every definition can be looked up, in Japanese and in English."""
    assert len(BY_ID) == len(KPIS)
    assert all(kpi.ja and kpi.en and kpi.explanation for kpi in KPIS)


def test_a_rate_without_cases_is_unknown_not_zero() -> None:
    """No decisions yet is not a pass rate of 0 %."""
    assert Measured(None, 0) == measure(BY_ID["screen_pass_rate"], {"applications": 5})


def test_a_rate_carries_its_sample_size() -> None:
    """Three of four passed."""
    tally = {"passed.screening": 3, "failed.screening": 1, "withdrew.screening": 9}

    assert Measured(0.75, 4) == measure(BY_ID["screen_pass_rate"], tally)


def test_time_to_hire_is_the_median_of_the_hires() -> None:
    """Hires after 10, 20, 20 and 40 days."""
    tally = {"hire_days.10": 1, "hire_days.20": 2, "hire_days.40": 1}

    assert Measured(20.0, 4) == measure(BY_ID["time_to_hire_days"], tally)


@given(TALLIES, TALLIES)
def test_roll_ups_are_sums_over_sums(one: dict[str, int], other: dict[str, int]) -> None:
    """The rate of two teams together lies between the rates of each."""
    both = {name: one.get(name, 0) + other.get(name, 0) for name in one.keys() | other.keys()}
    for kpi in KPIS:
        if kpi.unit != "ratio":
            continue
        values = [
            got.value for got in (measure(kpi, one), measure(kpi, other)) if got.value is not None
        ]
        together = measure(kpi, both).value
        assert (together is None) == (not values)
        if together is not None:
            assert min(values) - 1e-9 <= together <= max(values) + 1e-9


@given(TALLIES)
def test_every_rate_is_a_share(tally: dict[str, int]) -> None:
    """No rate is below 0 or above 1, whatever was counted."""
    rates = [measure(kpi, tally).value for kpi in KPIS if kpi.unit == "ratio"]

    assert all(rate is None or 0 <= rate <= 1 for rate in rates)
