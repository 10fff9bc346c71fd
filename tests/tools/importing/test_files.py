"""Files are read as spreadsheets save them; unreadable files are refused with one clear sentence."""

from pathlib import Path
from typing import Any

import pytest

from streams.configuration.files import Misconfigured
from streams.tools.importing import table
from streams.tools.importing.map_file import load
from streams.tools.importing.source import open_source
from tests.tools.importing.samples import (
    TOKYO,
    events_of,
    identity_columns,
    open_sample,
    read_rows,
    write_map,
)
from tests.tools.importing.samples import write_table as written

JAPANESE = "応募ID,求人,応募日,媒体\r\nA-1,営業〜髙,2026/04/01,ビズリーチ\r\n"
FIELDS = ("application_id", "applied_at")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_tables_of_every_encoding(tmp_path: Path, encoding: str) -> None:
    """CP932, UTF-8 with and without a byte order mark, and UTF-16 are detected automatically."""
    text = JAPANESE if encoding != "cp932" else JAPANESE.replace("〜", "~")
    (event,) = events_of(open_source(written(tmp_path, text, encoding), None, TOKYO))

    assert '"job_name":"営業' in event.data
    assert "髙" in event.data


def test_tabs_and_line_breaks_in_cells(tmp_path: Path) -> None:
    """A line break in a cell does not shift the line numbers of later rows."""
    text = '"application\nid"\tapplied_at\n"a\n1"\t2026-04-01\n\n"a-2"\tx\n'
    path = written(tmp_path, text, name="t.tsv")
    lines = list(table.open_table(path).lines())

    assert [(line.number, line.cells[1]) for line in lines] == [(3, "2026-04-01"), (6, "x")]


def test_undecodable_bytes_are_refused(tmp_path: Path) -> None:
    """The error for a damaged table names the line."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"application_id,applied_at\na-1,2026-04-01\n\x81\xff,2026-04-01\n")

    with pytest.raises(Misconfigured, match="line 3 is not cp932: it holds the byte 0x81"):
        table.open_table(path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"kind": "people"}, "no kind 'people'; one of applications,"),
        (
            {"kind": "applications", **identity_columns("application_id")},
            "applications needs applied_at",
        ),
        (
            {"kind": "applications", **identity_columns(*FIELDS, "recruiter")},
            "no field 'recruiter' \\(did you mean 'recruiter_id'",
        ),
        (
            {"kind": "applications", "constants": {"applied_at": "x"}, **identity_columns(*FIELDS)},
            "in `columns` and in `constants`",
        ),
        (
            {
                "kind": "applications",
                "values": {"outcome": {"x": "fired"}},
                **identity_columns(*FIELDS),
            },
            "'fired' is none of company, candidate",
        ),
        (
            {"kind": "applications", "timezone": "Tokyo", **identity_columns(*FIELDS)},
            "no such time zone 'Tokyo'",
        ),
        (
            {"kind": "applications", "constant": {}, **identity_columns(*FIELDS)},
            "constant: Extra inputs",
        ),
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
def test_an_invalid_map_is_refused(tmp_path: Path, parts: dict[str, Any], message: str) -> None:
    """A mistake in a map is reported in one sentence before any row is read."""
    with pytest.raises(Misconfigured, match=message):
        write_map(tmp_path, **parts)


def test_a_map_is_text_throughout(tmp_path: Path) -> None:
    """The values 1, yes and 2026-04-01 stay text."""
    path = tmp_path / "map.yaml"
    path.write_text(
        "kind: feedback\ncolumns: {application_id: 1, interviewer_id: yes, submitted_at: 2026-04-01}\n"
        "values:\n  decision: {1: -1, no: 2}\n"
    )
    import_map = load(path)

    assert import_map.columns == {
        "application_id": "1",
        "interviewer_id": "yes",
        "submitted_at": "2026-04-01",
    }
    assert import_map.values == {"decision": {"1": "-1", "no": "2"}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.xlsx", "", "not a workbook that can be read"),
        ("t.csv", "a,b\n1,2\n", "do not determine its kind; draft a map"),
        ("t.csv", "\n\n", "no row of headers"),
        ("t.xls", "", "save spreadsheets as .xlsx or CSV"),
        ("t.xes", "<log/>", "is a log and needs a map"),
    ],
)
def test_files_that_cannot_be_imported_are_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    """The error for a file that cannot be imported says what to do instead."""
    with pytest.raises(Misconfigured, match=message):
        open_source(written(tmp_path, text, name=name), None, TOKYO)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("application_id,date", "no column 'applied_at'"),
        ("application_id,applied_at,Applied At", ""),
    ],
)
def test_a_missing_column_is_refused(tmp_path: Path, header: str, message: str) -> None:
    """A column is found by its exact header, else by its normalized header."""
    text = f"{header}\na-1,2026-04-01{',x' * (header.count(',') - 1)}\n"
    if not message:
        assert (
            len(
                read_rows(
                    open_sample(tmp_path, text, kind="applications", **identity_columns(*FIELDS))
                )
            )
            == 1
        )
        return
    with pytest.raises(Misconfigured, match=message):
        open_sample(tmp_path, text, kind="applications", **identity_columns(*FIELDS))


def test_personal_data_is_never_read(tmp_path: Path) -> None:
    """氏名, メール and 電話 of the table appear in no event."""
    text = (
        "応募ID,氏名,メールアドレス,電話番号,応募日,担当者ID,採用担当\n"
        "A-1,試験 太郎,t@example.com,03-1234-5678,2026/04/01,u-1,試験 花子\n"
    )
    (event,) = events_of(open_sample(tmp_path, text))

    assert "u-1" in event.data
    for word in ("試験", "example", "1234"):
        assert word not in event.data
