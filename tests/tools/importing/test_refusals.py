"""Every reason to refuse a row occurs in a test and says what to do."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streams.tools.importing import dates
from streams.tools.importing.events import Fact, to_events
from streams.tools.importing.map_file import Map
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import REFUSALS, RowProblem
from streams.tools.importing.refusals_ja import JAPANESE
from streams.tools.importing.row import Layout, RowReader
from streams.tools.importing.source import open_source
from tests.tools.importing.samples import (
    HERE,
    LIMIT,
    TOKYO,
    identity_columns,
    open_sample,
    read_rows,
    write_map,
)

APPLICATIONS = ("application_id", "applied_at", "outcome", "ended_at", "hired_at", "reason")
EMPLOYMENT = ("application_id", "start", "end", "rating", "rated_at")
COSTS = ("amount", "currency", "scope", "cost_kind", "period_from", "member")
HISTORY = ("application_id", "stage", "entered_at")
INTERVIEWS = ("application_id", "start", "round")

# Reason → kind of table, fields, the bad row, the column that is refused.
ROWS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "empty": ("applications", APPLICATIONS, "a-1,,,,,", "applied_at"),
    "not_a_date": ("applications", APPLICATIONS, "a-1,soon,,,,", "applied_at"),
    "ambiguous_date": ("applications", APPLICATIONS, "a-1,4/1/2026,,,,", "applied_at"),
    "serial_number": ("applications", APPLICATIONS, "a-1,46113,,,,", "applied_at"),
    "narrow_column": ("applications", APPLICATIONS, "a-1,########,,,,", "applied_at"),
    "outside_era": ("applications", APPLICATIONS, "a-1,H38.4.1,,,,", "applied_at"),
    "other_weekday": ("applications", APPLICATIONS, "a-1,2026/4/1(木),,,,", "applied_at"),
    "midnight": ("applications", APPLICATIONS, "a-1,2026/4/1 24:00,,,,", "applied_at"),
    "contradiction": (
        "applications",
        APPLICATIONS,
        "a-1,2026-04-01,選考中,,2026-05-01,",
        "outcome",
    ),
    "total_row": ("applications", APPLICATIONS, "合計,2026-04-01,,,,", "application_id"),
    "stage_is_ending": ("stage_history", HISTORY, "a-1,クローズ,2026-04-01", "stage"),
    "out_of_range": ("applications", APPLICATIONS, "a-1,1026-04-01,,,,", "applied_at"),
    "not_a_number": ("employment", EMPLOYMENT, "a-1,2026-04-01,,good,2026-10-01", "rating"),
    "not_whole": ("interviews", INTERVIEWS, "a-1,2026-04-01,1.5", "round"),
    "not_money": ("costs", COSTS, "a lot,,company,media,2026-04-01,", "amount"),
    "other_currency": ("costs", COSTS, "¥100,USD,company,media,2026-04-01,", "amount"),
    "not_a_currency": ("costs", COSTS, "100,yen!,company,media,2026-04-01,", "currency"),
    "email": (
        "applications",
        APPLICATIONS,
        "a-1,2026-04-01,不採用,2026-04-02,,x@example.com",
        "reason",
    ),
    "at_in_id": ("applications", APPLICATIONS, "x@example.com,2026-04-01,,,,", "application_id"),
    "too_long": ("applications", APPLICATIONS, f"{'a' * 101},2026-04-01,,,,", "application_id"),
    "unmapped_value": ("applications", APPLICATIONS, "a-1,2026-04-01,謎,,,", "outcome"),
    "unknown_end_party": ("applications", APPLICATIONS, "a-1,2026-04-01,,2026-04-02,,", "ended_at"),
    "no_date_of": ("applications", APPLICATIONS, "a-1,2026-04-01,不採用,,,", "outcome"),
    "both_ended": (
        "applications",
        APPLICATIONS,
        "a-1,2026-04-01,辞退,2026-05-01,2026-05-01,",
        "ended_at",
    ),
    "dates_out_of_order": (
        "applications",
        APPLICATIONS,
        "a-1,2026-04-01,不採用,2026-03-01,,",
        "ended_at",
    ),
    "spreadsheet_id": ("applications", APPLICATIONS, "1.23E+11,2026-04-01,,,,", "application_id"),
    "tax_included": ("costs", COSTS, "110万円(税込),JPY,company,media,2026-04-01,", "amount"),
    "no_dates": ("employment", EMPLOYMENT, "a-1,,,,", "start"),
    "cells": ("applications", APPLICATIONS, "a-1,2026-04-01", "row"),
    "not_csv": ("applications", APPLICATIONS, 'a-1,"2026"-04-01,,,,', "row"),
}
IN_LOGS = {"no_activity", "unmapped_activity", "no_application", "unknown_object"}
ELSEWHERE = {
    *("conflict", "too_large", "not_canonical", "future_time", "two_times"),
    *("out_of_turn", "two_answers", "two_employments"),
}
NOTED = {
    *("ruled", "no_answer", "undated_answer", "join_without_hire", "implausible_amount", "one_id"),
    *("ruled_between", "differs", "same_cost"),
}


def problems(readings: list[Reading]) -> list[RowProblem]:
    """All problems of the readings."""
    return [problem for reading in readings for problem in reading.problems]


def test_every_reason_is_covered() -> None:
    """Every refusal reason is covered by a test."""
    assert ROWS.keys() | IN_LOGS | ELSEWHERE | NOTED == REFUSALS.keys()


def test_every_reason_is_written_in_japanese() -> None:
    """A Japanese report has each reason, with the same details."""
    details = {reason: [text.count("{}") for text in texts] for reason, texts in REFUSALS.items()}

    assert {
        reason: [text.count("{}") for text in texts] for reason, texts in JAPANESE.items()
    } == details


@pytest.mark.parametrize("reason", ROWS)
def test_a_bad_row_is_refused_with_line_and_column(tmp_path: Path, reason: str) -> None:
    """The problem names the line and the column; the other rows are accepted."""
    kind, fields, row, column = ROWS[reason]
    sound = {
        "applications": "ok-1,2026-04-01,,,,",
        "employment": "ok-1,2026-04-01,,,",
        "costs": "100,JPY,company,media,2026-04-01,",
        "interviews": "ok-1,2026-04-01,1",
        "stage_history": "ok-1,書類選考,2026-04-01",
    }[kind]
    text = "\n".join((",".join(fields), row, sound)) + "\n"
    readings = read_rows(open_sample(tmp_path, text, kind=kind, **identity_columns(*fields)))
    row_problems = problems(readings)

    assert [(problem.line, problem.column) for problem in row_problems] == [(2, column)]
    wrong, remedy = REFUSALS[reason]
    assert wrong.partition("{}")[0] in row_problems[0].message
    assert remedy.partition("{}")[0] in row_problems[0].remedy
    assert "{}" not in row_problems[0].message + row_problems[0].remedy
    assert "example.com" not in row_problems[0].message + row_problems[0].remedy
    assert [bool(reading.events) for reading in readings] == [False, True]


def test_all_problems_of_a_row_are_reported(tmp_path: Path) -> None:
    """All problems of a row are reported, not only the first."""
    text = ",".join(APPLICATIONS) + "\n,soon,謎,later,,\n"
    row_problems = problems(
        read_rows(
            open_sample(tmp_path, text, kind="applications", **identity_columns(*APPLICATIONS))
        )
    )

    assert {problem.column for problem in row_problems} == {
        "application_id",
        "applied_at",
        "outcome",
        "ended_at",
    }


def test_conflicting_rows_are_refused(tmp_path: Path) -> None:
    """Two conflicting rows are both refused, and each names the line of the other."""
    fields = ("application_id", "applied_at", "job_id")
    text = "\n".join((",".join(fields), "a-1,2026-04-01,j-1", "a-1,2026-04-01,j-2"))
    readings = read_rows(
        open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))
    )

    assert [len(reading.events) for reading in readings] == [0, 0]
    messages = [problem.message for problem in problems(readings)]
    assert ["line 3" in messages[0], "line 2" in messages[1]] == [True, True]


def test_a_duplicate_row_counts_once(tmp_path: Path) -> None:
    """A duplicate row is neither an error nor a second application."""
    text = "application_id,applied_at\n" + "a-1,2026-04-01\n" * 2
    readings = read_rows(
        open_sample(
            tmp_path, text, kind="applications", **identity_columns("application_id", "applied_at")
        )
    )

    assert [len(reading.events) for reading in readings] == [1, 0]
    assert problems(readings) == []


def test_an_oversized_event_is_refused(tmp_path: Path) -> None:
    """An event larger than the gateway's limit is refused with its row."""
    fields = ("application_id", "applied_at", "job_name")
    text = f"{','.join(fields)}\na-1,2026-04-01,{'長' * 400}\na-2,2026-04-01,短\n"
    readings = read_rows(
        open_sample(tmp_path, text, kind="applications", **identity_columns(*fields)), max_bytes=800
    )

    assert [len(reading.events) for reading in readings] == [0, 1]
    assert "more than the gateway accepts" in problems(readings)[0].message


