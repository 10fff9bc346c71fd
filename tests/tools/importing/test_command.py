"""`hirelay import` from the terminal to the gateway's socket."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from streams.cli.main import app
from streams.configuration.files import Misconfigured
from tests.fakes import ListPublisher
from tests.tools.importing.conftest import configuration
from tests.tools.importing.samples import HERE

TABLE = HERE / "applications.csv"


def run_import(*words: str) -> Any:
    """Run `hirelay import` with these arguments."""
    return CliRunner().invoke(app, ["import", *words])


def test_a_dry_run_sends_nothing(gateway: ListPublisher) -> None:
    """A dry run sends nothing and says how to continue."""
    result = run_import(str(TABLE), "--connection", "acme-events")

    assert result.exit_code == 0, result.output
    assert "applications.csv (applications): 3 rows read, 3 valid, 0 refused" in result.output
    assert "8 events, from 2026-04-01 to 2026-05-01 (Asia/Tokyo)" in result.output
    assert "What comes of it: 3 applications, 1 rejected, 1 offers, 1 hired" in result.output
    assert "Add --apply" in result.output
    assert gateway.events == []


def test_a_repeated_import_sends_nothing(gateway: ListPublisher, tmp_path: Path) -> None:
    """The second run sends nothing; the third, with --restart, sends the same ids."""
    path = tmp_path / TABLE.name
    path.write_bytes(TABLE.read_bytes())
    arguments = (str(path), "--connection", "acme-events", "--apply", "--new")
    first, second = run_import(*arguments), run_import(*arguments)
    once = len(gateway.events)
    third = run_import(*arguments, "--restart")

    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 0)
    assert "8 events accepted in 1 batches" in first.output
    assert "8 events were already confirmed by an earlier run" in second.output
    assert (once, len(gateway.events)) == (8, 16)
    assert len({event.id for event in gateway.events}) == 8


def test_refused_rows_are_written_and_the_others_sent(
    gateway: ListPublisher, tmp_path: Path
) -> None:
    """Refused rows go to a CSV report; the command exits with 1 until every row is valid."""
    path = tmp_path / "t.csv"
    rows = "".join(f"a-{n},not a day\n" for n in range(25))
    path.write_text(f"応募ID,応募日\nok-1,2026-04-01\n{rows}", "utf-8")
    report = tmp_path / "refused.csv"
    result = run_import(
        *(str(path), "--connection", "acme-events", "--apply", "--new"),
        *("--report", str(report)),
    )
    written = list(csv.reader(report.open(encoding="utf-8-sig", newline="")))

    assert result.exit_code == 1
    assert "… and 5 more" in result.output
    assert [event.subject for event in gateway.events] == ["ok-1"]
    assert written[0] == ["file", "line", "refused", "column", "what is wrong", "what to do"]
    assert (len(written), written[1][:4]) == (26, ["t.csv", "3", "yes", "応募日"])


def test_a_map_that_sends_a_name_prints_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning is printed if the map sends 氏名."""
    monkeypatch.setenv("HIRELAY_CONFIG", str(configuration(tmp_path)))
    path = tmp_path / "map.yaml"
    columns = {"application_id": "応募ID", "applied_at": "応募日", "candidate_id": "氏名"}
    path.write_text(yaml.safe_dump({"kind": "applications", "columns": columns}))
    result = run_import(str(TABLE), "--connection", "acme-events", "--map", str(path))

    assert "氏名 looks like personal data" in result.output
    assert "応募ID as application_id" in result.output


def test_inspecting_a_file_needs_no_gateway() -> None:
    """--inspect prints only the draft, so that it can be redirected to a file."""
    result = run_import("--inspect", str(TABLE))

    assert result.exit_code == 0
    assert yaml.safe_load(result.output)["kind"] == "applications"


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ("acme-ashby", "its vendor is ashby; known: acme-events, acme-waiting"),
        ("nobody", "it does not exist; known: acme-events"),
        ("acme-waiting", "has no secret yet"),
    ],
)
def test_an_unusable_connection_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connection: str, message: str
) -> None:
    """Only a standard connection with a secret accepts imports; the error lists those available."""
    monkeypatch.setenv("HIRELAY_CONFIG", str(configuration(tmp_path)))
    result = run_import(str(TABLE), "--connection", connection, "--apply")

    assert isinstance(result.exception, Misconfigured)
    assert message in str(result.exception)


def test_the_connection_is_required() -> None:
    """The --connection option is required."""
    result = run_import(str(TABLE))

    assert result.exit_code == 2
    assert "--connection" in result.output


def test_a_likely_mistake_is_sent_only_if_it_is_accepted(
    gateway: ListPublisher, tmp_path: Path
) -> None:
    """A run without any hire is not sent until a person accepts that by name."""
    path = tmp_path / "t.csv"
    rows = "".join(f"a-{n},2026/4/1,2026/4/9\n" for n in range(40))
    path.write_text(f"応募ID,応募日,不採用日\n{rows}", "utf-8")
    arguments = (str(path), "--connection", "acme-events", "--apply", "--new")
    first = run_import(*arguments)
    refused = len(gateway.events)
    second = run_import(*arguments, "--accept", "no-hires")

    assert (first.exit_code, refused) == (1, 0)
    assert "0 hires would come of 40 applications" in first.output
    assert "[no-hires]" in first.output
    assert (second.exit_code, len(gateway.events)) == (0, 80)


def test_a_correction_without_a_comparison_is_not_sent(gateway: ListPublisher) -> None:
    """Without ClickHouse nothing is sent unless it is said that nothing was imported before."""
    result = run_import(str(TABLE), "--connection", "acme-events", "--apply")

    assert isinstance(result.exception, Misconfigured)
    assert "or give --new" in str(result.exception)
    assert gateway.events == []
