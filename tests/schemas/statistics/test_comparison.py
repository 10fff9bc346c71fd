"""People are compared by what the others do at the same stages, and few decisions are never shown of one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.comparison import MIN_DECISIONS, Comparison, compare
from schemas.statistics.shrinkage import PassCount, fit_prior, posterior

Decisions = dict[str, dict[str, PassCount]]
counts = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda pair: PassCount(min(pair), max(pair))
)
companies = st.dictionaries(
    st.sampled_from("abcdefgh"), st.dictionaries(st.sampled_from("xyz"), counts, max_size=3)
)


def by_member(decisions: Decisions) -> dict[str, Comparison]:
    """The comparison of each member that is shown by itself."""
    return {row.members[0]: row for row in compare(decisions) if len(row.members) == 1}


@given(companies)
def test_few_decisions_are_never_shown_of_one_person(decisions: Decisions) -> None:
    """Whoever is shown alone has enough decisions, and the group of the others holds two or more."""
    rows = compare(decisions)
    deciding = [m for m, stages in decisions.items() if sum(c.n for c in stages.values()) > 0]

    if len(deciding) > 1:
        assert sorted(member for row in rows for member in row.members) == sorted(deciding)
    for row in rows:
        assert len(row.members) > 1 or row.n >= MIN_DECISIONS
        assert 0 <= row.warning.low <= row.warning.high <= 1
        assert row.action.low <= row.warning.low and row.warning.high <= row.action.high


def test_a_single_person_with_few_decisions_takes_another_along() -> None:
    """Of three people one with two decisions is grouped with the next smallest, so that nobody can be computed from the rest."""
    stage = {"few": 2, "some": 20, "many": 60}
    rows = compare({name: {"x": PassCount(n // 2, n)} for name, n in stage.items()})

    assert sorted(row.members for row in rows) == [("few", "some"), ("many",)]


def test_a_harder_stage_is_not_held_against_anybody() -> None:
    """Who decides at the hardest stage is expected to pass few, and is as strict as the others."""
    easy, hard = PassCount(60, 100), PassCount(20, 100)
    rows = by_member(
        {
            "a": {"first": easy, "last": PassCount(0, 0)},
            "b": {"last": hard},
            "c": {"first": easy, "last": hard},
        }
    )

    assert rows["b"].expected == pytest.approx(0.2, abs=0.02)
    assert not any(row.flagged for row in rows.values())
    assert rows["a"].shrunk.mean == pytest.approx(rows["b"].shrunk.mean, abs=0.02)


def test_who_differs_is_flagged() -> None:
    """Ninety of a hundred where the others pass forty is not chance."""
    rows = by_member(
        {"odd": {"x": PassCount(90, 100)}}
        | {f"m{number}": {"x": PassCount(40, 100)} for number in range(9)}
    )

    assert [name for name, row in rows.items() if row.flagged] == ["odd"]
    assert 0.4 < rows["odd"].shrunk.mean < 0.9


def test_at_one_stage_it_is_the_exact_shrinkage() -> None:
    """Without a mix of stages, the adjusted passes are the passes."""
    passes = {"a": PassCount(3, 10), "b": PassCount(12, 30), "c": PassCount(9, 12)}
    rows = by_member({name: {"x": count} for name, count in passes.items()})
    prior = fit_prior([*passes.values()])

    for name, count in passes.items():
        assert rows[name].shrunk.mean == pytest.approx(posterior(prior, count).mean, abs=1e-6)


def test_nobody_is_compared_without_decisions() -> None:
    """Without decisions there is nothing to show."""
    assert compare({}) == compare({"a": {"x": PassCount(0, 0)}}) == []
