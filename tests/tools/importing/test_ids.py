"""A repeated import yields the same events with the same ids, whatever the other rows are."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.tools.importing.samples import events_of, identity_columns, open_sample

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
    """A row of the table; dates are moved into one year within the importable range."""
    number, day, job, stage, hired = row
    month = f"2026-{str(day)[5:]}" if str(day)[5:] != "02-29" else "2026-02-28"
    return f"a-{number},{month},{job},{stage},,{'2027-06-01' if hired else ''}"


def ids(rows: list[str]) -> list[tuple[str, str, str]]:
    """Source, id and data of every event of the table."""
    text = "\n".join((",".join(FIELDS), *rows))
    with tempfile.TemporaryDirectory() as folder:
        events = events_of(
            open_sample(Path(folder), text, kind="applications", **identity_columns(*FIELDS))
        )
    return [(event.kind, event.id, event.data) for event in events]


@given(ROWS)
def test_the_same_rows_have_the_same_ids(rows: list[tuple[int, object, str, str, bool]]) -> None:
    """A second run, or a reordered table, counts nothing twice."""
    lines = [line(row) for row in rows]
    once = ids(lines)

    assert ids(lines) == once
    assert sorted(ids(lines[::-1])) == sorted(once)
    assert len({event[:2] for event in once}) == len(once)


@given(ROWS)
def test_a_longer_table_keeps_the_ids_of_the_shorter(
    rows: list[tuple[int, object, str, str, bool]],
) -> None:
    """A longer export that begins with the same rows adds events and changes none."""
    lines = [line(row) for row in rows]

    assert set(ids(lines[:-1])) <= set(ids(lines)) if len(lines) > 1 else True


def test_ids_do_not_depend_on_other_columns(tmp_path: Path) -> None:
    """A move at another time is a new event; the same move in a table with more columns is not."""
    few = open_sample(
        tmp_path,
        "application_id,stage,entered_at\na-1,書類選考,2026-04-01\n",
        kind="stage_history",
        **identity_columns("application_id", "stage", "entered_at"),
    )
    first = [event.id for event in events_of(few)]
    more = open_sample(
        tmp_path,
        "application_id,stage,entered_at,channel\na-1,書類選考,2026-04-01,媒体\na-1,書類選考,2026-04-02,\n",
        kind="stage_history",
        **identity_columns("application_id", "stage", "entered_at", "channel"),
    )
    second = [event.id for event in events_of(more)]

    assert second[0] == first[0]
    assert second[1] != first[0]
