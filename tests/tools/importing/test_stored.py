"""What was imported before is read from ClickHouse, compared with, and taken back."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.cells import Cells
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.tools.importing.batches import pack
from streams.tools.importing.kpi_changes import earlier_events
from streams.tools.importing.settling import undo
from streams.tools.importing.settling.stored import ArchivedFacts
from streams.tools.importing.undo_run import add_undoings
from streams.tools.verify.independent.reading import without_diagnostics
from tests.cases.imports.importing import LIMIT, ImportedCompany
from tests.tools.importing.samples import write_table

TABLES = Path(__file__).parents[2] / "cases" / "imports" / "tables"
BEFORE, AFTER = TABLES / "corrected-before.csv", TABLES / "corrected-after.csv"

COSTS = """cost_id,amount,currency,scope,kind,member,from,recorded_at
K1,1000,JPY,媒体,媒体費,Green,2026-04-01,2026-04-02
K2,5000,JPY,採用,紹介料,A1,2026-04-01,2026-04-02
"""
EMPLOYMENT = """application id,入社日,退職日
A1,2026-04-01,2026-09-30
"""
APPLICATIONS = """application id,applied at,source,hired at
A1,2026-01-05,Green,2026-02-01
A2,2026-01-06,Wantedly,
"""


class ArchivedCompany:
    """A company whose accepted events are archived in ClickHouse after each run."""

    def __init__(self, client: Any, name: str, prefix: str = "") -> None:
        """Begin without any event of that company, whose connection puts the prefix before ids."""
        self.client, self.name, self.prefix = client, name, prefix
        lookup = ArchivedFacts(client=client, tenant=name, connection="history", prefix=prefix)
        self.company = ImportedCompany(archive=lookup, name=name, prefix=prefix)
        self._archived = 0

    def archive(self) -> None:
        """Archive what is new, as the archiver does."""
        for offset, record in enumerate(self.company.records()):
            if offset >= self._archived:
                position = RecordPosition("candidate-events", 0, offset)
                Writer(self.client).write(event_rows(position, record), f"{self.name}-{offset}")
        self._archived = len(self.company.records())

    def import_file(self, path: Path, maps: Sequence[Path] = ()) -> list[str]:
        """Import a table; return what it corrected."""
        report, _ = self.company.import_files([path], maps)
        self.archive()
        return [str(correction) for correction in report.changes.corrections]

    def undo(self, run: str) -> list[undo.Undoing]:
        """Take a run back; what was announced of the sums of the company is what becomes of them."""
        undone = undo.UndoneRun(tenant=self.name, connection="history", run=run, prefix=self.prefix)
        steps = list(undo.undoings(self.client, undone, self.company.now.replace(second=30)))
        self.company.earlier = earlier_events(self.client, self.name, self.prefix)
        kpis, sums = self.company.new_kpi_changes(), Counter(self.company.company_sums())
        add_undoings(kpis, steps)
        sums.update(kpis.added)
        bodies = [step.body for step in steps if step.body is not None]
        self.company.send("import-undo", pack(bodies, LIMIT))
        self.archive()
        assert counted(sums) == counted(self.company.company_sums())
        return steps

    @property
    def run(self) -> str:
        """The id of the last run."""
        return f"import-{self.company.now:%H%M}"

    def cells(self) -> Cells:
        """The cells without what they say of the quality of the data."""
        assert self.company.cells_by_reading() == without_diagnostics(self.company.cells())
        return without_diagnostics(self.company.cells())


def counted(sums: Mapping[str, int]) -> dict[str, int]:
    """The sums without zeros, without what they say of the quality of the data, and without the times to fill of jobs."""
    apart = ("quality.", "fill_days.")
    return {name: n for name, n in sums.items() if n and not name.startswith(apart)}


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


def test_a_corrected_cost_is_the_next_version(archived: ArchivedCompany, tmp_path: Path) -> None:
    """A cost with another amount, or of another application, counts as it is stated last, once."""
    archived.import_file(write_table(tmp_path, APPLICATIONS))
    archived.import_file(write_table(tmp_path, COSTS))
    corrected = COSTS.replace("1000", "1200").replace("A1", "A2")
    corrections = archived.import_file(write_table(tmp_path, corrected))
    again = archived.import_file(write_table(tmp_path, corrected))
    sums = archived.company.company_sums()

    assert corrections == ["cost/K1: 1,000 JPY 2026-04-02 → 1,200 JPY 2026-04-02"]
    assert (again, sums["cost.media"], sums["cost.agency_fee"]) == ([], 1200, 5000)
    assert archived.cells()


def test_undoing_corrected_costs_restores_them(archived: ArchivedCompany, tmp_path: Path) -> None:
    """Costs have the amounts and applications from before the run, and are gone once the first run is taken back too."""
    archived.import_file(write_table(tmp_path, APPLICATIONS))
    without_costs = archived.cells()
    archived.import_file(write_table(tmp_path, COSTS))
    first, cells = archived.run, archived.cells()
    archived.import_file(write_table(tmp_path, COSTS.replace("1000", "1200").replace("A1", "A2")))
    steps = archived.undo(archived.run)
    restored = archived.cells()
    archived.undo(first)

    assert [step.restored for step in steps] == [True, True]
    assert (restored, archived.cells()) == (cells, without_costs)


@pytest.mark.parametrize(
    ("old", "new"), [("04-01", "04-15"), ("04-01", "03-15"), ("2026-09-30", ""), ("09-30", "08-31")]
)
def test_a_corrected_employment_counts_as_if_it_were_the_first(
    tmp_path: Path, old: str, new: str
) -> None:
    """A join or a leave that moves, either way, or is taken back counts as in the last table."""
    corrected = EMPLOYMENT.replace(old, new)
    company, afresh = ImportedCompany(), ImportedCompany()
    for text in (APPLICATIONS, EMPLOYMENT, corrected):
        report, _ = company.import_files([write_table(tmp_path, text)])
    for text in (APPLICATIONS, corrected):
        afresh.import_files([write_table(tmp_path, text)])
    cells = without_diagnostics(company.cells())

    assert report.corrected == 1
    assert cells == without_diagnostics(afresh.cells()) == company.cells_by_reading()


def test_undoing_an_employment_leaves_the_application(
    archived: ArchivedCompany, tmp_path: Path
) -> None:
    """Join, leave and rating of a run are gone; what the applications told stays."""
    archived.import_file(write_table(tmp_path, APPLICATIONS))
    cells = archived.cells()
    rated = EMPLOYMENT.replace("退職日", "退職日,評価,評価日").replace(
        "09-30", "09-30,4,2026-08-01"
    )
    archived.import_file(write_table(tmp_path, rated))
    steps = archived.undo(archived.run)

    assert (len(steps), archived.cells()) == (3, cells)


def test_a_run_through_a_connection_with_a_prefix_is_taken_back(
    client: Any, tmp_path: Path
) -> None:
    """Applications, costs and employments whose ids the gateway prefixes are corrected and taken back alike."""
    company = ArchivedCompany(client, "prefixed", prefix="old-")
    company.import_file(write_table(tmp_path, APPLICATIONS))
    first, without_costs = company.run, company.cells()
    company.import_file(write_table(tmp_path, COSTS))
    costs = company.run
    company.import_file(write_table(tmp_path, COSTS.replace("A1", "A2")))
    company.undo(company.run)
    company.undo(costs)

    assert company.cells() == without_costs
    company.undo(first)
    assert company.cells() == {}


JOB_MAP = """kind: log
attributes: {job_name: job}
objects: {application: application, job: vacancy}
activities:
  open: {type: job.opened}
  apply: {type: application.created}
  hire: {type: application.hired}