def test_a_date_ahead_is_refused(tmp_path: Path) -> None:
    """A row about what has not happened yet is refused with its line; a planned start is not."""
    fields = ("application_id", "applied_at", "hired_at", "start_date")
    text = f"{','.join(fields)}\na-1,2062-04-01,,\na-2,2026-03-01,2026-04-01,2026-10-01\n"
    sample = open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))
    readings = read_rows(sample)

    assert [len(reading.events) for reading in readings] == [0, 2]
    assert [problem.line for problem in problems(readings)] == [2]
    assert "two days ahead" in problems(readings)[0].message


def test_texts_lose_personal_data(tmp_path: Path) -> None:
    """What is left of a text without the person in it is imported."""
    fields = ("application_id", "applied_at", "channel")
    text = f"{','.join(fields)}\n００１,2026-04-01,紹介 山田太郎 taro@example.com\n"
    sample = open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))
    (event,) = read_rows(sample)[0].events

    assert json.loads(event.data)["application"]["id"] == "001"
    assert json.loads(event.data)["channel"]["id"] == "紹介"


def test_two_times_of_one_day_are_refused(tmp_path: Path) -> None:
    """A time in the cell of the day and another one in its own column contradict each other."""
    text = "応募ID,応募日,応募時刻\na-1,2026/4/1 9:00,10:00\n"
    (problem,) = problems(read_rows(open_sample(tmp_path, text)))

    assert (problem.line, problem.column) == (2, "応募日")
    assert "keep the time in one" in problem.remedy


