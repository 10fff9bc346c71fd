"""A table of names is taken whole, or refused with every line that cannot be used."""

from pathlib import Path

import pytest

from schemas.errors import Malformed
from streams.tools.members.sheet import SheetRow, read_sheet
from tests.ingest.gateways import tenancy

(ACME,) = tenancy().tenants
OPEN = ACME.model_copy(update={"names": "people"})


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with that content."""
    path = folder / "names.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_japanese_titles_and_kinds_are_read(tmp_path: Path) -> None:
    """A file that a Japanese Excel saved is read; full-width ids are the ids that boards show."""
    path = write(tmp_path, "種類,ID,氏名\n求人,ｊ-1,調理師\n部署,d-1,営業部\n\n", "cp932")

    assert read_sheet(path, ACME) == [
        SheetRow("job", "j-1", "調理師"),
        SheetRow("department", "d-1", "営業部"),
    ]


def test_employees_need_the_setting(tmp_path: Path) -> None:
    """Names of employees are refused with what to write, and taken once the company wants them."""
    path = write(tmp_path, "kind,id,name\nperson,u-1,Ann Lee\n")

    with pytest.raises(Malformed, match=r"line 2: .*names: people"):
        read_sheet(path, ACME)
    assert read_sheet(path, OPEN) == [SheetRow("person", "u-1", "Ann Lee")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("persn,u-1,Ann", "did you mean"),
        ("job,,Cook", "the id is missing"),
        ("job,a@example.com,Cook", "looks like an address"),
        ("person,u-1,ann@example.com", "an address"),
        ("job,j-1", "the name is missing"),
    ],
)
def test_a_line_that_cannot_be_used_refuses_the_file(
    tmp_path: Path, line: str, problem: str
) -> None:
    """Nothing of the file is imported, and the line is named."""
    path = write(tmp_path, f"kind,id,name\njob,j-9,Chef\n{line}\n")

    with pytest.raises(Malformed, match=rf"line 3: .*{problem}.*nothing was imported"):
        read_sheet(path, OPEN)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """The first line must name the three columns."""
    with pytest.raises(Malformed, match="the column name is missing"):
        read_sheet(write(tmp_path, "kind,id\njob,j-1\n"), ACME)
