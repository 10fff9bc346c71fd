"""Tests of the KPI catalogue and of KPI evaluation on tallies."""

from pathlib import Path

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import KpiValue, evaluate, quantile
from schemas.tenants.milestones import MILESTONES
from streams.tools.kpi import definitions

MEASURES = [f"{way}.{stage}" for way in ("passed", "failed", "withdrew") for stage in MILESTONES]
TALLIES = st.dictionaries(
    st.sampled_from(
        [*MEASURES, "applications", "hired", "offers_accepted", "offers_declined", "hire_days.7"]
    ),
    st.integers(0, 50),
)


def test_ids_are_unique_and_named_in_both_languages() -> None:
    """Every KPI has a unique id and Japanese and English texts."""
    assert len(BY_ID) == len(KPIS)
    assert all(kpi.ja and kpi.en and kpi.explain_ja and kpi.explain_en for kpi in KPIS)


def test_a_rate_without_cases_is_unknown_not_zero() -> None:
    """A pass rate without decisions is None, not 0 %."""
    assert KpiValue(None, 0) == evaluate(BY_ID["screen_pass_rate"], {"applications": 5})


def test_a_rate_carries_its_sample_size() -> None:
    """With three of four passed, the rate is 0.75 and the sample size 4."""
    tally = {"passed.screening": 3, "failed.screening": 1, "withdrew.screening": 9}

    assert KpiValue(0.75, 4) == evaluate(BY_ID["screen_pass_rate"], tally)


def test_time_to_hire_is_the_median_of_the_hires() -> None:
    """For hires after 10, 20, 20 and 40 days the median is 20."""
    tally = {"hire_days.10": 1, "hire_days.20": 2, "hire_days.40": 1}

    assert KpiValue(20.0, 4) == evaluate(BY_ID["time_to_hire_days"], tally)


@given(TALLIES, TALLIES)
def test_roll_ups_are_sums_over_sums(first: dict[str, int], second: dict[str, int]) -> None:
    """The combined share of two teams lies between the shares of each team."""
    both = {name: first.get(name, 0) + second.get(name, 0) for name in first.keys() | second.keys()}
    for kpi in KPIS:
        if kpi.kind != "ratio" or not set(kpi.numerator) <= set(kpi.denominator):
            continue
        values = [
            result.value
            for result in (evaluate(kpi, first), evaluate(kpi, second))
            if result.value is not None
        ]
        together = evaluate(kpi, both).value
        assert (together is None) == (not values)
        if together is not None:
            assert min(values) - 1e-9 <= together <= max(values) + 1e-9


@given(TALLIES)
def test_every_rate_is_a_share(tally: dict[str, int]) -> None:
    """A rate whose numerator is part of its denominator lies between 0 and 1 for any tally."""
    shares = [
        kpi
        for kpi in KPIS
        if kpi.kind == "within"
        or (kpi.kind == "ratio" and set(kpi.numerator) <= set(kpi.denominator))
    ]
    rates = [evaluate(kpi, tally).value for kpi in shares]

    assert all(rate is None or 0 <= rate <= 1 for rate in rates)


def test_quantiles_are_those_of_pandas() -> None:
    """Quantiles interpolate linearly, like the pandas default."""
    days = [3, 3, 4, 10, 25, 26]
    bars = {day: days.count(day) for day in sorted(set(days))}

    for share in (0, 0.1, 0.25, 0.5, 0.9, 1):
        assert quantile(bars, share) == pytest.approx(pandas.Series(days).quantile(share))


def test_a_misspelt_id_is_answered_with_similar_ones() -> None:
    """A misspelt KPI id is answered with similar ids."""
    with pytest.raises(Malformed, match="did you mean screen_pass_rate"):
        definitions.find("screen_pas_rate")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_of_definitions_is_the_catalogue(lang: str) -> None:
    """`hirelay kpi list --page` prints the page that is committed in the repository."""
    page = (Path(__file__).parents[3] / f"deploy/definitions/{lang}.md").read_text()

    assert definitions.catalogue_page(lang) == page


def test_every_definition_is_explained_in_both_languages() -> None:
    """Every explanation contains the KPI id and the formula."""
    for kpi in KPIS:
        for lang in ("ja", "en"):
            text = definitions.explain(kpi, lang)
            assert kpi.id in text and definitions.formula(kpi) in text
