"""The lines of a situation say what they mean, and a line that says nothing is refused."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.cases.situations import Situation, read_expectation, read_situation


def situation(*events: str, **more: Any) -> Situation:
    """Return a situation with these events."""
    entry = {"situation": "Something happens.", "events": list(events), "expect": ["hired = 1"]}
    return read_situation("some", entry | more)


def test_an_event_names_its_application() -> None:
    """An application is one for job j-1 by a candidate of its own, applied for when it was created."""
    (event,) = situation(
        '2026-04-01T09:00 a1 application.created channel=doda stage="s-1 書類選考"'
    ).events

    assert event["type"] == "application.created"
    assert event["time"] == "2026-04-01T09:00:00+09:00"
    assert event["data"] == {
        "application": {
            "id": "a1",
            "job_id": "j-1",
            "candidate_id": "c-a1",
            "kind": "application",
            "applied_at": "2026-04-01T09:00:00+09:00",
        },
        "channel": {"id": "doda"},
        "stage": {"id": "s-1", "name": "書類選考"},
    }


def test_an_event_may_be_about_no_application() -> None:
    """The type may follow the instant, whose offset is kept."""
    (event,) = situation("2026-11-01T01:30-04:00 job.opened job_id=j-1").events

    assert (event["time"], event["data"]) == ("2026-11-01T01:30:00-04:00", {"job_id": "j-1"})


def test_interviews_name_people_rounds_and_times() -> None:
    """People, roles, numbers and times are read as such."""
    (event,) = situation(
        '2026-04-08T11:00 a1 interview.completed interviewers="u1 u2:shadow" round=2 start=2026-04-08T10:00'
    ).events

    assert {name: event["data"][name] for name in ("interviewers", "round", "start")} == {
        "interviewers": [{"user_id": "u1"}, {"user_id": "u2", "role": "shadow"}],
        "round": 2,
        "start": "2026-04-08T10:00:00+09:00",
    }


def test_a_range_repeats_its_run_of_lines() -> None:
    """All lines of one application precede those of the next."""
    events = situation(
        "2026-04-01T09:00 a1..a2 application.created",
        "2026-04-02T09:00 a1..a2 application.hired",
    ).events

    assert [
        (event["data"]["application"]["id"], event["type"].partition(".")[2]) for event in events
    ] == [("a1", "created"), ("a1", "hired"), ("a2", "created"), ("a2", "hired")]


def test_equal_instants_are_those_of_one_application() -> None:
    """Two applications may share an instant; two events of one leave their order to the sender."""
    lines = ("2026-04-01T09:00 a1 application.created", "2026-04-01T09:00 a2 application.created")

    assert not situation(*lines).has_equal_instants
    assert situation(*lines, "2026-04-01T00:00+00:00 a2 application.hired").has_equal_instants


def test_an_expectation_is_of_the_whole_company_this_year() -> None:
    """A bare measure is a sum over the year, on the day of the event."""
    expected = read_expectation("passed.interview_1 = 2")

    assert (expected.is_kpi, expected.name) == (False, "passed.interview_1")
    assert expected.value == 2
    assert (expected.dimension, expected.member, expected.basis) == ("total", "all", "decision")
    assert (expected.first, expected.last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_an_expectation_may_name_member_basis_days_and_sample() -> None:
    """Everything else that a KPI depends on can be said."""
    expected = read_expectation(
        'kpi some_rate "channel/Indeed Plus" cohort 2026-04-01..2026-04-30 = 2/3 of 3'
    )

    assert (expected.is_kpi, expected.name, expected.n) == (True, "some_rate", 3)
    assert expected.value == Fraction(2, 3)
    assert (expected.dimension, expected.member) == ("channel", "Indeed Plus")
    assert (expected.basis, expected.first.day, expected.last.day) == ("cohort", 1, 30)


def test_no_value_is_not_zero() -> None:
    """A KPI without a value is `none`; its sample size may be left open."""
    assert read_expectation("kpi some_rate = none of 0").value is None
    assert read_expectation("kpi some_rate = 0.0").n is None


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("2026-04-01T09:00 a1 application.made", "no event type"),
        ("2026-04-31T09:00 a1 application.created", "day"),
        ("2026-04-01T09:00 a1 application.created doda", "length"),
        ("2026-04-01T09:00 a1 interview.completed round=two", "value"),
    ],
)
def test_a_line_that_is_not_understood_is_refused(line: str, error: str) -> None:
    """An unknown type, an impossible day, a word without a field and a number that is none are refused."""
    with pytest.raises(ValueError, match=error):
        situation(line)


def test_an_entry_with_an_unknown_part_is_refused() -> None:
    """A misspelt part would otherwise expect nothing."""
    with pytest.raises(ValueError, match="expected"):
        situation(expected=["hired = 1"])
