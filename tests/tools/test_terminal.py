"""Every command that reads prints the same at 60, 80 and 120 columns as the files in tests/golden/terminal.

`pytest --write-expected` writes a missing file, to be read before it is committed.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from schemas.kafka.quarantine import QuarantineEntry
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.data_quality import KINDS, SET_ASIDE
from schemas.kpis.durations import DurationWindow
from schemas.planning.actuals import actual_vs_plan
from schemas.planning.forecast import TargetForecast
from schemas.planning.targets import Targets
from schemas.tenants.config import Tenancy
from streams.reading.kpis import KpiQuery, KpiRow, KpiTable
from streams.reading.plan import PlanLine, PlanRequest
from streams.tools import boards
from streams.tools.alerts import text as alerts_text
from streams.tools.alerts.read import build_history
from streams.tools.backtest import text as backtest_text
from streams.tools.connect import status
from streams.tools.dlq import text as dlq_text
from streams.tools.importing import kpi_report
from streams.tools.importing import report_text as import_report
from streams.tools.importing.report_printer import ReportPrinter, TerminalOutput
from streams.tools.kpi import definitions
from streams.tools.kpi import text as kpi_text
from streams.tools.plan import text as plan_text
from streams.tools.quality import text as quality_text
from streams.tools.quality.query import ExampleEvent, QualityFinding, QualityReport
from streams.tools.tables import TextTable, print_table
from streams.tools.verify.command import VerificationReport
from streams.tools.verify.comparison import Verdict
from tests.cases.imports.importing import ImportedCompany
from tests.ingest import gateways
from tests.schemas.alerting.test_reconcile import FIRST, bad, subject
from tests.tools.alerts.test_commands import make_action, make_audience, make_breach
from tests.tools.backtest.test_backtest import backtest
from tests.tools.connect.test_status import THURSDAY
from tests.tools.connect.test_status import status as connection
from tests.tools.test_kpi_table import TALLY

GOLDEN = Path(__file__).parents[1] / "golden" / "terminal"
TABLES = Path(__file__).parents[1] / "cases" / "imports" / "tables"
WIDTHS = (60, 80, 120)
FIRST_DAY, LAST_DAY = date(2026, 4, 1), date(2026, 6, 30)
(ACME,) = gateways.tenancy().tenants
SPRING = {"from": FIRST_DAY, "to": LAST_DAY}
RIKUNABI = {"dimension": "channel", "member": "リクナビNEXT"}
TARGETS = Targets.model_validate(
    {
        "targets": (
            {"tenant": "acme", "kpi": "hires", **SPRING, "at_least": 24.0, "owner": "hr"},
            {"tenant": "acme", "kpi": "cost_total", **SPRING, "at_most": 12_000_000.0},
            {"tenant": "acme", "kpi": "offer_accept_rate", **RIKUNABI, **SPRING, "at_least": 0.7},
        )
    }
)
FORECAST = TargetForecast(
    mean=18.4, low=16, high=21, reach=0.02, open=42, unseen=0, history="company", history_n=555, arrivals=False
)  # fmt: skip


def kpis(dimension: str, labels: tuple[str, ...], only: tuple[str, ...] = ()) -> KpiTable:
    """A table of these members, in which every KPI has a value."""
    query = KpiQuery(
        tenant="acme", dimension=dimension, basis="decision", first=FIRST_DAY, last=LAST_DAY, as_of=LAST_DAY, kpis=only
    )  # fmt: skip
    rows = tuple(
        KpiRow(member=label, label=label, tally={name: n * 37 for name, n in TALLY.items()})
        for label in labels
    )
    return KpiTable(query=query, rows=rows)


CHANNELS = ("doda", "リクナビNEXT", "Wantedly", "ビズリーチ", "社員紹介", "Green", "unknown")
ASKED = (
    "applications",
    "offer_accept_rate",
    "hires",
    "cost_total",
    "time_to_hire_days",
    "roi_ratio",
)


def plan(language: str) -> Callable[[Console], None]:
    """`hirelay plan show` of three targets in May."""
    request = PlanRequest(tenant=ACME, targets=TARGETS, as_of=date(2026, 5, 20))
    actuals = (
        DurationWindow(13, 13),
        DurationWindow(7_400_000, 740_000_000),
        DurationWindow(0.8, 5),
    )
    lines = tuple(
        PlanLine(
            target=target,
            days=TARGETS.days(target),
            label=target.member,
            has_data=True,
            comparison=actual_vs_plan(target, TARGETS.days(target), actual, request.as_of),
            forecast=FORECAST if target.kpi == "hires" else None,
        )
        for target, actual in zip(TARGETS.targets, actuals, strict=True)
    )
    output = plan_text.Output(request, "table", language)
    return lambda console: plan_text.render(lines, output, console)


def quality(language: str) -> Callable[[Console], None]:
    """`hirelay quality` with an event and a delivery that was set aside."""
    event = ExampleEvent(
        id="01JY6ZD2H9T1", application="a-1042", type="stage.changed", about="役員面談（仮）",
        time=datetime(2026, 4, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    findings = (
        QualityFinding(kind=KINDS[0], events=1204, example=event),
        QualityFinding(kind=SET_ASIDE, events=3, example=ExampleEvent(id="7f3a9c0d1e2b4455")),
    )
    report = QualityReport(
        tenant=ACME, first=FIRST_DAY, last=LAST_DAY, accepted=98_765, findings=findings
    )
    return lambda console: quality_text.print_reports([report], language, console)


def connections(console: Console) -> None:
    """`hirelay connections` with a healthy webhook, a silent one and one with problems."""
    statuses = [
        connection(),
        connection(connection="acme-greenhouse", vendor="greenhouse", last=None, deliveries={}),
        connection(
            connection="acme-smartrecruiters-eu",
            vendor="smartrecruiters",
            deliveries={"accepted": 1_240_733, "quarantined": 12},
            signature_failures=3,
            never_seen=("candidate.anonymized", "offer.updated"),
            quarantine={"unmapped_event": 12},
            not_counted={"relay.clicked": 7},
        ),
    ]
    status.render(statuses, THURSDAY, console, as_table=True)


def alerts(language: str) -> Callable[[Console], None]:
    """`hirelay alerts list` with an open and an ended breach."""
    one = make_breach("1" * 16)
    two = make_breach("2" * 16, state="resolved", ending="recovered")
    history = build_history([one, two], [make_action(one, "done", 1)])
    table = alerts_text.breach_table([one, two], history, make_audience(language))
    return lambda console: print_table(table, console)


def explained(console: Console) -> None:
    """`hirelay alerts explain`."""
    breach = make_breach("1" * 16)
    history = build_history([breach], [])
    weeks = [f"2026-03-{day:02}  {'█' * 20}┃  42.0 %  n = 31" for day in (11, 18, 25)]
    output = alerts_text.render_explanation(
        breach, history, make_audience("en"), weeks, "curl --fail …"
    )
    console.file.write(output)


def quarantined(console: Console) -> None:
    """`hirelay dlq list` with two entries."""
    entry = QuarantineEntry(
        id="7f3a9c0d1e2b44556677", tenant="acme", connection="acme-greenhouse", vendor="greenhouse",
        vendorevent="offer_created", reason="unmapped_value", at=datetime(2026, 4, 1, tzinfo=UTC), rawref="t/0/1",
        detail="stage [123] of 'Panel [final]' has no meaning in the configuration", part=True,
    )  # fmt: skip
    dropped = entry.model_copy(
        update={"id": "0" * 20, "connection": None, "state": "dropped", "resolution": "a trial"}
    )
    print_table(dlq_text.entry_table([entry, dropped]), console)


def dry_run(language: str) -> Callable[[Console], None]:
    """`hirelay import` of a table whose rows say the wrong thing, the company having nothing else."""

    def show(console: Console) -> None:
        company = ImportedCompany()
        report, sources = company.import_files([TABLES / "contradictions.csv"], apply=False)
        printer = ReportPrinter(output=TerminalOutput(console=console), language=language)
        import_report.render(report, sources, printer)
        kpi_report.render_kpis(company.kpis, None, printer)

    return show


def checked(console: Console) -> None:
    """`hirelay config check` of one rule that fires and is noisy."""
    days = {day: tally for step in range(0, 60, 4) for day, tally in bad(step).items()}
    result = backtest(days, subject({}).rule, FIRST + 60, 90)
    backtest_text.render([result], "table", console)


def verified(console: Console) -> None:
    """`hirelay verify` on equal numbers."""
    counts = {
        "deliveries": 8076,
        "events": 9120,
        "applications": 1033,
        "cells": 15_400,
        "measures": 61_222,
    }
    console.file.write(VerificationReport(Verdict(**counts, poison=0, differences=())).as_text() + "\n")  # fmt: skip


def top(table: TextTable) -> TextTable:
    """The first rows of a list whose every row is tested elsewhere."""
    return replace(table, rows=table.rows[:8])


COMMANDS: dict[str, Callable[[Console], None]] = {
    "kpi-show-channel-ja": lambda c: kpi_text.render(kpis("channel", CHANNELS), "table", c, "ja"),
    "kpi-show-chosen-en": lambda c: kpi_text.render(
        kpis("channel", CHANNELS, ASKED), "table", c, "en"
    ),
    "kpi-show-total-en": lambda c: kpi_text.render(
        kpis("total", ("all",), ASKED), "table", c, "en"
    ),
    "kpi-show-empty-ja": lambda c: kpi_text.render(kpis("job", ()), "table", c, "ja"),
    "kpi-list-en": lambda c: print_table(top(definitions.catalogue_table("en")), c),
    "kpi-list-ja": lambda c: print_table(top(definitions.catalogue_table("ja")), c),
    "kpi-explain-en": lambda c: c.file.write(definitions.explain(BY_ID["hires"], "en")),
    "plan-show-en": plan("en"),
    "plan-show-ja": plan("ja"),
    "plan-check-ja": lambda c: print_table(
        plan_text.targets_table(TARGETS, Tenancy(tenants=(ACME,)), "ja"), c
    ),
    "quality-en": quality("en"),
    "quality-ja": quality("ja"),
    "connections": connections,
    "alerts-list-en": alerts("en"),
    "alerts-list-ja": alerts("ja"),
    "alerts-explain-en": explained,
    "dlq-list": quarantined,
    "boards-list-en": lambda c: print_table(top(boards.panel_table("en")), c),
    "import-dry-run-en": dry_run("en"),
    "import-dry-run-ja": dry_run("ja"),
    "config-check": checked,
    "verify": verified,
}


def printed(command: str) -> str:
    """Return the output at each width, under a line that says so."""
    parts = []
    for width in WIDTHS:
        console = Console(file=io.StringIO(), width=width)
        COMMANDS[command](console)
        assert isinstance(console.file, io.StringIO)
        lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
        parts.append("\n".join([f"--- {width} columns", *lines, ""]))
    return "\n".join(parts)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_was_read_and_approved(
    command: str, pytestconfig: pytest.Config
) -> None:
    """The output at three widths equals the file of the command."""
    path = GOLDEN / f"{command}.txt"
    text = printed(command)
    if pytestconfig.getoption("--write-expected") and not path.exists():
        path.write_text(text)

    assert path.read_text() == text


def test_every_file_belongs_to_a_command() -> None:
    """No file is left of a command that is gone."""
    assert {path.stem for path in GOLDEN.iterdir()} == COMMANDS.keys()
