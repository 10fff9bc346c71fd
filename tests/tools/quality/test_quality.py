"""`hirelay quality` counts poor data, names an example of each kind, and says what to do."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from schemas.kpis.data_quality import KINDS
from schemas.tenants.config import Connection, Secret, StageRule, Tenant
from schemas.text.languages import LANGUAGES
from sinks.clickhouse.writer import Writer
from streams.configuration.files import Misconfigured
from streams.tools.quality import text
from streams.tools.quality.command import tenants_of
from streams.tools.quality.query import QualityReport, quality_report
from tests.sinks.test_quality_view import cell, event, set_aside

FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
COLUMNS = 80


def company(name: str, **connection: Any) -> Tenant:
    """Return a tenant with the connection of the archived events."""
    key = Secret(env="KEY")
    return Tenant(
        id=name,
        name=name,
        quarantine_key=key,
        person_key=key,
        connections=(Connection(id="c", vendor="standard", **connection),),
    )


def reported(client: Any, tenant: Tenant, *rows: Any) -> QualityReport:
    """Write the rows and return the report of April."""
    for table in {type(row) for row in rows}:
        same = [row for row in rows if type(row) is table]
        Writer(client).write(same, f"{tenant.id}-{table.__name__}")
    return quality_report(client, tenant, FIRST, LAST)


def printed(report: QualityReport, language: str) -> str:
    """Return what a terminal of 80 columns shows."""
    output = io.StringIO()
    text.print_reports([report], language, Console(file=output, width=COLUMNS))
    return output.getvalue()


def unmapped_events(tenant: str) -> list[Any]:
    """Two applications at a stage that nobody mapped, one at another."""
    stages = (("s8", "Zzyzx"), ("s8", "Zzyzx"), ("s9", "Xyzzy"))
    return [
        event(
            tenant,
            f"e{n}",
            n,
            subject=f"a{n}",
            stage=stage,
            hour=n,
            data={"to_stage": {"id": stage, "name": name}},
        )
        for n, (stage, name) in enumerate(stages)
    ]


@pytest.fixture(scope="module")
def poor(client: Any) -> QualityReport:
    """A company with unmapped stages, an event that arrived late, and one set aside for its time."""
    late = [event("tool-poor", "x1", 7, hour=12), event("tool-poor", "x2", 8, hour=11)]
    counts = [
        cell("tool-poor", "entered.unmapped", 3),
        cell("tool-poor", "quality.out_of_order", 1),
    ]
    rows = [*unmapped_events("tool-poor"), *late, *counts, set_aside("tool-poor")]
    return reported(client, company("tool-poor"), *rows)


def test_each_kind_has_its_count_and_an_example(poor: QualityReport) -> None:
    """The example of an unmapped stage is the latest event of the most frequent one."""
    found = {finding.kind.id: finding for finding in poor.findings}

    assert {kind: finding.events for kind, finding in found.items()} == {
        "entered.unmapped": 3,
        "quality.out_of_order": 1,
        "future_time": 1,
    }
    examples = {kind: finding.example for kind, finding in found.items() if finding.example}
    assert {kind: example.id for kind, example in examples.items()} == {
        "entered.unmapped": "e1",
        "quality.out_of_order": "x2",
        "future_time": "tool-poor-open-future_time",
    }
    assert examples["entered.unmapped"].application == "a1"
    assert examples["entered.unmapped"].about == "Zzyzx (c)"


def test_a_mapped_stage_is_no_example(client: Any) -> None:
    """Once the most frequent stage is configured, the other is the example."""
    rule = StageRule(stage_id="s8", milestone="screening")
    tenant = company("tool-mapped", stages=(rule,))
    counted = cell("tool-mapped", "entered.unmapped", 1)
    (finding,) = reported(client, tenant, *unmapped_events("tool-mapped"), counted).findings

    assert finding.example is not None
    assert finding.example.id == "e2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_terminal_shows_what_to_do(poor: QualityReport, language: str) -> None:
    """In 80 columns every kind that was found is named, with application, instant in the company's zone, and event."""
    lines = printed(poor, language).splitlines()

    assert max(len(line) for line in lines) <= COLUMNS
    assert "2026-04-05 20:00" in "".join(lines)
    assert all(part in "".join(lines) for part in ("Zzyzx (c)", "a1", "x2", "hirelay dlq show"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_advice(language: str) -> None:
    """No kind leaves the reader without a name or a next step."""
    index = LANGUAGES.index(language)

    assert all(kind.name[index] and kind.advice[index] for kind in KINDS)


def test_a_program_reads_the_same(poor: QualityReport) -> None:
    """The JSON has ids, not texts that depend on a terminal."""
    (report,) = json.loads(text.as_json([poor], "en"))
    late = next(row for row in report["findings"] if row["kind"] == "quality.out_of_order")

    assert (report["tenant"], report["from"], report["accepted"]) == ("tool-poor", "2026-04-01", 5)
    assert late["events"] == 1
    assert late["example"] == {
        "id": "x2",
        "application": "a1",
        "type": "application.stage_changed",
        "time": "2026-04-05T11:00:00+00:00",
        "about": None,
    }


@pytest.mark.parametrize(
    ("language", "sentence"), [("ja", "直すべきデータはありません"), ("en", "No data needs")]
)
def test_an_empty_company_is_fine(client: Any, language: str, sentence: str) -> None:
    """A company without events is told that nothing needs attention."""
    report = reported(client, company("tool-empty"))

    assert (report.findings, report.accepted) == ((), 0)
    assert sentence in printed(report, language)


def test_an_unknown_company_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A misspelt tenant id gets the nearest id."""
    config = tmp_path / "hirelay.yaml"
    key = "{env: KEY}"
    config.write_text(
        f"tenants: [{{id: acme, name: A, quarantine_key: {key}, person_key: {key}}}]\n"
    )

    assert [tenant.id for tenant in tenants_of(config, None)] == ["acme"]
    with pytest.raises(Misconfigured, match="did you mean `acme`"):
        tenants_of(config, "acmee")
