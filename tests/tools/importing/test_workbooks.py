"""Workbooks and compressed tables read as the tables they hold."""

import gzip
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from streams.configuration.files import Misconfigured
from streams.tools.importing.source import ImportScope, open_source
from tests.tools.importing.samples import TOKYO, events_of

ROWS = (
    ("応募者一覧", None, None),
    ("応募ID", "応募日", "応募経路"),
    (1, datetime(2026, 4, 1), "ビズリーチ"),  # noqa: DTZ001 - as in a spreadsheet
    (2.0, datetime(2026, 4, 2, 9, 30), "doda"),  # noqa: DTZ001 - as in a spreadsheet
)


def write_workbook(path: Path, *sheets: str) -> Path:
    """Write the rows into each of the sheets, and a sheet of notes."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "メモ"
    workbook.active.append(["何か", "ここに"])
    for sheet in sheets:
        for row in ROWS:
            if sheet not in workbook.sheetnames:
                workbook.create_sheet(sheet)
            workbook[sheet].append(row)
    workbook.save(path)
    return path


def test_the_sheet_that_is_recognised_is_read(tmp_path: Path) -> None:
    """Dates, times and whole numbers of a workbook are those of the spreadsheet, below its title."""
    events = events_of(open_source(write_workbook(tmp_path / "t.xlsx", "応募"), None, TOKYO))

    assert [(event.fact.entity, event.at.isoformat()) for event in events] == [
        ("1", "2026-03-31T15:00:00+00:00"),
        ("2", "2026-04-02T00:30:00+00:00"),
    ]


def test_one_of_several_sheets_is_chosen_by_a_person(tmp_path: Path) -> None:
    """If several sheets could be meant, the error lists them; the option chooses one."""
    path = write_workbook(tmp_path / "t.xlsx", "2025", "2026")
    with pytest.raises(Misconfigured, match="2025, 2026"):
        open_source(path, None, TOKYO)

    assert len(events_of(open_source(path, None, TOKYO, ImportScope(sheet="2026")))) == 2


def test_a_compressed_table_is_read(tmp_path: Path) -> None:
    """A .csv.gz is read, and a damaged one names the cause."""
    path = tmp_path / "t.csv.gz"
    body = gzip.compress("応募ID,応募日\n1,2026/4/1\n".encode("cp932"))
    path.write_bytes(body)

    assert len(events_of(open_source(path, None, TOKYO))) == 1
    path.write_bytes(body[:-9])
    with pytest.raises(Misconfigured, match="not a complete gzip file"):
        open_source(path, None, TOKYO)