"""


def test_undoing_a_log_takes_back_that_a_job_was_opened(
    archived: ArchivedCompany, tmp_path: Path
) -> None:
    """A corrected opening of a job changes the time to fill; undone, it is the time from before."""
    map_path = tmp_path / "map.yaml"
    map_path.write_text(JOB_MAP, "utf-8")
    log = tmp_path / "jobs.jsonocel"
    fill_days = []
    for opened in ("2026-01-01", "2026-01-11"):
        log.write_text(json.dumps(job_log(opened)), "utf-8")
        archived.import_file(log, [map_path])
        fill_days.append(fill_days_of(archived))
    archived.undo(archived.run)

    assert (*fill_days, fill_days_of(archived)) == ([40], [30], [40])


def fill_days_of(archived: ArchivedCompany) -> list[int]:
    """The times to fill that count."""
    sums = archived.company.company_sums()
    return [
        int(name.partition(".")[2])
        for name, n in sums.items()
        if name.startswith("fill_days.") and n
    ]


def job_log(opened: str) -> dict[str, Any]:
    """A log of one job that was opened on the day, and filled on 10 February."""
    days = {"open": opened, "apply": "2026-01-20", "hire": "2026-02-10"}
    return {
        "ocel:events": {
            name: {
                "ocel:activity": name,
                "ocel:timestamp": f"{day}T03:00:00Z",
                "ocel:omap": ["J1"] if name == "open" else ["J1", "A1"],
                "ocel:vmap": {},
            }
            for name, day in days.items()
        },
        "ocel:objects": {
            "J1": {"ocel:type": "vacancy", "ocel:ovmap": {}},
            "A1": {"ocel:type": "application", "ocel:ovmap": {}},
        },
    }