def test_data_that_does_not_fit_the_model_is_refused() -> None:
    """A value that does not fit the event model is refused here, not quarantined by the gateway."""
    layout = Layout(zone=ZoneInfo(TOKYO), headers={}, value_mappings={}, allowed_values={})
    row = RowReader(line=7, cells={}, layout=layout)
    when = dates.parse_instant("2026-04-01", layout.zone)
    fact = Fact(type="application.created", when=when, entity="a-1", slot="created")
    events = to_events(row, "applications", fact, {"application": {"id": "a" * 201}})

    assert events == []
    assert [(problem.line, problem.column) for problem in row.problems] == [(7, "application.id")]
    assert "is not valid" in row.problems[0].message


def log_problems(folder: Path, **parts: Any) -> list[RowProblem]:
    """The problems of the sample object log."""
    import_map: Map = write_map(folder, kind="log", **parts)
    readings = read_rows(open_source(HERE / "hiring.jsonocel", import_map, TOKYO), LIMIT)
    return sorted(problems(readings), key=lambda problem: problem.line)


def test_an_unmapped_activity_is_refused(tmp_path: Path) -> None:
    """An activity that is neither mapped nor ignored with a reason is refused."""
    row_problems = log_problems(
        tmp_path,
        objects={"application": "Application"},
        activities={"Submit application": {"type": "application.created"}},
    )

    assert (row_problems[0].line, row_problems[0].column) == (1, "activity")
    assert "“Publish job” is not in the map" in row_problems[0].message
    assert "`ignore:` with a reason" in row_problems[0].remedy


def test_an_event_without_an_application_is_refused(tmp_path: Path) -> None:
    """Events without an application are refused one by one if the objects are mapped wrongly."""
    row_problems = log_problems(
        tmp_path, activities={"Submit application": {"type": "application.created"}}
    )

    assert "belongs to no application" in row_problems[1].message


def test_incomplete_log_entries_are_refused(tmp_path: Path) -> None:
    """An event without an activity and an event with an unknown object are refused."""
    log = {
        "ocel:objects": {"a-1": {"ocel:type": "Application", "ocel:ovmap": {}}},
        "ocel:events": {
            "1": {"ocel:activity": "", "ocel:timestamp": "2026-04-01", "ocel:omap": ["a-1"]},
            "2": {
                "ocel:activity": "Hire",
                "ocel:timestamp": "2026-04-01",
                "ocel:omap": ["a-1", "x"],
            },
        },
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log))
    written = write_map(
        tmp_path,
        kind="log",
        objects={"application": "Application"},
        activities={"Hire": {"type": "application.hired"}},
    )
    row_problems = problems(read_rows(open_source(path, written, TOKYO)))

    assert [problem.line for problem in row_problems] == [1, 2]
    assert "names no activity" in row_problems[0].message
    assert "“x” is not in the log" in row_problems[1].message
