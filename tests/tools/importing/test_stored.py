"""What was imported before is read from ClickHouse, compared with, and taken back."""

from pathlib import Path
from typing import Any

import pytest

from schemas.cells import Cells
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.tools.importing.batches import pack
from streams.tools.importing.kpi_changes import earlier_events
from streams.tools.importing.settling import undo
from streams.tools.importing.settling.stored import clickhouse_lookup
from streams.tools.verify.independent.reading import without_diagnostics
from tests.cases.imports.importing import LIMIT, ImportedCompany

TABLES = Path(__file__).parents[2] / "cases" / "imports" / "tables"
BEFORE, AFTER = TABLES / "corrected-before.csv", TABLES / "corrected-after.csv"


class ArchivedCompany:
    """A company whose accepted events are archived in ClickHouse after each run."""

    def __init__(self, client: Any, name: str) -> None:
        """Begin without any event of that company."""
        self.client, self.name = client, name
        lookup = clickhouse_lookup(client, name, "history", "")
        self.company = ImportedCompany(archive=lookup, name=name)
        self._archived = 0

    def archive(self) -> None:
        """Archive what is new, as the archiver does."""
        for offset, record in enumerate(self.company.records()):
            if offset >= self._archived:
                position = RecordPosition("candidate-events", 0, offset)
                Writer(self.client).write(event_rows(position, record), f"{self.name}-{offset}")
        self._archived = len(self.company.records())

    def import_file(self, path: Path) -> list[str]:
        """Import a table; return what it corrected."""
        report, _ = self.company.import_files([path])
        self.archive()
        return [str(correction) for correction in report.changes.corrections]

    def undo(self, run: str) -> list[undo.Undoing]:
        """Take a run back."""
        parameters = {"tenant": self.name, "connection": "history", "run": f"{run}-"}
        steps = list(undo.undoings(self.client, parameters, self.company.now.replace(second=30)))
        bodies = [step.body for step in steps if step.body is not None]
        self.company.send("import-undo", pack(bodies, LIMIT))
        self.archive()
        return steps

    def cells(self) -> Cells:
        """The cells without what they say of the quality of the data."""
        assert self.company.cells_by_reading() == without_diagnostics(self.company.cells())
        return without_diagnostics(self.company.cells())


@pytest.fixture
def archived(client: Any, request: pytest.FixtureRequest) -> ArchivedCompany:
    """A company of the test's own, without any event."""
    return ArchivedCompany(client, request.node.name.replace("_", "-")[:60])


def test_a_correction_is_compared_with_the_archive(archived: ArchivedCompany) -> None:
    """The corrected table changes what it says, and the same table again nothing."""
    first = archived.import_file(BEFORE)
    second = archived.import_file(AFTER)
    cells = archived.cells()
    third = archived.import_file(AFTER)

    assert (first, third) == ([], [])
    assert second == [
        "C1: hired 2026-05-01 → hired 2026-05-11",
        "C2: applied 2026-04-02 → applied 2026-04-12",
        "C3: rejected 2026-04-20 → taken back",
    ]
    assert archived.cells() == cells


def test_undoing_a_correction_restores_what_was_before(archived: ArchivedCompany) -> None:
    """The numbers after the undoing are those before the run; a fact that was new is gone."""
    archived.import_file(BEFORE)
    cells = archived.cells()
    archived.import_file(AFTER)
    run = f"import-{archived.company.now:%H%M}"
    steps = archived.undo(run)

    assert archived.cells() == cells
    assert sorted(step.restored for step in steps) == [False, True, True, True]


def test_undoing_the_first_run_leaves_nothing(archived: ArchivedCompany) -> None:
    """A run that told everything takes everything back."""
    archived.import_file(BEFORE)
    archived.undo(f"import-{archived.company.now:%H%M}")

    assert archived.cells() == {}


def test_what_a_later_run_corrected_stays(archived: ArchivedCompany) -> None:
    """Undoing an earlier run does not touch what a later one said of the same facts."""
    archived.import_file(BEFORE)
    run = f"import-{archived.company.now:%H%M}"
    archived.import_file(AFTER)
    steps = archived.undo(run)

    assert sum(step.body is None for step in steps) == 3


def test_the_archive_says_what_an_application_adds_already(archived: ArchivedCompany) -> None:
    """What a correction changes of the sums is the difference to the events that are archived."""
    archived.import_file(BEFORE)
    sums = archived.company.company_sums()
    archived.company.earlier = earlier_events(archived.client, archived.name, "")
    archived.import_file(AFTER)
    added = archived.company.kpis.added

    assert (added["hired"], added["rejected"], added["applications"]) == (1, -1, 0)
    assert archived.company.company_sums()["hired"] == sums["hired"] + added["hired"]
