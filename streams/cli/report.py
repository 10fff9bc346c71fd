"""The commands that write the report of a period and list scheduled ones."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas.reporting.model import Report
from streams.cli.options import Language, State
from streams.configuration.settings import load_settings

app = typer.Typer()


class ReportFormat(StrEnum):
    """File format of a report."""

    html = "html"
    pdf = "pdf"
    pptx = "pptx"
    csv = "csv"
    json = "json"


@app.command()
def report(
    tenant: Annotated[str, typer.Option(help="Tenant id.")],
    period: Annotated[
        str,
        typer.Option(help="A week 2026-W44, month 2026-10, quarter 2026-Q4 or fiscal year FY2026."),
    ],
    formats: Annotated[
        str, typer.Option("--format", help="Formats, separated by commas: html,pdf,pptx,csv,json.")
    ] = "html,pdf,pptx,csv,json",
    lang: Annotated[
        Language | None, typer.Option("--lang", help="ja or en; default: the company's language.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Directory of the files.")] = Path("reports"),
    template_file: Annotated[
        Path | None,
        typer.Option(
            "--template",
            exists=True,
            dir_okay=False,
            help="A PPTX whose layouts and placeholders the deck uses; default: that of the company's brand.",
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="A deck of this report that people have edited: renew its numbers only."),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option(help="With --into: the JSON file of the report that the deck was made from."),
    ] = None,
    state: State = None,
) -> None:
    """Write the report of a period: the numbers of the boards with their sources, as files."""
    from sinks.clickhouse.client import connect
    from streams.configuration.files import load_tenancy
    from streams.configuration.reports import brand_of, load_reports, template_of
    from streams.configuration.targets import load_targets, require_tenant
    from streams.reporting.files import write_report
    from streams.reporting.read import fill_report
    from streams.reporting.request import ReportRequest

    chosen = _parse_formats(formats)
    if (into is None) != (before is None):
        raise typer.BadParameter("--into and --before go together: a deck and its report as JSON")
    settings = load_settings(state)
    tenancy = load_tenancy(settings.config)
    company = require_tenant(tenancy, tenant)
    reports_file = load_reports(settings.reports, tenancy)
    try:
        days = load_targets(settings.targets, tenancy).period(tenant, period)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--period") from error
    request = ReportRequest(
        tenant=company,
        period=period,
        days=days,
        language=company.language if lang is None else lang.value,
        now=datetime.now(UTC),
        board=settings.board_url,
        brand=brand_of(reports_file, settings.reports, tenant),
    )
    if days.first > request.today:
        msg = f"{period} begins on {days.first}; today is {request.today}"
        raise typer.BadParameter(msg, param_hint="--period")
    console = Console()
    filled = fill_report(connect(settings.clickhouse_access), request)
    if into is not None and before is not None:
        _renew(into, before, filled, out)
        return
    own = template_of(reports_file, settings.reports, tenant)
    template = template_file.read_bytes() if template_file else own
    for path in write_report(filled, out, chosen, template):
        console.print(f"{path}", highlight=False, soft_wrap=True)


def _renew(deck: Path, before: Path, filled: Report, out: Path) -> None:
    from schemas.reporting.difference import changes
    from streams.reporting.files import file_name, write_report
    from streams.reporting.renewing import load_report, renew_deck

    earlier = load_report(before)
    renewed, after = renew_deck(deck, earlier, filled)
    (as_json,) = write_report(after, out, ["json"])
    path = out / file_name(after, "pptx", after.version)
    path.write_bytes(renewed.content)
    typer.echo(f"{path}\n{as_json}")
    typer.echo(f"{len(changes(earlier, filled))} numbers changed; they are listed on a slide")
    for text in renewed.kept:
        typer.echo(f"kept, check whether it still holds: {text}")
    for title in renewed.absent:
        typer.echo(f"not in the deck: {title}")


def _parse_formats(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in [*ReportFormat]]
    if unknown or not names:
        msg = f"{text!r}: choose from {', '.join(ReportFormat)}"
        raise typer.BadParameter(msg, param_hint="--format")
    return names


@app.command()
def reports(state: State = None) -> None:
    """Check the schedules of reports; list what is due next, and what has been made and delivered."""
    from streams.tools.report_schedules import schedule_table
    from streams.tools.tables import print_table

    settings = load_settings(state)
    print_table(schedule_table(settings, os.environ, datetime.now(UTC)), Console())
