"""Random cohorts, as triangles and as the lists of cases they represent."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st

from schemas.statistics.triangle import Triangle

AS_OF = 60
OUTCOMES = ("fail", "pass", "withdraw")
Case = tuple[
    int, str, int
]  # entry day, outcome, its age; it is in flight if that lies beyond AS_OF

CASES = st.lists(
    st.tuples(st.integers(0, AS_OF), st.sampled_from(OUTCOMES), st.integers(0, 80)),
    min_size=1,
    max_size=40,
)


def triangle(cases: Sequence[Case]) -> Triangle:
    """Build the triangle of the cases; endings after AS_OF are not known yet."""
    return Triangle(
        Counter(day for day, _, _ in cases),
        Counter(case for case in cases if case[0] + case[2] <= AS_OF),
    )


def observed(cases: Sequence[Case]) -> list[tuple[int, str | None]]:
    """Return the last observed age of each case and its outcome, None if in flight."""
    return [
        (age, outcome) if day + age <= AS_OF else (AS_OF - day, None) for day, outcome, age in cases
    ]
