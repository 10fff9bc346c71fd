"""The command that shows which data needs attention."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.completion import complete_tenant
from streams.cli.options import Catalogue, Language, Listing, State, parse_window
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command()
def quality(
    tenant: Annotated[
        str | None,
        typer.Option(
            help="Tenant id; without it every configured tenant.", autocompletion=complete_tenant
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", help="First local day, 2026-11-24; default: 90 days up to --to."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last local day, included; default today.")
    ] = None,
    lang: Catalogue = Language.ja,
    shape: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    state: State = None,
) -> None:
    """Show which data needs attention: how much of each kind, an example, and what to do."""
    from schemas.funnel.diagnosis import diagnose
    from schemas.instants import local_today
    from sinks.clickhouse.client import connect
    from streams.tools.progress import working
    from streams.tools.quality import command, text

    settings = load_settings(state)
    windows = []
    for company in command.tenants_of(settings.config, tenant):
        today = local_today(datetime.now(UTC), company.timezone)
        windows.append((company, parse_window(first, last, today)))
    client = connect(settings.clickhouse_access)
    search = command.FoldingSearch(
        cache(lambda: command.live_rules(settings.kafka_access)), diagnose
    )
    reports = []
    for company, days in windows:
        with working(f"looking for examples of {company.id}"):
            reports.append(command.report_with_examples(client, days, company, search))
    if shape is Listing.json:
        typer.echo(text.as_json(reports, lang.value))
    else:
        text.print_reports(reports, lang.value, Console())
