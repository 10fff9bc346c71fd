"""Tests of the life table of a triangle and its correction of impossible data."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.statistics.triangle import LifeTableRow, Triangle, life_table

DAYS = st.integers(-5, 40)
ANY = st.builds(
    Triangle,
    st.dictionaries(DAYS, st.integers(-3, 30)),
    st.dictionaries(
        st.tuples(DAYS, st.sampled_from(["pass", "fail"]), st.integers(-5, 60)),
        st.integers(-3, 8),
    ),
)


def test_events_come_before_censorings_of_the_same_age() -> None:
    """A case open at age three was at risk when another failed at age three."""
    triangle = Triangle({0: 2, 7: 1}, {(0, "pass", 2): 1, (0, "fail", 3): 1})

    table = life_table(triangle, 10)

    assert (LifeTableRow(2, 3, {"pass": 1}, 0), LifeTableRow(3, 2, {"fail": 1}, 1)) == table.rows
    assert (table.n, table.in_flight, table.corrected) == (3, 1, 0)


def test_the_past_is_shown_as_it_was_known_then() -> None:
    """A life table as of a day ignores later decisions and entries."""
    triangle = Triangle({0: 1, 3: 5}, {(0, "pass", 2): 1, (3, "fail", 0): 2})

    table = life_table(triangle, 1)

    assert (LifeTableRow(1, 1, {}, 1),) == table.rows
    assert (table.n, table.in_flight, table.corrected) == (1, 1, 0)


def test_impossible_data_is_corrected_and_counted() -> None:
    """A decision before the application, two decisions of one case and a negative count are corrected."""
    triangle = Triangle({0: 1, 1: -2}, {(0, "pass", -4): 1, (0, "fail", 1): 1})

    table = life_table(triangle, 5)

    assert (LifeTableRow(0, 2, {"pass": 1}, 0), LifeTableRow(1, 1, {"fail": 1}, 0)) == table.rows
    assert (table.n, table.in_flight, table.corrected) == (2, 0, 4)


@given(ANY, DAYS)
def test_nobody_is_lost(triangle: Triangle, as_of: int) -> None:
    """For any data every case ends in an event or a censoring, and ages ascend."""
    table = life_table(triangle, as_of)
    left = [sum(row.events.values()) + row.censored for row in table.rows]

    assert table.n == sum(left)
    assert [sum(left[i:]) for i in range(len(left))] == [row.at_risk for row in table.rows]
    assert table.in_flight == sum(row.censored for row in table.rows)
    assert sorted({row.age for row in table.rows}) == [row.age for row in table.rows]
