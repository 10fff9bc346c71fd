"""Files are taken as spreadsheets save them, and refused with one sentence where that cannot be."""

from pathlib import Path
from typing import Any

import pytest

from streams.configuration.files import Misconfigured
from streams.tools.importing import table
from streams.tools.importing.map_file import load
from streams.tools.importing.source import source
from tests.tools.importing.samples import TOKYO, mapped, opened, read, same, told
from tests.tools.importing.samples import table as written

JAPANESE = "応募ID,求人,応募日,媒体\r\nA-1,営業〜髙,2026/04/01,ビズリーチ\r\n"
FIELDS = ("application_id", "applied_at")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_tables_of_every_encoding(tmp_path: Path, encoding: str) -> None:
    """Excel saves CP932 and UTF-8 with a mark; both are recognised without being told."""
    text = JAPANESE if encoding != "cp932" else JAPANESE.replace("〜", "~")
    (event,) = told(source(written(tmp_path, text, encoding), None, TOKYO))

    assert '"job_name":"営業' in event.data
    assert "髙" in event.data


def test_tabs_and_line_breaks_in_cells(tmp_path: Path) -> None:
    """A cell may hold a line break, and the next row still knows its line."""
    text = '"application\nid"\tapplied_at\n"a\n1"\t2026-04-01\n\n"a-2"\tx\n'
    path = written(tmp_path, text, name="t.tsv")
    lines = list(table.look(path).lines())

    assert [(each.number, each.cells[1]) for each in lines] == [(3, "2026-04-01"), (6, "x")]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A table that is damaged says on which line."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"application_id,applied_at\na-1,2026-04-01\n\x81\xff,2026-04-01\n")

    with pytest.raises(Misconfigured, match="line 3 is not cp932; save the table as UTF-8"):
        table.look(path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"kind": "people"}, "no kind 'people'; one of applications,"),
        ({"kind": "applications", **same("application_id")}, "applications needs applied_at"),
        (
            {"kind": "applications", **same(*FIELDS, "recruiter")},
            "no field 'recruiter' \\(did you mean 'recruiter_id'",
        ),
        (
            {"kind": "applications", "constants": {"applied_at": "x"}, **same(*FIELDS)},
            "in `columns` and in `constants`",
        ),
        (
            {"kind": "applications", "values": {"outcome": {"x": "fired"}}, **same(*FIELDS)},
            "'fired' is none of company, candidate",
        ),
        (
            {"kind": "applications", "timezone": "Tokyo", **same(*FIELDS)},
            "no such time zone 'Tokyo'",
        ),
        ({"kind": "applications", "constant": {}, **same(*FIELDS)}, "constant: Extra inputs"),
        ({"kind": "log"}, "`activities` is empty"),
        ({"kind": "log", "activities": {"x": {"type": "hired"}}}, "no type 'hired' for logs"),
        ({"kind": "log", "activities": {"x": {}}}, "give `type`, or `ignore` with a reason"),
        (
            {"kind": "log", "activities": {"x": {"type": "application.stage_changed"}}},
            "needs `stage`",
        ),
        (
            {"kind": "log", "objects": {"person": "P"}, "activities": {"x": {"ignore": "no"}}},
            "objects: no field 'person'",
        ),
    ],
)
def test_a_map_that_cannot_be_used(tmp_path: Path, parts: dict[str, Any], message: str) -> None:
    """A mistake in a map is said in one sentence, before any row is read."""
    with pytest.raises(Misconfigured, match=message):
        mapped(tmp_path, **parts)


def test_a_map_is_text_throughout(tmp_path: Path) -> None:
    """The words 1, yes and 2026-04-01 of a table stay what they are."""
    path = tmp_path / "map.yaml"
    path.write_text(
        "kind: feedback\ncolumns: {application_id: 1, interviewer_id: yes, submitted_at: 2026-04-01}\n"
        "values:\n  decision: {1: -1, no: 2}\n"
    )
    found = load(path)

    assert found.columns == {
        "application_id": "1",
        "interviewer_id": "yes",
        "submitted_at": "2026-04-01",
    }
    assert found.values == {"decision": {"1": "-1", "no": "2"}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.xlsx", "", "spreadsheets are saved as CSV"),
        ("t.csv", "a,b\n1,2\n", "do not tell what it is; draft a map"),
        ("t.csv", "\n1,2\n", "no header on its first line"),
        ("t.xes", "<log/>", "is a log and needs a map"),
    ],
)
def test_files_that_say_too_little(tmp_path: Path, name: str, text: str, message: str) -> None:
    """What cannot be imported says what to do instead."""
    with pytest.raises(Misconfigured, match=message):
        source(written(tmp_path, text, name=name), None, TOKYO)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("application_id,date", "no column 'applied_at'"),
        ("application_id,applied_at,Applied At", ""),
    ],
)
def test_a_column_that_is_not_there(tmp_path: Path, header: str, message: str) -> None:
    """A header is found by its exact words, and if there are none by nearly those."""
    text = f"{header}\na-1,2026-04-01{',x' * (header.count(',') - 1)}\n"
    if not message:
        assert len(read(opened(tmp_path, text, kind="applications", **same(*FIELDS)))) == 1
        return
    with pytest.raises(Misconfigured, match=message):
        opened(tmp_path, text, kind="applications", **same(*FIELDS))


def test_columns_about_people_are_never_read(tmp_path: Path) -> None:
    """氏名, メール and 電話 stand in the table, and nothing of them in any event."""
    text = (
        "応募ID,氏名,メールアドレス,電話番号,応募日,担当者ID,採用担当\n"
        "A-1,試験 太郎,t@example.com,03-1234-5678,2026/04/01,u-1,試験 花子\n"
    )
    (event,) = told(opened(tmp_path, text))

    assert "u-1" in event.data
    for word in ("試験", "example", "1234"):
        assert word not in event.data
