"""The draft of a map says why, what would come of it, and tells a few applications as stories."""

from datetime import UTC, datetime
from pathlib import Path

from streams.tools.importing import inspect_file
from streams.tools.importing.map_file import load
from tests.tools.importing.samples import write_table

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TABLES = Path(__file__).parents[2] / "cases" / "imports" / "tables"


def test_the_draft_of_a_wide_table_is_a_valid_map(tmp_path: Path) -> None:
    """Pairs of columns become steps, and the draft can be used as it is."""
    path = tmp_path / "map.yaml"
    path.write_text(inspect_file.draft_map(TABLES / "wide-japanese-table.csv", None, NOW), "utf-8")

    assert [step.stage for step in load(path).steps] == ["書類選考", "1次面接", "最終面接"]


def test_the_draft_says_what_would_come_of_it() -> None:
    """Numbers and stories show whether the columns are read right."""
    draft = inspect_file.draft_map(TABLES / "wide-japanese-table.csv", None, NOW)

    assert "3 applications, 1 rejected" in draft
    assert "H3 applied on 2026-04-01" in draft
    assert "withdrew on 2026-04-15." in draft


def test_the_draft_warns_of_a_table_without_hires(tmp_path: Path) -> None:
    """A column of hires that nobody mapped is missed before anything is sent."""
    rows = "".join(f"A{n},2026/4/1,2026/4/9\n" for n in range(40))
    draft = inspect_file.draft_map(
        write_table(tmp_path, f"応募ID,応募日,不採用日\n{rows}"), None, NOW
    )

    assert "WARNING [no-hires]: 0 hires would come of 40 applications" in draft


def test_a_draft_that_lacks_its_kind_says_so(tmp_path: Path) -> None:
    """What cannot be tried yet says why."""
    draft = inspect_file.draft_map(write_table(tmp_path, "a,b\n1,2\n"), None, NOW)

    assert "The draft cannot be tried yet" in draft
