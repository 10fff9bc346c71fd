"""Every reason for which a row can be refused is met by a row, and says what to do."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streams.tools.importing import dates
from streams.tools.importing.events import Fact, tell
from streams.tools.importing.map_file import Map
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import REFUSALS, RowProblem
from streams.tools.importing.row import Layout, RowReader
from streams.tools.importing.source import source
from tests.tools.importing.samples import HERE, LIMIT, TOKYO, mapped, opened, read, same

APPLICATIONS = ("application_id", "applied_at", "outcome", "ended_at", "hired_at", "reason")
EMPLOYMENT = ("application_id", "start", "end", "rating", "rated_at")
COSTS = ("amount", "currency", "scope", "cost_kind", "period_from", "member")
INTERVIEWS = ("application_id", "start", "round")

# Reason → kind, the row as it stands in the table, the column it is refused for.
ROWS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "empty": ("applications", APPLICATIONS, "a-1,,,,,", "applied_at"),
    "not_a_date": ("applications", APPLICATIONS, "a-1,4/1/2026,,,,", "applied_at"),
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
    "unknown_word": ("applications", APPLICATIONS, "a-1,2026-04-01,謎,,,", "outcome"),
    "not_known_ending": ("applications", APPLICATIONS, "a-1,2026-04-01,,2026-04-02,,", "ended_at"),
    "no_date_of": ("applications", APPLICATIONS, "a-1,2026-04-01,不採用,,,", "outcome"),
    "both_ended": (
        "applications",
        APPLICATIONS,
        "a-1,2026-04-01,辞退,2026-05-01,2026-05-01,",
        "ended_at",
    ),
    "backwards": ("applications", APPLICATIONS, "a-1,2026-04-01,不採用,2026-03-01,,", "ended_at"),
    "nothing_told": ("employment", EMPLOYMENT, "a-1,,,,", "start"),
    "cells": ("applications", APPLICATIONS, "a-1,2026-04-01", "row"),
    "not_csv": ("applications", APPLICATIONS, 'a-1,"2026"-04-01,,,,', "row"),
}
IN_LOGS = {"no_activity", "unmapped_activity", "no_application", "unknown_object"}
ELSEWHERE = {"conflict", "too_large", "not_canonical"}


def problems(readings: list[Reading]) -> list[RowProblem]:
    """All of them."""
    return [problem for each in readings for problem in each.problems]


def test_every_reason_is_met_here() -> None:
    """No message of the import goes unread before a customer reads it."""
    assert ROWS.keys() | IN_LOGS | ELSEWHERE == REFUSALS.keys()


@pytest.mark.parametrize("reason", ROWS)
def test_a_bad_row_is_refused_where_it_stands(tmp_path: Path, reason: str) -> None:
    """The line and the column are named, the rest of the file is taken."""
    kind, fields, row, column = ROWS[reason]
    sound = {
        "applications": "ok-1,2026-04-01,,,,",
        "employment": "ok-1,2026-04-01,,,",
        "costs": "100,JPY,company,media,2026-04-01,",
        "interviews": "ok-1,2026-04-01,1",
    }[kind]
    text = "\n".join((",".join(fields), row, sound)) + "\n"
    readings = read(opened(tmp_path, text, kind=kind, **same(*fields)))
    found = problems(readings)

    assert [(each.line, each.column) for each in found] == [(2, column)]
    wrong, remedy = REFUSALS[reason]
    assert wrong.partition("{}")[0] in found[0].wrong
    assert remedy.partition("{}")[0] in found[0].remedy
    assert "{}" not in found[0].wrong + found[0].remedy
    assert "example.com" not in found[0].wrong + found[0].remedy
    assert [bool(each.told) for each in readings] == [False, True]


def test_all_that_is_wrong_with_a_row_is_said_at_once(tmp_path: Path) -> None:
    """Who mends a table wants the whole list, not the first entry."""
    text = ",".join(APPLICATIONS) + "\n,soon,謎,later,,\n"
    found = problems(read(opened(tmp_path, text, kind="applications", **same(*APPLICATIONS))))

    assert {each.column for each in found} == {
        "application_id",
        "applied_at",
        "outcome",
        "ended_at",
    }


def test_two_rows_that_contradict_each_other(tmp_path: Path) -> None:
    """One application cannot be for two jobs; the second row is refused and names the first."""
    fields = ("application_id", "applied_at", "job_id")
    text = "\n".join((",".join(fields), "a-1,2026-04-01,j-1", "a-1,2026-04-01,j-2"))
    readings = read(opened(tmp_path, text, kind="applications", **same(*fields)))

    assert [len(each.told) for each in readings] == [1, 0]
    assert "line 2 tells the same event" in problems(readings)[0].wrong


def test_a_row_that_stands_twice_counts_once(tmp_path: Path) -> None:
    """A doubled row is no mistake and no second application."""
    text = "application_id,applied_at\n" + "a-1,2026-04-01\n" * 2
    readings = read(
        opened(tmp_path, text, kind="applications", **same("application_id", "applied_at"))
    )

    assert [(len(each.told), each.repeated) for each in readings] == [(1, 0), (0, 1)]


def test_an_event_that_no_body_can_hold(tmp_path: Path) -> None:
    """What the gateway would refuse for its size is refused here, with the row."""
    fields = ("application_id", "applied_at", "job_name")
    text = f"{','.join(fields)}\na-1,2026-04-01,{'長' * 400}\na-2,2026-04-01,短\n"
    readings = read(opened(tmp_path, text, kind="applications", **same(*fields)), largest=800)

    assert [len(each.told) for each in readings] == [0, 1]
    assert "more than the gateway takes" in problems(readings)[0].wrong


def test_what_our_own_model_does_not_take() -> None:
    """A value that an event may not hold is refused here, not set aside by the gateway."""
    layout = Layout(zone=ZoneInfo(TOKYO), headers={}, meanings={}, sanctioned={})
    row = RowReader(line=7, cells={}, layout=layout)
    when = dates.when("2026-04-01", layout.zone)
    fact = Fact(type="application.created", when=when, entity="a-1")
    events = tell(row, "applications", fact, {"application": {"id": "a" * 201}})

    assert events == []
    assert [(each.line, each.column) for each in row.problems] == [(7, "application.id")]
    assert "cannot be taken" in row.problems[0].wrong


def log_problems(folder: Path, **parts: Any) -> list[RowProblem]:
    """What is refused of the sample log of objects."""
    written: Map = mapped(folder, kind="log", **parts)
    readings = read(source(HERE / "hiring.jsonocel", written, TOKYO), LIMIT)
    return sorted(problems(readings), key=lambda each: each.line)


def test_an_activity_that_nobody_mapped_is_refused(tmp_path: Path) -> None:
    """Nothing of a log is dropped in silence: an activity is mapped, or ignored with a reason, or refused."""
    found = log_problems(
        tmp_path,
        objects={"application": "Application"},
        activities={"Submit application": {"type": "application.created"}},
    )

    assert (found[0].line, found[0].column) == (1, "activity")
    assert "“Publish job” is not in the map" in found[0].wrong
    assert "`ignore:` with a reason" in found[0].remedy


def test_an_event_of_no_application_is_refused(tmp_path: Path) -> None:
    """A log whose objects are mapped wrongly says so, event by event."""
    found = log_problems(
        tmp_path, activities={"Submit application": {"type": "application.created"}}
    )

    assert "belongs to no application" in found[1].wrong


def test_a_log_with_holes(tmp_path: Path) -> None:
    """An event without a name, and one about an object that is not in the log."""
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
    written = mapped(
        tmp_path,
        kind="log",
        objects={"application": "Application"},
        activities={"Hire": {"type": "application.hired"}},
    )
    found = problems(read(source(path, written, TOKYO)))

    assert [each.line for each in found] == [1, 2]
    assert "names no activity" in found[0].wrong
    assert "“x” is not in the log" in found[1].wrong
