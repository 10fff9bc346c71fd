"""Tables that recruiters bring: what must come of each, counted by hand, through the importer, the gateway and the fold.

Each entry of a `*.yaml` here has a `situation`, the `files` of one run (or several `runs` of files), and what must come out:
`refused` and `noted` as `[file:]line: part of the message`, `unreadable` as part of the error, `corrected` as printed, and
`expect` as in `tests/cases/situations.py`. A file is the name of one in `tables/`, or its `name`, `text` and `encoding`.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from schemas.cells import without_zeros
from schemas.kpis.definition import PLANNED
from schemas.tenants.config import StageRule
from streams.configuration.files import Misconfigured
from streams.tools.importing.refusals import RowProblem
from streams.tools.verify.independent.reading import without_diagnostics
from tests.cases.imports.importing import ImportedCompany
from tests.cases.readings import measure_reading
from tests.cases.situations import read_expectation

HERE = Path(__file__).parent
FIELDS = {
    *("situation", "files", "runs", "map", "stages", "refused", "noted", "unreadable"),
    *("corrected", "expect", "orphans"),
}


def cases() -> dict[str, dict[str, Any]]:
    """All entries by name."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(HERE.glob("*.yaml")):
        for name, entry in YAML(typ="safe", pure=True).load(path).items():
            assert entry.keys() <= FIELDS, name
            assert name not in entries, name
            entries[name] = entry
    return entries


CASES = cases()


def file_of(folder: Path, entry: str | dict[str, str]) -> Path:
    """The path of a file of a case."""
    if isinstance(entry, str):
        return HERE / "tables" / entry
    path = folder / entry["name"]
    path.write_bytes(entry["text"].encode(entry.get("encoding", "utf-8")))
    return path


def described(problems: list[RowProblem], files: list[str], *, refuses: bool) -> list[str]:
    """The problems as `[file:]line: column: message`."""
    return [
        f"{files[problem.file] + ':' if len(files) > 1 else ''}{problem.line}: {problem.column}: {problem.message}"
        for problem in problems
        if problem.refuses is refuses
    ]


def mismatches(lines: list[str], expected: list[str]) -> list[str]:
    """The lines that no expectation foresees, and the expectations that no line meets."""

    def fits(line: str, expectation: str) -> bool:
        place, _, part = expectation.partition(": ")
        return line.startswith(f"{place}: ") and part in line

    surplus = [line for line in lines if not any(fits(line, one) for one in expected)]
    missing = [one for one in expected if not any(fits(line, one) for line in lines)]
    return [f"unexpected {line}" for line in surplus] + [f"missing {one}" for one in missing]


@pytest.mark.parametrize("name", CASES)
def test_a_table_counts_as_by_hand(name: str, tmp_path: Path) -> None:
    """What a recruiter would count in the table comes out, and what cannot be counted is refused with its line."""
    case = CASES[name]
    company = ImportedCompany(stages=tuple(StageRule(**rule) for rule in case.get("stages", ())))
    maps = []
    if "map" in case:
        maps.append(tmp_path / "map.yaml")
        with maps[0].open("w") as file:
            YAML(typ="safe").dump(case["map"], file)
    runs = case.get("runs") or [case["files"]]
    if "unreadable" in case:
        with pytest.raises(Misconfigured) as error:
            company.import_files([file_of(tmp_path, entry) for entry in runs[0]], maps)
        assert case["unreadable"] in str(error.value)
        return
    promised: Counter[str] = Counter()
    for files in runs:
        paths = [file_of(tmp_path, entry) for entry in files]
        report, _ = company.import_files(paths, maps)
        promised.update(company.kpis.added)
    names = [path.name for path in paths]
    cells = without_zeros(company.cells())
    readings = [(line, read_expectation(line)) for line in case.get("expect", ())]
    wrong = [
        measure_reading(cells, expectation).mismatch(expectation) for _, expectation in readings
    ]
    wrong += mismatches(described(report.problems, names, refuses=True), case.get("refused", []))
    wrong += mismatches(described(report.problems, names, refuses=False), case.get("noted", []))
    corrections = [str(correction) for correction in report.changes.corrections]

    assert [text for text in wrong if text] == []
    assert company.cells_by_reading() == without_diagnostics(cells)
    assert as_counted(promised) == as_counted(company.company_sums())
    assert corrections == case.get("corrected", [])
    assert report.orphans == case.get("orphans", [])


def as_counted(sums: Mapping[str, int]) -> dict[str, int]:
    """The sums without zeros, what lies ahead under its own name."""
    counted: Counter[str] = Counter()
    for name, n in sums.items():
        counted[name.removeprefix(PLANNED)] += n
    return {name: n for name, n in counted.items() if n}


@pytest.mark.parametrize("name", [name for name in CASES if "unreadable" not in CASES[name]])
def test_the_same_files_again_change_nothing(name: str, tmp_path: Path) -> None:
    """A second import of the same files sends nothing."""
    case = CASES[name]
    company = ImportedCompany(stages=tuple(StageRule(**rule) for rule in case.get("stages", ())))
    maps = []
    if "map" in case:
        maps.append(tmp_path / "map.yaml")
        with maps[0].open("w") as file:
            YAML(typ="safe").dump(case["map"], file)
    for files in (case.get("runs") or [case["files"]])[-1:] * 2:
        report, _ = company.import_files([file_of(tmp_path, entry) for entry in files], maps)

    assert report.changes.corrections == []
    # Versions of costs are compared in ClickHouse only, which these cases do without.
    assert report.to_send == report.types["cost.recorded"]
