"""An import that is run again tells the same events under the same ids, whatever is around them."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.tools.importing.samples import opened, same, told

FIELDS = ("application_id", "applied_at", "job_id", "stage", "stage_at", "hired_at")
ROWS = st.lists(
    st.tuples(
        st.integers(1, 10**6),
        st.dates(),
        st.sampled_from(["j-1", "j-2", ""]),
        st.sampled_from(["書類選考", "一次面接", ""]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[0],
)


def line(row: tuple[int, object, str, str, bool]) -> str:
    """A row of the table; dates outside of what can be imported are brought into one year."""
    number, day, job, stage, hired = row
    month = f"2026-{str(day)[5:]}" if str(day)[5:] != "02-29" else "2026-02-28"
    return f"a-{number},{month},{job},{stage},,{'2027-06-01' if hired else ''}"


def ids(rows: list[str]) -> list[tuple[str, str, str]]:
    """Source, id and data of every event of the table."""
    text = "\n".join((",".join(FIELDS), *rows))
    with tempfile.TemporaryDirectory() as folder:
        found = told(opened(Path(folder), text, kind="applications", **same(*FIELDS)))
    return [(each.source, each.id, each.data) for each in found]


@given(ROWS)
def test_the_same_rows_have_the_same_ids(rows: list[tuple[int, object, str, str, bool]]) -> None:
    """A second run, or a table in another order, counts nothing twice."""
    lines = [line(row) for row in rows]
    once = ids(lines)

    assert ids(lines) == once
    assert sorted(ids(lines[::-1])) == sorted(once)
    assert len({each[:2] for each in once}) == len(once)


@given(ROWS)
def test_a_longer_table_keeps_the_ids_of_the_shorter(
    rows: list[tuple[int, object, str, str, bool]],
) -> None:
    """Next month's export, which begins like this month's, adds to it and changes nothing."""
    lines = [line(row) for row in rows]

    assert set(ids(lines[:-1])) <= set(ids(lines)) if len(lines) > 1 else True


def test_ids_are_not_made_of_what_may_be_corrected(tmp_path: Path) -> None:
    """A move at another time is another event; the same move in a table with more columns is not."""
    few = opened(
        tmp_path,
        "application_id,stage,entered_at\na-1,書類選考,2026-04-01\n",
        kind="stage_history",
        **same("application_id", "stage", "entered_at"),
    )
    first = [each.id for each in told(few)]
    more = opened(
        tmp_path,
        "application_id,stage,entered_at,channel\na-1,書類選考,2026-04-01,媒体\na-1,書類選考,2026-04-02,\n",
        kind="stage_history",
        **same("application_id", "stage", "entered_at", "channel"),
    )
    second = [each.id for each in told(more)]

    assert second[0] == first[0]
    assert second[1] != first[0]
